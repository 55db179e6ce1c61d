"""Bits: the query as a circuit of our own, as clauses, for a SAT solver that writes down its proof.

Slower than bitwuzla on most queries, but what it says can be checked: an unsatisfiable query comes with a proof in
DRAT (Wetzler, Heule and Hunt, DRAT-trim, SAT 2014), so that only the circuit has to be trusted, and that is short.
Needs the extra primir[sat]: python-sat, with CaDiCaL in it, and dratify, which checks proofs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...ir.graph import Node
from ...jobs.limits import Deadline
from ...jobs.workers import MEMORY, Crashed, TimedOut, borrowed
from .circuits import FALSE, TRUE, Circuit, TooLarge, build
from .query import Answer, DontKnow, Query, Sat, Unsat

MISSING = "python-sat and dratify are not installed (pip install 'primir[sat]')"

Clause = tuple[int, ...]  # as DIMACS has it: a variable's number, negative where it is negated


@dataclass(frozen=True, slots=True)
class Cnf:
    """Clauses over the variables 1 .. `variables`, and the literals that are the leaves' bits, the lowest first.

    A bit of a leaf that the clauses do not speak of has the literal 0.
    """

    variables: int
    clauses: tuple[Clause, ...]
    leaves: Mapping[Node, tuple[int, ...]]

    @property
    def dimacs(self) -> str:
        lines = [f"p cnf {self.variables} {len(self.clauses)}", *(f"{' '.join(map(str, clause))} 0".lstrip()
                                                                   for clause in self.clauses)]
        return "\n".join(lines) + "\n"

    def model(self, true: frozenset[int]) -> dict[Node, int]:
        """The words of the leaves where the variables in `true` are true, and no others."""
        return {leaf: sum(1 << place for place, literal in enumerate(bits) if literal in true)
                for leaf, bits in self.leaves.items()}


@dataclass(frozen=True, slots=True)
class Solved:
    """What the SAT solver found: a model, or that there is none, and the lines of its proof where one was asked for."""

    model: dict[Node, int] | None
    proof: tuple[str, ...] = ()


def cnf(query: Query, limit: int = 500_000) -> Cnf:
    """Clauses that can be satisfied exactly if `query` can (Tseitin). TooLarge from `limit` gates on."""
    circuit = Circuit(limit)
    leaves, conditions = build(circuit, query.conditions)
    roots = [bit for (bit,) in conditions]
    used = _below(circuit, roots)
    names = {gate: index for index, gate in enumerate(sorted(used), 1)}

    def literal(bit: int) -> int:
        return -names[bit >> 1] if bit & 1 else names[bit >> 1]

    clauses: list[Clause] = []
    for gate in names:
        arguments = circuit.gates[gate]
        if arguments is not None:
            a, b = map(literal, arguments)
            g = names[gate]
            clauses += [(-g, a), (-g, b), (g, -a, -b)]
    clauses += [() if root == FALSE else (literal(root),) for root in roots if root != TRUE]
    bits = {leaf: tuple(names.get(bit >> 1, 0) for bit in word) for leaf, word in leaves.items()}
    return Cnf(len(names), tuple(clauses), bits)


def _below(circuit: Circuit, roots: Sequence[int]) -> set[int]:
    """The gates that `roots` depend on."""
    found: set[int] = set()
    stack = [root >> 1 for root in roots if root > TRUE]
    while stack:
        gate = stack.pop()
        if gate not in found:
            found.add(gate)
            stack += [bit >> 1 for bit in circuit.gates[gate] or ()]
    return found


def solve(problem: Cnf, seconds: float, proof: bool = False, memory: int | None = MEMORY,
          conflicts: int = 0) -> Solved | str:
    """What a SAT solver in a child process says within `seconds` and `conflicts` (0: no limit), or why it says nothing.
    """
    if () in problem.clauses:
        return Solved(None, ("0",) if proof else ())
    try:
        with borrowed("sat", memory=memory) as worker:
            answer = worker.call(f"{__name__}:ask_cadical", problem.clauses, proof, conflicts, seconds=seconds)
    except (TimedOut, Crashed) as problem_:
        return str(problem_)
    except ModuleNotFoundError:
        return MISSING
    if answer is None:
        return f"no answer within {conflicts:,} conflicts"
    true, lines = answer
    return Solved(None if true is None else problem.model(frozenset(true)), lines)


def checked(dimacs: str, proof: str) -> str | None:
    """None where `proof`, in DRAT, shows that the clauses cannot be satisfied; else what is wrong with it.

    It is another program than the solver that checks, some 30 times as long as that took. ImportError where it is not
    installed.
    """
    from dratify import check_proof, parse_dimacs

    try:
        result = check_proof(parse_dimacs(dimacs), proof, engine="python")
    except ValueError as problem:
        return f"it cannot be read: {problem}"
    return None if result.ok and result.reached_empty else str(result.reason or "it does not end in a contradiction")


@dataclass(frozen=True, slots=True)
class Blast:
    """Asks the SAT solver about circuits of up to `limit` gates, for so many `conflicts`.

    `slice` is the seconds for it on a machine that is busy.
    """

    slice: float = 20.0
    conflicts: int = 40_000
    limit: int = 60_000
    memory: int | None = MEMORY
    name: str = "circuits"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        try:
            problem = cnf(query, self.limit)
        except TooLarge as large:
            return DontKnow(f"{self.name}: {large}")
        match solve(problem, deadline.slice(self.slice).left(), memory=self.memory, conflicts=self.conflicts):
            case str(why):
                return DontKnow(f"{self.name}: {why}")
            case Solved(None):
                return Unsat(self.name)
            case Solved(model):
                assert model is not None
                return Sat(model, self.name)


# --- in the child process ---------------------------------------------------------------------------------------------


def ask_cadical(clauses: Sequence[Clause], proof: bool,
                conflicts: int = 0) -> tuple[list[int] | None, tuple[str, ...]] | None:
    """The variables that are true in a model, None where there is none, and the lines of the proof.

    None in place of both where `conflicts` did not suffice.
    """
    from pysat.solvers import Solver

    with Solver(name="cadical195", bootstrap_with=clauses, with_proof=proof) as solver:
        if conflicts:
            solver.conf_budget(conflicts)
        satisfied = solver.solve_limited() if conflicts else solver.solve()
        if satisfied is None:
            return None
        if satisfied:
            return [literal for literal in solver.get_model() or [] if literal > 0], ()
        return None, tuple(solver.get_proof() or ()) if proof else ()
