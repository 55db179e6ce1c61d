"""Decision trees: programs that are right on part of the samples, joined by tests that tell the parts apart.

A term is known by the samples on which it is right, a test by those on which it holds. Sets of samples are rows of
machine words, a bit for each sample, so that one comparison asks a question of all tests at once. Small trees are
looked for exactly: a first test under which some term is right, and a tree with a leaf less for what is left. Larger
ones grow from the tests of the highest information gain (Alur, Radhakrishna and Udupa, "Scaling enumerative program
synthesis via divide and conquer", TACAS 2017), with a few tests to choose from at each fork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir.cost import REGISTERS, instructions_of
from ..ir.graph import Node, apply, const, resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

WORD = 64
LISTED = 4  # leaves of the trees that are looked for exactly
BEAM = (0, 0, 0, 60, 12)  # first tests that are followed up, by the leaves that are allowed
FEW = 8_000  # tests, the cheapest ones, that trees of more than two leaves are made of
DEEPEST = 12  # forks on one path of a grown tree
AT_ONCE = 20_000  # sets that are held against all terms at once
CALL = 2_000  # tests that take as long as asking anything at all
KEPT = 8  # trees of one shape that are handed on
JOIN = 1  # what a fork costs beside its test


@dataclass(frozen=True, slots=True)
class Leaf:
    """The number of a term."""

    term: int
    cost: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The number of a test, the tree where it holds, and the tree where it does not."""

    test: int
    yes: Tree
    no: Tree
    cost: int  # of all terms and tests below, as if they shared nothing


Tree = Leaf | Fork


