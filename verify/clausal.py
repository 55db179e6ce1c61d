"""Clausal proofs: a query's clauses in DIMACS, and a proof in DRAT that nothing satisfies them, checked and tied to it.

The query stands before its clauses, as the graph that our circuit was made of. So whoever replays the proof can make
the circuit again and compare the clauses, and compare what the graph is in SMT-LIB with the query that solvers are
asked. The proof is checked by a program that is not the solver.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.errors import PrimirError
from ..ir.graph import Function, Parameter, Result, substitute
from ..ir.text import parse_functions, print_function
from ..ir.types import Type
from ..jobs.workers import Crashed, TimedOut, borrowed
from .provers.blast import MISSING, Cnf, Solved, checked, cnf, solve
from .provers.circuits import TooLarge
from .provers.query import Query
from .provers.solvers import encode

GATES = 30_000  # of a circuit whose clauses are written down
SOLVING = 5.0  # seconds
CHECKING = 60.0
STEPS = 50_000  # of a proof that is checked


@dataclass(frozen=True, slots=True)
class Clausal:
    """The files: clauses with the graph in comments, and the proof."""

    clauses: str
    proof: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why there is no proof of this kind."""

    why: str


def prove(query: Query) -> Clausal | LeftOut:
    """Clauses of a query that cannot hold, and a proof of it that was checked."""
    try:
        problem = cnf(query, GATES)
    except TooLarge:
        return LeftOut(f"its circuit has more than {GATES:,} gates")
    match solve(problem, SOLVING, proof=True):
        case str(why):
            return LeftOut(why if why == MISSING else f"the SAT solver: {why}")
        case Solved(None, lines):
            pass
        case Solved():
            raise AssertionError(f"a query that was proved has a model: {query}")
    if len(lines) > STEPS:
        return LeftOut(f"its proof has {len(lines):,} steps, and {STEPS:,} are checked")
    ended = lines if lines[-1:] == ("0",) else (*lines, "0")  # CaDiCaL does not say what follows by propagation at once
    found = Clausal(_with_graph(query, problem), "\n".join(ended) + "\n")
    fails = _fails(found.clauses, found.proof, CHECKING)
    return found if fails is None else LeftOut(f"its proof: {fails}")


def _with_graph(query: Query, problem: Cnf) -> str:
    return "".join(f"c {line}\n" for line in _graph(query).splitlines()) + problem.dimacs


def _graph(query: Query) -> str:
    """The query as the text of a function of its leaves, called x0, x1 ..., whose results are the conditions."""
    parameters = tuple(Parameter(f"x{index}", Type(node.width)) for index, node in enumerate(query.leaves))
    renamed = {node: p.value for node, p in zip(query.leaves, parameters, strict=True)}
    conditions = substitute(query.conditions, renamed)
    return print_function(Function("query", parameters, tuple(Result(Type(1), node) for node in conditions)))


def _read(text: str) -> Query:
    """The query whose graph stands in the comments of `text`. PrimirError where there is none."""
    lines = [line[2:] for line in text.splitlines() if line.startswith("c ")]
    (function,) = parse_functions("\n".join(lines) + "\n")
    *assumptions, goal = (result.value for result in function.results)
    return Query(goal, tuple(assumptions))


def replay(script: str, clauses: str, proof: str, seconds: float) -> str | None:
    """None where the files show that the SMT-LIB `script` (without comments) cannot hold; else what is wrong.

    The answer MISSING is that of a machine without the checker.
    """
    try:
        query = _read(clauses)
        problem = cnf(query, GATES)
    except (PrimirError, ValueError, TooLarge) as problem_:
        return f"the graph before the clauses cannot be read: {problem_}"
    if encode(query)[0].split() != script.split():
        return "the graph before the clauses is another query than the SMT-LIB"
    if _with_graph(query, problem) != clauses:
        return "the clauses are not those of the graph"
    return _fails(clauses, proof, seconds)


def _fails(clauses: str, proof: str, seconds: float) -> str | None:
    """What is wrong with the proof, by another program in a child process."""
    if not f"\n{proof}".endswith("\n0\n"):
        return "it does not end in a contradiction"
    try:
        with borrowed("sat") as worker:
            why: str | None = worker.call(f"{__name__}:checked_text", clauses, proof, seconds=seconds)
    except (TimedOut, Crashed) as problem:
        return str(problem)
    except ModuleNotFoundError:
        return MISSING
    return why


def checked_text(clauses: str, proof: str) -> str | None:
    """`checked` for the text of both files. Runs in the child."""
    return checked(clauses, proof)
