"""Random pairs of small functions, the whole way: the verdict is what trying everything says.

Inputs are numbers, poison and undef; both sides may freeze and hold undef. The referee evaluates the violation for all
of them, with the quantifiers written out: some input and what the target freezes, for all that the source freezes, some
undef of the target, for all undefs of the source.
"""

import random
from itertools import product

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import compiled
from primir.ir.graph import CHOICE, INPUT, is_undef, leaves
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import functions_of
from primir.verify.refine import accepted, pair, refine, violation
from primir.verify.verdict import Proved, Refuted, Unknown, Vacuous

BINARY = ["add", "add nsw", "add nuw", "sub", "sub nsw", "mul", "mul nuw", "and", "or", "or disjoint", "xor", "shl",
          "lshr", "ashr", "lshr exact", "udiv", "urem", "sdiv"]
COMPARE = ["eq", "ne", "ult", "ule", "slt", "sle"]
CHANGES = [("nsw ", ""), ("nuw ", ""), ("exact ", ""), ("add", "sub"), ("and", "or"), ("udiv", "urem"), ("%x", "%y"),
           ("add i", "add nsw i"), ("sub i", "sub nuw i"), ("undef", "0"), ("0", "undef"), (" 1", " 0"),
           ("poison", "undef"), ("undef", "poison"), ("freeze", "add")]
MOST = 15  # bits that the referee tries


def body(rng, width, count):
    """The lines of a function of %x and %y."""
    values, bits, lines = ["%x", "%y"], [], []

    def operand():
        roll = rng.random()
        if roll < 0.12:
            return "undef" if rng.random() < 0.6 else "poison"
        return str(rng.randrange(1 << width)) if roll < 0.35 else rng.choice(values)

    for number in range(count):
        name, roll = f"%v{chr(ord('k') + number)}", rng.random()
        if roll < 0.55:
            lines.append(f"{name} = {rng.choice(BINARY)} i{width} {operand()}, {operand()}")
        elif roll < 0.7:
            lines.append(f"{name} = freeze i{width} {operand()}")
        elif roll < 0.85 or not bits:
            lines.append(f"{name} = icmp {rng.choice(COMPARE)} i{width} {operand()}, {operand()}")
            bits.append(name)
            continue
        else:
            lines.append(f"{name} = select i1 {rng.choice(bits)}, i{width} {operand()}, i{width} {operand()}")
        values.append(name)
    if bits and rng.random() < 0.4:
        return [*lines, f"br i1 {rng.choice(bits)}, label %a, label %b", "a:", f"ret i{width} {operand()}", "b:",
                rng.choice([f"ret i{width} {operand()}", "unreachable"])]
    return [*lines, f"ret i{width} {values[-1]}"]


def mutated(rng, lines, width):
    """Other lines: one operation, one constant or one operand is another, or nothing."""
    lines = list(lines)
    at = rng.randrange(len(lines))
    old, new = rng.choice(CHANGES)
    if old == "freeze" and "freeze" in lines[at]:
        lines[at] = lines[at].replace("freeze", "add") + ", 0"
    else:
        lines[at] = lines[at].replace(old, new, 1)
    return lines


def pair_of(rng):
    width = rng.choice([1, 2, 2, 3])
    source = body(rng, width, rng.randrange(1, 5))
    target = mutated(rng, source, width) if rng.random() < 0.7 else body(rng, width, rng.randrange(1, 4))
    noundef = rng.choice(["", "noundef "])
    return "\n".join(f"define i{width} @{name}(i{width} {noundef}%x, i{width} %y) {{\n" + "\n".join(lines) + "\n}"
                     for name, lines in (("src", source), ("tgt", target)))


def referee(source, target):
    """`proved`, `refuted` or `vacuous` by trying everything; None where that is too much."""
    source, target = pair(source, target)
    roots = [violation(source, target), accepted(source)]
    nodes = [*leaves(roots, INPUT), *leaves(roots, CHOICE)]
    if sum(node.width for node in nodes) > MOST:
        return None
    holds = compiled(roots, nodes)
    ours = set(source.choices)
    groups = [[node for node in nodes if node.op == INPUT or (node not in ours and not is_undef(node))],
              [node for node in nodes if node in ours and not is_undef(node)],
              [node for node in nodes if node not in ours and is_undef(node)],
              [node for node in nodes if node in ours and is_undef(node)]]

    def words(group):
        return [dict(zip(group, each)) for each in product(*(range(1 << node.width) for node in group))]

    every = list(map(words, groups))

    def wrong(*given):
        merged = {node: word for part in given for node, word in part.items()}
        return holds(*(merged[node] for node in nodes))

    if any(all(any(all(wrong(i, f, u, s)[0] for s in every[3]) for u in every[2]) for f in every[1])
           for i in every[0]):
        return "refuted"
    accepts = any(all(wrong(i, f, u, s)[1] for f in every[1] for u in every[2] for s in every[3]) for i in every[0])
    return "proved" if accepts else "vacuous"


def agrees(seed, undef_inputs):
    """The referee's word, and whether ours is the same; Unknown counts as no answer."""
    text = pair_of(random.Random(seed))
    try:
        functions = functions_of(text, undef_inputs=undef_inputs)
    except PrimirError:  # the change has made nonsense of it
        return None
    wanted = referee(functions["src"], functions["tgt"])
    if wanted is None:
        return None
    found = refine(functions["src"], functions["tgt"], deadline=Deadline(20))
    if isinstance(found, Unknown):
        return "unknown"
    assert isinstance(found, Proved | Refuted | Vacuous) and found.status == wanted, (seed, undef_inputs, text, found)
    return wanted


def compared(seeds):
    """How often the referee said what."""
    counts = {}
    for seed in seeds:
        answer = agrees(seed, undef_inputs=seed % 3 == 0)
        counts[answer] = counts.get(answer, 0) + 1
    return counts


def test_random_pairs_get_the_verdict_of_the_referee():
    counts = compared(range(120))
    assert counts["proved"] > 10 and counts["refuted"] > 20 and counts.get("unknown", 0) < 5, counts


@pytest.mark.slow
def test_thousands_of_random_pairs():
    counts = compared(range(1000, 6000))
    assert counts["proved"] > 500 and counts["refuted"] > 500, counts
