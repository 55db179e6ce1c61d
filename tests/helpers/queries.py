"""Random queries that are small enough to be decided by trying everything."""

from itertools import product

from primir.ir.evaluate import compiled
from primir.ir.graph import CHOICE, Node, apply, const, leaf
from primir.ir.primes import TABLE
from primir.verify.provers.query import Query


def random_query(rng, operations=tuple(TABLE), widest=5) -> Query:
    """Conditions over up to three leaves, of at most 11 bits together, by 14 operations at widths 1 to `widest`."""
    leaves: list[Node] = [leaf("x", 12)]
    while sum(node.width for node in leaves) > 11:
        leaves = [leaf(f"v{index}", rng.randint(1, widest), rng.choice(["input", CHOICE]))
                  for index in range(rng.randint(1, 3))]
    nodes = [*leaves, *(const(rng.getrandbits(widest), rng.randint(1, widest)) for _ in range(3))]
    made: list[Node] = []
    while len(made) < 14:
        row = TABLE[rng.choice(operations)]
        width = rng.choice(nodes).width
        args = [[node for node in (*nodes[-6:], *nodes) if node.width == (1 if letter == "1" else width)]
                for letter in row.arguments]
        if all(args):
            try:
                made.append(apply(row.name, *map(rng.choice, args), width=rng.randint(1, widest) if row.cast else None))
            except TypeError:  # a cast that leads nowhere, a width that bswap does not take
                continue
            nodes.append(made[-1])
    goals = [apply(rng.choice(["eq", "eq", "ne", "ult"]), node, rng.choice([n for n in nodes if n.width == node.width]))
             if rng.random() < 0.5 else apply("eq", node, const(rng.getrandbits(widest), node.width))
             for node in rng.sample(made, rng.randint(2, 3))]
    return Query(goals[0], tuple(goals[1:]))


def models(query) -> list[tuple[int, ...]]:
    """The words of the query's leaves for which it holds."""
    leaves = query.leaves
    holds = compiled(query.conditions, leaves)
    return [words for words in product(*(range(1 << node.width) for node in leaves)) if all(holds(*words))]
