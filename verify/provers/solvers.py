"""Bitwuzla, z3 and cvc5 in long-lived child processes: queries go over as SMT-LIB text, models come back as words.

All can run far beyond a limit, or die; only the death of their process is a limit that holds. A child stays warm
between queries (jobs/workers.py keeps it), every query gets a fresh solver in it. All can count their work, so that the
same query ends the same on a busy machine: z3 and cvc5 by themselves, bitwuzla by how often it asks whether to go on.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from ...ir.graph import Node, leaf, substitute
from ...ir.smt import Script
from ...jobs.limits import Deadline
from ...jobs.workers import MEMORY, Crashed, Job, TimedOut, borrowed, first
from .query import Answer, DontKnow, Query, Sat, Unsat

GRACE = 0.3  # seconds for a solver to stop by itself, which keeps its process, and to start


@dataclass(frozen=True, slots=True)
class Solver:
    """A solver by the function that asks it in a child process, for `slice` seconds at most (None: no limit).

    The function takes the script, the seconds, and `settings`: the work (0: no limit), the seed, and what is its own.
    Solvers that share a `process` share its warm children; by default the name is the process's too. A child has
    `memory` bytes. One that is `optional` need not be installed.
    """

    name: str
    function: str
    slice: float | None = None
    settings: tuple[int, ...] = ()
    process: str = ""
    optional: bool = False
    memory: int | None = MEMORY

    def limited(self, work: int, seconds: float) -> Solver:
        """The same for so much work. The seconds are for what does not count its work, and for machines that are busy:
        some ten times of what the work takes."""
        return replace(self, slice=seconds, settings=(work, *self.settings[1:]))

    def seeded(self, seed: int) -> Solver:
        return replace(self, settings=(*(self.settings or (0,))[:1], seed, *self.settings[2:]))

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        return race((self,), query, deadline)


BITWUZLA = Solver("bitwuzla", f"{__name__}:ask_bitwuzla")
# Rewriting can hide that both sides share their adders; without it they are one circuit.
PLAIN_BITWUZLA = Solver("bitwuzla without rewriting", f"{__name__}:ask_bitwuzla", settings=(0, 0, 0),
                        process="bitwuzla")
Z3 = Solver("z3", f"{__name__}:ask_z3")
CVC5 = Solver("cvc5", f"{__name__}:ask_cvc5", optional=True)


@dataclass(frozen=True, slots=True)
class Race:
    """Several solvers at once: the first answer wins and ends the others."""

    solvers: tuple[Solver, ...]

    @property
    def name(self) -> str:
        return " and ".join(solver.name for solver in self.solvers)

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        return race(self.solvers, query, deadline)


def race(solvers: Sequence[Solver], query: Query, deadline: Deadline) -> Answer:
    """The first answer that one of `solvers` gives to `query`, or what kept all of them from it."""
    return race_for(solvers, *encode(query), deadline)


def race_for(solvers: Sequence[Solver], text: str, leaves: Sequence[Node], deadline: Deadline) -> Answer:
    """The same for a script in which the `leaves` are called x0, x1 ..."""
    doubts: list[DontKnow] = []
    with ExitStack() as stack:
        running: dict[Job, Solver] = {}
        for solver in solvers:
            try:
                worker = stack.enter_context(borrowed(solver.process or solver.name, memory=solver.memory))
                soft, hard = _limits(solver, deadline)
                running[worker.start(solver.function, text, soft, *solver.settings, seconds=hard)] = solver
            except (TimedOut, OSError) as problem:
                doubts.append(DontKnow(f"{solver.name}: {problem}"))
        for job in first(list(running)):
            match _answer(job, running[job], leaves):
                case DontKnow() as doubt:
                    doubts.append(doubt)
                case answer:
                    return answer
    return DontKnow("; ".join(doubt.why for doubt in doubts), tuple(r for doubt in doubts for r in doubt.remarks))


def encode(query: Query) -> tuple[str, list[Node]]:
    """`query` as SMT-LIB text, and its leaves, called x0, x1 ... there: any name of ours is safe that way."""
    leaves = query.leaves
    short = {node: leaf(f"x{index}", node.width) for index, node in enumerate(leaves)}
    script = Script()
    for condition in substitute(query.conditions, short):
        script.require(condition)
    return str(script), leaves


def _limits(solver: Solver, deadline: Deadline) -> tuple[float, float]:
    """Seconds after which the solver should stop, and those after which it is killed."""
    left = deadline.left()
    if solver.slice is None:
        return left * 0.95, left
    return min(solver.slice, left * 0.95), min(solver.slice + GRACE, left)


def _answer(job: Job, solver: Solver, leaves: Sequence[Node]) -> Answer:
    try:
        word, detail = job.result()
        if word == "sat":
            model = {leaves[int(symbol[1:])]: int(value) for symbol, value in detail.items()}
            return Sat(model, solver.name)
    except TimedOut as problem:
        return DontKnow(f"{solver.name}: no answer within {problem.seconds:.3g} s")
    except Crashed as problem:
        return DontKnow(f"{solver.name}: {problem}")
    except ModuleNotFoundError as problem:
        remarks = () if solver.optional else (f"{solver.name} failed: ModuleNotFoundError: {problem}",)
        return DontKnow(f"{solver.name} is not installed: {problem}", remarks)
    except Exception as problem:  # a solver that chokes on the query
        return DontKnow(f"{solver.name}: {type(problem).__name__}: {problem}",
                        (f"{solver.name} failed: {type(problem).__name__}: {problem}",))
    return Unsat(solver.name) if word == "unsat" else DontKnow(f"{solver.name}: {detail}")


# --- in the child process ---------------------------------------------------------------------------------------------


def ask_bitwuzla(text: str, seconds: float, work: int = 0, seed: int = 0, rewriting: int = 2) -> tuple[str, Any]:
    """("sat", {symbol: word}), ("unsat", None) or ("unknown", why) for an SMT-LIB script.

    A unit of work is one time that bitwuzla asks whether to go on: some 10 microseconds, in its search alone.
    """
    import bitwuzla

    end = time.monotonic() + seconds
    asked = 0

    def ended() -> bool:
        nonlocal asked
        asked += 1
        return work and asked > work or not asked & 63 and time.monotonic() > end

    options = bitwuzla.Options()
    options.set(bitwuzla.Option.PRODUCE_MODELS, True)
    options.set(bitwuzla.Option.SEED, seed)
    options.set(bitwuzla.Option.REWRITE_LEVEL, rewriting)
    options.set(bitwuzla.Option.TIME_LIMIT_PER, _milliseconds(seconds))
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options, base=10)
    parser.parse(text, True, False)  # parse only; the text itself, not the name of a file
    solver = parser.bitwuzla()
    solver.configure_terminator(ended)
    match solver.check_sat():
        case bitwuzla.Result.SAT:
            return "sat", {term.symbol().strip("|"): int(solver.get_value(term).value(10))
                           for term in parser.get_declared_funs()}
        case bitwuzla.Result.UNSAT:
            return "unsat", None
        case _:
            return "unknown", _exhausted(work if work and asked > work else 0, seconds)


def ask_z3(text: str, seconds: float, work: int = 0, seed: int = 0) -> tuple[str, Any]:
    """The same from z3, within `work` of its units unless that is 0; the script may be over integers."""
    import z3

    context = z3.Context()
    solver = z3.Solver(ctx=context)
    solver.set("random_seed", seed)
    solver.set("timeout", _milliseconds(seconds))
    solver.set("rlimit", work)
    solver.from_string(text)
    answer = solver.check()
    if answer == z3.sat:
        model = solver.model()
        declared = [symbol for symbol in model.decls() if symbol.name().startswith("x")]  # not what is defined
        words: dict[str, Any] = {symbol.name(): model.eval(symbol(), True) for symbol in declared}
        return "sat", {name: int(z3.is_true(word)) if z3.is_bool(word) else word.as_long()
                       for name, word in words.items()}
    return ("unsat", None) if answer == z3.unsat else ("unknown", f"{solver.reason_unknown()} within {seconds:.3g} s")


def ask_cvc5(text: str, seconds: float, work: int = 0, seed: int = 0) -> tuple[str, Any]:
    """The same from cvc5."""
    cvc5: Any = importlib.import_module("cvc5")  # whose types say nothing of what it holds
    solver = cvc5.Solver(cvc5.TermManager())
    for option, value in {"produce-models": "true", "seed": str(seed), "tlimit-per": str(_milliseconds(seconds)),
                          "rlimit-per": str(work)}.items():
        solver.setOption(option, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    answer = said.strip()
    if answer == "sat":
        named = [term for term in symbols.getDeclaredTerms() if term.getSymbol().strip("|").startswith("x")]
        values = [(term.getSymbol().strip("|"), solver.getValue(term)) for term in named]
        return "sat", {name: int(value.getBooleanValue() if value.isBooleanValue() else value.getIntegerValue()
                                 if value.isIntegerValue() else value.getBitVectorValue(10)) for name, value in values}
    return ("unsat", None) if answer == "unsat" else ("unknown", f"{answer} within {seconds:.3g} s")


def _exhausted(work: int, seconds: float) -> str:
    """What ended an attempt: its work, where that is known, or its time."""
    return f"no answer within {work:,} units of work" if work else f"no answer within {seconds:.3g} s"


def _milliseconds(seconds: float) -> int:
    return max(1, int(min(seconds, 1e6) * 1000))