def packed(truths: NDArray[np.bool_]) -> Words:
    """Sets of samples (n, words) from truth values (n, samples)."""
    import numpy as np

    padded = np.zeros((len(truths), -(-truths.shape[1] // WORD) * WORD), dtype=np.bool_)
    padded[:, :truths.shape[1]] = truths
    return np.ascontiguousarray(np.packbits(padded, axis=1, bitorder="little")).view(np.uint64)


def unpacked(sets: Words, samples: int) -> NDArray[np.bool_]:
    """The truth values (n, samples) of sets (n, words)."""
    import numpy as np

    found: NDArray[np.bool_] = np.unpackbits(sets.view(np.uint8), axis=1, bitorder="little")[:, :samples] != 0
    return found


def undominated(sets: Words, costs: NDArray[np.int64], most: int) -> list[int]:
    """The places of at most `most` sets that no cheaper set, or one of the same cost before it, contains.

    The largest ones, and as many of the cheapest ones, in the order of their costs. The empty set is left out.
    """
    import numpy as np

    kept: list[int] = []
    sizes = np.bitwise_count(sets).sum(axis=1, dtype=np.int64)
    order = np.lexsort((-sizes, costs))
    order = order[sizes[order] > 0]
    held = np.empty((0, sets.shape[1]), dtype=np.uint64)
    for place in order.tolist():
        if len(held) and ((sets[place] & ~held) == 0).all(axis=1).any():
            continue
        kept.append(place)
        held = np.concatenate([held, sets[place:place + 1]])
        if len(kept) >= 4 * most:
            break
    if len(kept) <= most:
        return kept
    largest = set(sorted(kept, key=lambda place: -sizes[place])[: most - most // 4])
    cheapest = set(kept[: most // 4])
    return [place for place in kept if place in largest | cheapest]


class Trees:
    """Trees over `terms` (n, words) and `tests` (m, words), with their costs, that are right on all of `samples`."""

    def __init__(self, terms: Words, term_costs: NDArray[np.int64], tests: Words, test_costs: NDArray[np.int64],
                 samples: int, spend: Callable[[int], None]) -> None:
        import numpy as np

        self.terms, self.term_costs, self.test_costs = terms, term_costs, test_costs  # the terms by cost
        self.samples, self._spend = samples, spend
        self.everything = packed(np.ones((1, samples), dtype=np.bool_))[0]
        self.tests = tests
        # A test is followed by what it leaves: literal 2i is test i, literal 2i + 1 its negation.
        self._literals = np.stack([tests, self.everything & ~tests], axis=1).reshape(-1, tests.shape[1])
        self._right = unpacked(terms, samples)
        self._holds: NDArray[np.float32] | None = None  # the tests as numbers, where a tree is grown

    @property
    def covered(self) -> Words:
        """The samples on which some term is right."""
        import numpy as np

        found: Words = np.bitwise_or.reduce(self.terms, axis=0, initial=np.uint64(0))
        return found

    def exact(self) -> list[Tree]:
        """The cheapest trees of as few leaves as will do, up to LISTED; none where some samples are left uncovered."""
        alone = int(self._first(self.everything[None])[0])
        if alone >= 0:
            return [self._leaf(alone)]
        least = self._least(self.everything)
        if (self.everything & ~self.covered).any() or not len(self.tests):
            return []
        return next(filter(None, (self._lists(self.everything, leaves) for leaves in range(least, LISTED + 1))), [])

    def grown(self, leaves: int, choices: Sequence[int]) -> list[Tree]:
        """A tree of at most `leaves` leaves, if the tests tell the terms' samples apart.

        `choices` says how many tests there are to choose from at the first forks; further down there is one.
        """
        if (self.everything & ~self.covered).any() or not len(self.tests):
            return []
        tree = self._grown(self.everything, 0, leaves, choices)
        return [] if tree is None else [tree[0]]

    def partial(self, most: int) -> list[Tree]:
        """At most `most` trees of two leaves that are right on more samples than any term, and on half of them at the
        least, those that are right on most first; one for each set of samples."""
        import numpy as np

        if not len(self.terms):
            return []
        tests = self.tests[:FEW]
        self._spend(len(tests) * len(self.terms))
        where = unpacked(tests, self.samples).astype(np.float32)
        right = self._right.astype(np.float32)
        held, left = where @ right.T, (1 - where) @ right.T
        yes, no = held.argmax(axis=1), left.argmax(axis=1)  # of those that are right most often, the cheapest
        places = np.arange(len(tests))
        score = held[places, yes] + left[places, no]
        costs = self.test_costs[:FEW] + self.term_costs[yes] + self.term_costs[no]
        found: dict[bytes, Tree] = {}
        for place in np.lexsort((costs, -score)).tolist():
            if len(found) == most or score[place] <= max(right.sum(axis=1).max(), self.samples / 2):
                break
            sets = (tests[place] & self.terms[yes[place]]) | (self.terms[no[place]] & ~tests[place])
            found.setdefault(sets.tobytes(), self._fork(2 * place, self._leaf(int(yes[place])),
                                                        self._leaf(int(no[place]))))
        return list(found.values())

    # --- exactly ------------------------------------------------------------------------------------------------------

    def _lists(self, among: Words, leaves: int) -> list[Tree]:
        """The cheapest trees on the samples `among` in which every fork but the last has a term on one side."""
        import numpy as np

        found: list[Tree]
        if leaves == 2:
            inside = (self.tests if among is self.everything else self.tests[:FEW]) & among
            yes, no = self._first(inside), self._first(among & ~inside)
            places = ((yes >= 0) & (no >= 0)).nonzero()[0]
            costs = self.test_costs[places] + self.term_costs[yes[places]] + self.term_costs[no[places]]
            found = [self._fork(2 * place, self._leaf(int(yes[place])), self._leaf(int(no[place])))
                     for place in places[np.argsort(costs, kind="stable")[:KEPT]].tolist()]
        else:
            found = [self._fork(literal, self._leaf(term), tree)
                     for literal, term, left in self._promising(among, BEAM[leaves])
                     for tree in self._lists(left, leaves - 1)[:2]]
        return sorted(found, key=lambda tree: tree.cost)[:KEPT]

    def _promising(self, among: Words, most: int) -> list[tuple[int, int, Words]]:
        """First tests that hold only where some term is right, with the term and what is left: those that leave least,
        and for each rest the cheapest."""
        import numpy as np

        inside = self._literals[:2 * FEW] & among
        terms = self._first(inside)
        places = ((terms >= 0) & (inside != 0).any(axis=1)).nonzero()[0]
        left = among & ~inside[places]
        costs = self.test_costs[places // 2] + self.term_costs[terms[places]]
        order = np.lexsort((costs, np.bitwise_count(left).sum(axis=1)))
        found: dict[bytes, tuple[int, int, Words]] = {}
        for place in order.tolist():
            literal = int(places[place])
            found.setdefault(left[place].tobytes(), (literal, int(terms[literal]), left[place]))
            if len(found) == most:
                break
        return list(found.values())

    def _first(self, sets: Words) -> NDArray[np.int64]:
        """The cheapest term that is right on all of each set, -1 where none is."""
        import numpy as np

        self._spend(len(sets) * max(8, len(self.terms)) // 8 + CALL)
        found = np.empty(len(sets), dtype=np.int64)
        for start in range(0, len(sets), AT_ONCE):
            part = sets[start:start + AT_ONCE]
            wrong = np.zeros((len(part), len(self.terms)), dtype=np.bool_)
            for word in range(sets.shape[1]):
                wrong |= (part[:, word, None] & ~self.terms[:, word]) != 0
            first = wrong.argmin(axis=1)
            found[start:start + AT_ONCE] = np.where(wrong[np.arange(len(part)), first], -1, first)
        return found

    # --- by information gain ------------------------------------------------------------------------------------------

    def _grown(self, among: Words, depth: int, most: int, choices: Sequence[int]) -> tuple[Tree, int] | None:
        """The cheapest tree found on the samples `among`, and its leaves, `most` of them at the most."""
        term = int(self._first(among[None])[0])
        if term >= 0:
            return self._leaf(term), 1
        if depth == DEEPEST or self._least(among) > most:
            return None
        found: tuple[Tree, int] | None = None
        for test in self._gaining(among, choices[depth] if depth < len(choices) else 1):
            yes = self._grown(among & self.tests[test], depth + 1, most - 1, choices)
            no = yes and self._grown(among & ~self.tests[test], depth + 1, most - yes[1], choices)
            if yes is not None and no is not None:
                tree = self._fork(2 * test, yes[0], no[0])
                if found is None or tree.cost < found[0].cost:
                    found = tree, yes[1] + no[1]
        return found

    def _least(self, among: Words) -> int:
        """The fewest leaves that a tree on `among`, on which no term is right alone, can have."""
        import numpy as np

        largest = int(np.bitwise_count(self.terms & among).sum(axis=1).max(initial=0))
        return max(2, -(-int(np.bitwise_count(among).sum()) // max(1, largest)))

    def _gaining(self, among: Words, count: int) -> list[int]:
        """The tests that tell most about which term is to be taken, the best first.

        A sample is taken to go to each term that is right on it in proportion to the samples that the term covers.
        """
        import numpy as np

        rows = unpacked(among[None], self.samples)[0]
        self._spend(min(len(self.tests), FEW) * (len(self.terms) // 4 + 4) + CALL)
        covers = self._right[:, rows].astype(np.float32)
        share = covers * covers.sum(axis=1, keepdims=True)
        share /= np.maximum(share.sum(axis=0), 1e-30)
        if self._holds is None:
            self._holds = unpacked(self.tests[:FEW], self.samples).astype(np.float32)
        inside = self._holds[:, rows]
        held = inside @ share.T
        total = share.sum(axis=1)
        size = inside.sum(axis=1)
        whole = float(rows.sum())
        splits = ((size > 0) & (size < whole)).nonzero()[0]
        left = (_disorder(held[splits]) + _disorder(np.maximum(total - held[splits], 0))) / whole
        # A fork costs little beside a needless one, so the gain decides, and the cost among those of about one gain.
        order = np.lexsort((self.test_costs[splits], np.round(left, 3)))
        return [int(splits[place]) for place in order[:count]]

    # --- parts --------------------------------------------------------------------------------------------------------

    def _cost(self, literal: int) -> int:
        return int(self.test_costs[literal // 2])

    def _leaf(self, term: int) -> Leaf:
        return Leaf(term, int(self.term_costs[term]))

    def _fork(self, literal: int, yes: Tree, no: Tree) -> Fork:
        if literal % 2:
            yes, no = no, yes
        return Fork(literal // 2, yes, no, self._cost(literal) + JOIN + yes.cost + no.cost)


def _disorder(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """The entropy of what each row tells, times its sum."""
    import numpy as np

    whole = shares.sum(axis=1, keepdims=True)
    found: NDArray[np.float32] = -(shares * np.log2(np.maximum(shares, 1e-30) / np.maximum(whole, 1e-30))).sum(axis=1)
    return found


# --- as programs ------------------------------------------------------------------------------------------------------

# What leaves a word as it is, as the second argument of these: then a test can choose whether anything is done to it.
_KEEPING = {"add": 0, "sub": 0, "or": 0, "xor": 0, "shl": 0, "lshr": 0, "ashr": 0, "mul": 1, "and": -1}


def joined(test: Node, yes: Node, no: Node, allowed: frozenset[str]) -> Node | None:
    """`yes` where `test` holds and `no` elsewhere, in the cheapest of the known forms; None where none is allowed."""
    if yes is no:
        return yes
    return min(_joins(test, yes, no, allowed), key=lambda node: instructions_of([node]), default=None)


def _joins(test: Node, yes: Node, no: Node, allowed: frozenset[str]) -> Iterator[Node]:
    width = yes.width
    if "select" in allowed:
        yield apply("select", test, yes, no)
    if yes.is_const and no.is_const:
        yield from _of_constants(test, int(yes.data), int(no.data), width, allowed)
    elif "select" not in allowed:
        yield from _masked(test, yes, no, allowed)
    # op(a, b) or op(a, c) is op(a, b or c), and a alone is op(a, 0) where 0 does nothing
    for name, a, b, c in _alike(yes, no, allowed):
        inner = joined(test, b, c, allowed)
        if inner is not None:
            yield apply(name, a, inner, width=width)


def _alike(yes: Node, no: Node, allowed: frozenset[str]) -> Iterator[tuple[str, Node, Node, Node]]:
    if yes.op == no.op and len(yes.args) == len(no.args) == 2 and yes.args[0] is no.args[0] \
            and yes.args[1].width == no.args[1].width:
        yield yes.op, yes.args[0], yes.args[1], no.args[1]
    for name, idle in _KEEPING.items():
        if name not in allowed or name not in (yes.op, no.op):
            continue
        nothing = const(idle, yes.width)
        for changed, kept in ((yes, no), (no, yes)):
            if changed.op == name and kept in changed.args[:2 if name in ("add", "or", "xor", "mul", "and") else 1]:
                other = changed.args[1] if changed.args[0] is kept else changed.args[0]
                yield (name, kept, other, nothing) if changed is yes else (name, kept, nothing, other)


def _of_constants(test: Node, yes: int, no: int, width: int, allowed: frozenset[str]) -> Iterator[Node]:
    """Numbers made of the truth value itself."""
    if width not in REGISTERS:
        return
    if yes == 0 and allowed & {"not", "xor"}:
        test = apply("not", test) if "not" in allowed else apply("xor", test, const(1, 1))
        yes, no = no, yes
    if no != 0:
        return
    bit = resized(test, width)
    ones = (1 << width) - 1
    if yes == 1:
        yield bit
    elif yes == ones and "neg" in allowed:
        yield apply("neg", bit)
    elif yes == ones and "sub" in allowed:
        yield apply("sub", const(0, width), bit)
    elif yes & (yes - 1) == 0 and "shl" in allowed:
        yield apply("shl", bit, const(yes.bit_length() - 1, width))


def _masked(test: Node, yes: Node, no: Node, allowed: frozenset[str]) -> Iterator[Node]:
    """The words under a mask that is all ones where the test holds."""
    width = yes.width
    mask = joined(test, const(-1, width), const(0, width), allowed) if width > 1 else test
    if mask is None or "and" not in allowed:
        return
    if no.is_const and not no.data:
        yield apply("and", yes, mask)
    elif "xor" in allowed:
        # no ^ (yes ^ no) is yes
        yield apply("xor", no, apply("and", apply("xor", yes, no), mask))
    elif {"or", "not"} <= allowed:
        yield apply("or", apply("and", yes, mask), apply("and", no, apply("not", mask)))
