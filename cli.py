"""The command `primir`: it reads what the user typed, calls the Python interface, and prints what came out.

Exit codes: 0 yes (proved, found, lifted), 1 no (refuted, none exists, vacuous), 2 bad input or usage, 3 unknown or
bounded, 4 a fault of ours, 130 Ctrl-C. What a script reads goes to stdout; everything else goes to stderr.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from . import __version__
from .ir.errors import PrimirError

if TYPE_CHECKING:
    from .ir.graph import Function
    from .ir.types import Type
    from .lift.spec import Spec
    from .synth.budget import Report
    from .synth.result import Result
    from .verify.config import Config
    from .verify.obligations import Finding, Obligation
    from .verify.provers.query import Prover
    from .verify.verdict import Verdict

OK, NO, USAGE, UNKNOWN, INTERNAL, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143
EXIT = {**dict.fromkeys(["proved", "consistent"], OK), **dict.fromkeys(["refuted", "none", "vacuous"], NO),
        **dict.fromkeys(["unknown", "bounded"], UNKNOWN)}  # by status
SHOW_CURSOR = "\x1b[?25h"  # the progress line hides it
GRACE = 0.3  # seconds
STARTING = 60.0  # seconds that a process of --jobs may take beside its --time: to start, to compile, to prove the last
WORST_FIRST = (NO, UNKNOWN, OK)

Command = TypeVar("Command", bound=Callable[..., Any])
Limit = TypeVar("Limit", int, float)


def main() -> NoReturn:
    """The entry point: runs the command of this process's arguments and exits."""
    import signal

    from .jobs.interrupt import install_interrupt_handler

    install_interrupt_handler()
    try:
        _open_standard_streams()
        _exit_soon_after_a_signal()
        code = run(sys.argv[1:])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the answer is given; what is left is to end with its code
    except KeyboardInterrupt as stop:  # before or after what `run` catches
        code = _interrupted(stop)
    if code >= INTERRUPTED:
        _exit_at_once(code)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs the command line `arguments` (without the program's name) and gives its exit code."""
    wants_json = _wants_json(arguments)
    try:
        code = group.main(list(arguments), prog_name="primir", standalone_mode=False)
        return code if isinstance(code, int) else OK
    except PrimirError as error:
        return _fail(error, wants_json)
    except click.ClickException as error:
        return _fail_usage(error, wants_json)
    except (KeyboardInterrupt, click.Abort) as stop:
        return _interrupted(stop)
    except Exception as error:
        return _fail_internally(error, arguments, wants_json)


# --- how it ends ------------------------------------------------------------------------------------------------------


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether JSON is asked for, in any way that click reads; a wrong command line must be answered in it too."""
    form: str | None = None
    words = iter(arguments)
    for word in words:
        if word == "--":
            break
        if word.startswith("--format="):
            form = word.removeprefix("--format=")
        elif word == "--format":
            form = next(words, None)
        elif word == "--cflags":
            next(words, None)  # -fwrapv is not -f wrapv
        elif short := re.fullmatch("-q*f(.*)", word):  # -f json, -fjson, -qfjson
            form = short[1] or next(words, None)
    return form == "json"


def _fail(error: PrimirError, wants_json: bool) -> int:
    _say(str(error) if error.place.file is not None else f"primir: {error}")
    if wants_json:
        _print_error(error)
    return USAGE


def _fail_usage(error: click.ClickException, wants_json: bool) -> int:
    error.show(sys.stderr)
    if wants_json:
        _print_error(PrimirError(error.format_message()))
    return USAGE


def _interrupted(stop: BaseException) -> int:
    from .jobs.interrupt import Terminated

    terminated = isinstance(stop, Terminated) or isinstance(stop.__cause__, Terminated)
    _say("primir: terminated" if terminated else "primir: interrupted")
    return TERMINATED if terminated else INTERRUPTED


def _fail_internally(error: Exception, arguments: Sequence[str], wants_json: bool) -> int:
    """A fault of ours: what to put into a report, and no traceback unless PRIMIR_DEBUG is set."""
    import platform
    import shlex
    import traceback

    if os.environ.get("PRIMIR_DEBUG", "0") not in ("", "0"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else "?"
    message = f"internal error: {type(error).__name__}: {error}"
    _say(f"primir: {message}\n"
         f"  This is a bug in primir. Please report it with these lines and the input; PRIMIR_DEBUG=1 shows where.\n"
         f"  primir {shlex.join(arguments)}\n"
         f"  primir {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}; {place}")
    if wants_json:
        _print_error(PrimirError(message))
    return INTERNAL


def _exit_soon_after_a_signal() -> None:
    """From now on a signal ends this process within GRACE seconds, though compiled code may keep Python from acting."""
    import signal
    import threading

    here, there = os.pipe()
    os.set_blocking(there, False)
    signal.set_wakeup_fd(there)

    arrived = threading.Event()

    def watch() -> None:
        import time

        (number,) = os.read(here, 1)
        arrived.set()
        time.sleep(GRACE)
        _say("primir: interrupted" if number == signal.SIGINT else "primir: terminated")
        _exit_at_once(INTERRUPTED if number == signal.SIGINT else TERMINATED)

    def unraisable(lost: sys.UnraisableHookArgs) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt) or arrived.wait(0.05):
            return  # it was raised in a callback, or came of one that was: `watch` ends the process for it
        sys.__unraisablehook__(lost)

    sys.unraisablehook = unraisable
    threading.Thread(target=watch, daemon=True).start()


def _exit_at_once(code: int) -> NoReturn:
    """Ends the process and its children without taking down what a search has built: that can take half a second."""
    import atexit

    atexit._run_exitfuncs()  # kills the workers
    if sys.stderr.isatty():
        _say(SHOW_CURSOR, end="")
    os._exit(code)


def _say(text: str, end: str = "\n") -> None:
    """To stderr, which may be closed."""
    try:
        click.echo(text + end, err=True, nl=False)
    except OSError:
        pass


def _print(text: str) -> None:
    """To stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _print_error(error: PrimirError) -> None:
    """As JSON to stdout; that this fails too changes nothing of how the command ends."""
    from .present import error_json

    try:
        _print(json.dumps(error_json(error)))
    except PrimirError as problem:
        _say(f"primir: {problem}")


class _Stdout(io.FileIO):
    """File descriptor 1. After the first write that fails, what is written goes nowhere, and Python's exit is quiet.

    A reader that has gone away (`primir ... | head`) changes neither the exit code nor stderr; whatever else fails
    raises PrimirError.
    """

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as problem:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(problem, BrokenPipeError):
                return len(data)
            raise PrimirError(f"cannot write the output: {problem.strerror}") from None


def _open_standard_streams() -> None:
    """Puts _Stdout in place, and opens what was closed (`>&-`): else the next pipe would take the number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDONLY if number == 1 else os.O_RDWR), number)  # to write to 1 must fail
    old = sys.stdout  # None where it was closed
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Stdout(1, "wb", closefd=False)),
                                  encoding=old.encoding if old else "utf-8", errors=old.errors if old else None)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)


# --- options ----------------------------------------------------------------------------------------------------------


def _seconds(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not value > 0 or math.isinf(value):
        raise click.BadParameter(f"{value} is not a positive number of seconds.", context, parameter)
    return value


def _common(formats: str, time: float, jobs: bool = True) -> Callable[[Command], Command]:
    """The options that every command has."""
    options = [
        click.option("--cflags", default="", metavar="FLAGS",
                     help="More flags for the compiler of C and C++: '-Iinclude -DN=4'."),
        click.option("--unroll", type=click.IntRange(min=1), metavar="N",
                     help="Run each loop at most N times, and say where it may go on.  [default: 256]"),
        click.option("--accept", multiple=True, type=click.Choice(["bounded", "unknown"]),
                     help="Exit with 0 for this too."),
        click.option("-f", "--format", "form", type=click.Choice(formats.split()), default=None,
                     help=f"What is printed.  [default: {formats.split()[0]}]"),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr."),
    ]
    if jobs:
        options.insert(0, click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
                                       help="How many specs or pairs are worked on at once."))
    options.insert(0, click.option("--time", type=float, callback=_seconds, default=time, show_default=True,
                                   metavar="SECONDS", help="Give up after so many seconds, for each thing to prove."))

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="primir %(version)s")
def group() -> None:
    """Finds the shortest integer program that meets a spec, proves that it does, and emits code that runs.

    \b
    primir synth clamp.spec -o clamp.c      the shortest clamp, proved, as C
    primir verify old.py:f new.ll:f         does the new one do what the old one did?
    primir lift module.ll:f                 a function as a graph of primitive operations

    A source is path[:function] of a .spec, .sl, .csv, .py, .ll, .bc, .c, .cpp or .rs file, or pkg.module:function. A
    .py file is executed; the others are only read, or compiled and then read.

    \b
    Exit codes: 0 yes, 1 no, 2 bad input, 3 unknown, 4 a bug in primir, 130 Ctrl-C
    """


# --- synth ------------------------------------------------------------------------------------------------------------


@group.command()
@click.argument("source", metavar="SPEC")
@click.option("--using", multiple=True, metavar="OPS", help="The operations to use: names, or a set (plain, full).")
@click.option("--forbid", multiple=True, metavar="OPS", help="Operations not to use.")
@click.option("--component", "components", multiple=True, metavar="SOURCE",
              help="A function that programs may use as one operation more: path[:function].")
@click.option("--requires", metavar="CONDITION", help="A condition on the inputs, as in a .spec: 'x != 0'.")
@click.option("--examples", metavar="FILE", help="More examples, from a table in a .csv file.")
@click.option("--minimize", type=click.Choice(["instructions", "latency", "size"]),
              help="What the program has least of; cycles and bytes are those of x86-64.  [default: instructions]")
@click.option("--branchless", is_flag=True, help="No conditional branch in the machine code for this host.")
@click.option("--constant-time", is_flag=True,
              help="No choice, no division: nothing in the machine code takes time by data.")
@click.option("--alternatives", type=click.IntRange(min=0), default=0, metavar="N",
              help="Show up to N proved programs, each the best in some way, with their speed on this machine.")
@click.option("--sketch", metavar="SKETCH", help="A function with holes, which the program is when they are filled.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FILE",
              help="Write the program; the suffix says as what: .c .h .ll .py .s .o .so. Repeatable.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Chooses the sample inputs.")
@click.option("--work", type=click.IntRange(min=1), metavar="N",
              help="Give up after N candidates: the same N and seed give the same answer on any machine.")
@click.option("--threads", type=click.IntRange(min=1), metavar="N",
              help="How many cores one search uses; the program is the same.  [default: all]")
@click.option("--thorough", is_flag=True,
              help="Search until the time or the work is spent, and not only until nothing shorter comes for a while.")
@click.option("--interactive", is_flag=True,
              help="Ask for a result that the examples leave open, as long as there is one, and search again.")
@_common("text json sygus", time=60.0)
def synth(source: str, using: tuple[str, ...], forbid: tuple[str, ...], components: tuple[str, ...],
          requires: str | None, examples: str | None, minimize: str | None, branchless: bool, constant_time: bool,
          alternatives: int, outputs: tuple[str, ...], seed: int, work: int | None, time: float, jobs: int,
          cflags: str, unroll: int | None, accept: tuple[str, ...], form: str | None, quiet: bool, threads: int | None,
          thorough: bool, interactive: bool, sketch: str | None) -> int:
    """Finds the shortest program that meets SPEC, and proves it.

    SPEC is a .spec or .sl (SyGuS) file, a .csv table of examples, or a function (Python, C, C++, Rust, LLVM IR) whose
    behaviour the program must have.

    \b
    primir synth turn_off.spec
    primir synth average.py:average --using "add and xor lshr"
    primir synth clamp.py -o clamp.c -o clamp.h -o clamp.o
    primir synth specs.spec:third --format json --time 10
    primir synth times_nine.spec --minimize latency --alternatives 4
    primir synth clamp.py --constant-time --forbid "mul"
    primir synth average.py:average --sketch average.py:with_holes
    primir synth fourth_power.spec --component square.c:square --using "and"

    Exit codes: 0 proved (or consistent, where the spec has only examples), 1 no program exists or no input meets the
    spec, 3 none was found within the limits, or one that is proved only up to the bound of a loop.
    """
    from .api import lift_components, reading
    from .lift.source import lift_specs, restrict, with_examples, with_sketch

    how = reading(unroll, cflags)
    called = lift_components(components, how)
    specs = [restrict(spec, requires=requires, using=using or None, forbid=forbid, minimize=minimize,
                      branchless=branchless, constant_time=constant_time, components=called)
             for spec in lift_specs(source, how)]
    if examples is not None:
        specs = [with_examples(spec, Path(examples)) for spec in specs]
    if sketch is not None:
        specs = [with_sketch(spec, sketch, how) for spec in specs]
    _check_outputs(outputs, specs, source)
    if form == "sygus" and any(spec.syntax is None for spec in specs):
        raise click.UsageError("--format sygus is for .sl files")
    if form == "sygus" and requires is not None:
        raise click.UsageError("--format sygus answers for all inputs: put --requires into the file, as (assume ...)")
    results: list[Result] = []
    search = _Search(time, seed, work, alternatives, jobs, threads, thorough, quiet)
    for result in search.results(specs):
        if interactive:
            result = search.asked(result)
        results.append(result)
        if form not in ("json", "sygus"):
            _print(str(result))
        for path in outputs if result.function is not None else ():
            result.write(path)
            _note(f"wrote {path}", quiet)
    if form == "json":
        _print(_json([result.to_json() for result in results]))
    if form == "sygus":
        answers = [result.sygus for result in results]
        _print(next((word for word in ("infeasible", "fail") if word in answers), "\n".join(answers)))
    if outputs and results[0].function is None:
        _say(f"primir: no program, so nothing was written to {', '.join(outputs)}")
    return _worst(_exit(result.status, accept) for result in results)


@dataclass(frozen=True, slots=True)
class _Search:
    """How `primir synth` searches."""

    time: float
    seed: int
    work: int | None
    alternatives: int
    jobs: int
    threads: int | None
    thorough: bool
    quiet: bool

    def results(self, specs: Sequence[Spec]) -> Iterator[Result]:
        """The results, in the order of the specs."""
        from .api import synthesize_spec
        from .jobs.parallel import side_by_side
        from .jobs.threads import cores

        if self.jobs > 1 and len(specs) > 1:
            each = self.threads or max(1, cores() // self.jobs)
            calls = [(spec, self.time, self.seed, self.work, None, self.alternatives, each, self.thorough)
                     for spec in specs]
            with _progress(f"{len(specs)} specs", self.quiet):
                results = side_by_side("primir.api:synthesize_spec", calls, self.jobs, self.time + STARTING)
            yield from results
            return
        for spec in specs:
            with _progress(spec.name, self.quiet) as report:
                result = synthesize_spec(spec, self.time, self.seed, self.work, report, self.alternatives,
                                         self.threads, self.thorough)
            yield result

    def asked(self, result: Result) -> Result:
        """The result when the answers of whoever sits there, which become examples, leave nothing open that was met."""
        from .lift.spec import Example

        spec = result.spec
        while result.others is not None:
            call = result.call(result.others.inputs)
            _say(f"{result}\n")
            word = _answer(f"{call} == ", spec.outputs[0].type)
            if word is None:
                break
            spec = replace(spec, examples=(*spec.examples, Example(result.others.inputs, (word,))))
            _note(f"  as a line of the spec: example {call} == {spec.outputs[0].type.read(word)}", self.quiet)
            (result,) = self.results([spec])
        return result


def _answer(question: str, type_: Type) -> int | None:
    """A word of the type that is typed in; None where nothing is."""
    while True:
        click.echo(question, nl=False, err=True)
        text = sys.stdin.readline().strip()
        if not text:
            click.echo(err=True)
            return None
        try:
            word = {"True": 1, "False": 0}[text] if type_.truth else int(text, 0)
        except (KeyError, ValueError):
            _say(f"{text} is no {type_}: give a {'True or False' if type_.truth else 'number'}, or nothing to stop")
            continue
        if type_.read(word) == word or word == word & (1 << type_.width) - 1:
            return word & (1 << type_.width) - 1
        _say(f"{word} does not fit {type_}")


def _check_outputs(outputs: Sequence[str], specs: Sequence[Spec], source: str) -> None:
    """Before the search: PrimirError where what it finds could not be written."""
    if not outputs:
        return
    from .emit.write import SUFFIXES, check_writable
    from .lift.source import split_source

    if len(specs) > 1:
        raise PrimirError(f"{source} holds {len(specs)} specs, and -o takes one program",
                          hint=f"name one, as in {source}:{specs[0].name}")
    for output in outputs:
        path = Path(output)
        if path.suffix not in SUFFIXES:
            raise PrimirError(f"-o {output}: the suffix does not say what to write",
                              hint=f"it can be {' '.join(SUFFIXES)}")
        if not path.parent.is_dir():
            raise PrimirError(f"-o {output}: there is no directory {path.parent}")
        file = split_source(source).file
        if path.is_dir() or (file is not None and path.exists() and path.samefile(file)):
            raise PrimirError(f"-o {output}: this is {'a directory' if path.is_dir() else 'the source'}")
        check_writable(path)


# --- verify -----------------------------------------------------------------------------------------------------------


@group.command()
@click.argument("old", metavar="OLD", required=False)
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--requires", metavar="CONDITION", help="Only for inputs that meet it: 'x < 1000', as in a .spec.")
@click.option("-o", "--output", metavar="FILE", help="Write there what would be printed.")
@click.option("--widths", metavar="LIST", help="Prove it at these widths instead of its own: 8,16,32 or 2-16.")
@click.option("--all-widths", is_flag=True,
              help="Prove it for every width, by an argument that depends on none; else what was proved is evidence.")
@click.option("--undef-inputs", is_flag=True, help="Inputs of LLVM IR may be undef too, as for Alive2.")
@click.option("--config", metavar="[FILE]", is_flag=False, flag_value="pyproject.toml",
              help="All that [[tool.primir.verify]] in FILE asks for.  [default: pyproject.toml]")
@click.option("--playback", metavar="FILE", help="Write a pytest there that fails on each counterexample.")
@click.option("--no-cache", is_flag=True, help="Prove everything anew, and remember nothing.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Where solvers begin, and which inputs are tried.")
@click.option("--memory", type=click.IntRange(min=64), default=4096, show_default=True, metavar="MIB",
              help="What each solver's process may take at most; one that needs more cannot tell.")
@click.option("--paranoid", is_flag=True, help="Two independent provers must agree.  Implies --no-cache.")
@click.option("--certificate", metavar="DIR",
              help="Write what the proofs rest on there, for `primir check`.  Implies --no-cache.")
@_common("text json jsonl sarif junit github", time=60.0)
def verify(old: str | None, new: str | None, requires: str | None, output: str | None, widths: str | None,
           all_widths: bool, undef_inputs: bool, config: str | None, playback: str | None, no_cache: bool,
           seed: int, memory: int, paranoid: bool, certificate: str | None, time: float, jobs: int,
           unroll: int | None, cflags: str, accept: tuple[str, ...], form: str | None, quiet: bool) -> int:
    """Proves that NEW does what OLD did, or shows inputs for which it does not.

    OLD is a function or a .spec. One file alone is a file with functions src and tgt (or src1 and tgt1, ...). Two
    modules of LLVM IR are compared function by function. What was proved is remembered (`primir cache`).

    \b
    primir verify old.py:f new.py:f
    primir verify clamp.spec clamp.ll
    primir verify pair.ll
    primir verify popcount.c:slow popcount.rs:fast
    primir verify before.ll after.ll --format junit -o verify.xml
    primir verify before.ll:f after.ll:f --requires "x < 1000" --format json
    primir verify before.ll:f after.ll:f --widths 8,16,32,64
    primir verify identity.spec shorter.spec --all-widths
    primir verify --config

    Exit codes: 0 proved, 1 refuted, or no input meets the conditions, 3 unknown or bounded.
    """
    from .api import reading
    from .verify.obligations import Obligation
    from .verify.widths import parse_widths

    if config is not None:
        if old is not None:
            raise click.UsageError("--config says what is verified: give no OLD with it.", click.get_current_context())
        settings = _settings(config)
        obligations = settings.obligations
        time, jobs = _given("time", time, settings.time), _given("jobs", jobs, settings.jobs)
    elif old is None:
        raise click.UsageError("Missing argument 'OLD'.", click.get_current_context())
    else:
        at = () if widths is None else parse_widths(widths)
        obligations = (Obligation(old, new, requires, None, reading(unroll, cflags, undef_inputs), accept, at,
                                  all_widths),)
    for file in filter(None, (output, playback)):
        _check_deliverable(Path(file))
    proofs = _Proofs(time, jobs, paranoid, None if certificate is None else Path(certificate), seed, memory << 20)
    found = _findings(obligations, proofs, quiet, remember=not (no_cache or paranoid or certificate))
    if certificate is not None:
        _note(f"wrote {proofs.written} queries to {certificate}: replay them by `primir check {certificate}`", quiet)
        for why, count in proofs.left_out.items():
            _note(f"note: {count} of them without clauses and a proof: {why}", quiet)
    _deliver(_report(found, form or "text", undef_inputs), output)
    if playback is not None and any(finding.verdict.status == "refuted" for finding in found):
        from .verify.reports.playback import playback as played

        _deliver(played(found, requires).rstrip("\n"), playback)
        _note(f"wrote {playback}", quiet)
    return _worst(_exit(finding.verdict.status, (*accept, *finding.accept)) for finding in found)


def _settings(path: str) -> Config:
    """The configuration in a file; from here on its folder is where we are, so that its paths lead there."""
    from .verify.config import read_config

    settings = read_config(Path(path))
    os.chdir(settings.folder)
    return settings


def _given(name: str, value: Limit, otherwise: Limit | None) -> Limit:
    """An option's value if the user gave it, else that of the configuration, if it has one."""
    source = click.get_current_context().get_parameter_source(name)
    return value if otherwise is None or source is click.core.ParameterSource.COMMANDLINE else otherwise


def _findings(obligations: Sequence[Obligation], prove: _Proofs, quiet: bool, remember: bool) -> list[Finding]:
    from contextlib import nullcontext

    from .jobs.cache import Cache
    from .verify.obligations import findings

    with _progress("proving", quiet), (Cache.at_home() if remember else nullcontext()) as remembered:
        return findings(obligations, prove, remembered)


@dataclass
class _Proofs:
    """How pairs are proved: within which limits, by how many provers, and where certificates go."""

    time: float
    jobs: int = 1
    paranoid: bool = False
    certificate: Path | None = None
    seed: int = 0
    memory: int = 4 << 30
    written: int = 0
    left_out: dict[str, int] = field(default_factory=dict)  # of what is written, why some has no proof beside it

    def __call__(self, work: Sequence[tuple[Spec, Function]]) -> list[Verdict]:
        from .jobs.parallel import side_by_side
        from .jobs.workers import MEMORY
        from .verify.obligations import verify_pair
        from .verify.provers.agreement import Agreement
        from .verify.provers.portfolio import STANDARD, tuned

        standard = tuple(tuned(prover, self.seed, self.memory) for prover in STANDARD)
        provers: tuple[Prover, ...] = (Agreement(standard),) if self.paranoid else standard
        if self.certificate is not None:
            return [self._recorded(number, spec, target, provers) for number, (spec, target) in enumerate(work, 1)]
        if self.jobs > 1 and len(work) > 1:
            calls = [(spec, target, self.time, provers) for spec, target in work]
            return side_by_side("primir.verify.obligations:verify_pair", calls, self.jobs, self.time + STARTING,
                                memory=max(self.memory, MEMORY))
        return [verify_pair(spec, target, self.time, provers) for spec, target in work]

    def _recorded(self, number: int, spec: Spec, target: Function, provers: tuple[Prover, ...]) -> Verdict:
        from .verify.certificate import Recording, write_certificates
        from .verify.obligations import verify_pair

        assert self.certificate is not None
        recording = Recording(provers)
        verdict = verify_pair(spec, target, self.time, (recording,))
        title = f"{number} {spec.name} {target.name}"
        written = write_certificates(self.certificate, title, recording.answers)
        self.written += len(written.files)
        for why in written.left_out:
            self.left_out[why] = self.left_out.get(why, 0) + 1
        return verdict


def _report(found: Sequence[Finding], form: str, undef_inputs: bool) -> str:
    """The findings in the format called `form`."""
    from .present import finding_json, finding_text

    match form:
        case "json" | "jsonl":
            rows = [finding_json(finding, undef_inputs) for finding in found]
            if form == "json" and len(rows) == 1:
                return _json(rows)
            rows = [{"name": finding.name, **row} for finding, row in zip(found, rows)]
            return _json(rows) if form == "json" else "\n".join(map(json.dumps, rows))
        case "sarif":
            from .verify.reports.sarif import sarif

            return sarif(found, __version__)
        case "junit":
            from .verify.reports.junit import junit

            return junit(found)
        case "github":
            from .verify.reports.github import github

            return github(found)
        case _:
            lines = [finding_text(finding) + _again(finding) for finding in found]
            held = sum(finding.accepted for finding in found)
            return "\n".join([*lines, *([f"{held} of {len(found)} hold"] if len(found) > 2 else [])])


def _again(finding: Finding) -> str:
    """A line with the command that looks at a counterexample again."""
    import shlex

    condition = getattr(getattr(finding.verdict, "counterexample", None), "condition", "")
    if not condition:
        return ""
    more = ["--undef-inputs"] if finding.reading.undef_inputs else []
    width = next((each.width for each in finding.widths if each.verdict.status == "refuted"), None)
    more += ["--widths", str(width)] if width is not None else []
    return f"\n  again: {shlex.join(['primir', 'verify', *finding.sources, '--requires', condition, *more])}"


# --- check ------------------------------------------------------------------------------------------------------------


@group.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--time", type=float, callback=_seconds, default=60.0, show_default=True, metavar="SECONDS",
              help="Give up after so many seconds, for each query and solver.")
def check(path: Path, time: float) -> int:
    """Replays a certificate: every solver that is installed answers its queries again, and proofs are checked.

    FILE is a folder that `primir verify --certificate` wrote, or one of its files.

    \b
    primir verify old.ll new.ll --certificate proof
    primir check proof

    Exit codes: 0 all hold, 1 a solver says something else or a proof is refused, 3 no solver answers.
    """
    from .verify.certificate import Replay
    from .verify.certificate import check as replay

    def report(found: Replay) -> None:
        answers = ", ".join(f"{solver}: {word}" for solver, word in found.answers)
        _print(f"{found.file}: {found.verdict} ({found.status}; {answers})")

    found = replay(path, time, report)
    return _worst({"holds": OK, "differs": NO, "unknown": UNKNOWN}[each.verdict] for each in found)


# --- cache ------------------------------------------------------------------------------------------------------------


@group.group(name="cache")
def cache_group() -> None:
    """What `primir verify` remembers: how much it is, to forget it, to prove it again.

    \b
    primir cache stats
    primir cache verify
    primir cache clear
    """


@cache_group.command(name="stats")
def cache_stats() -> int:
    """Prints how many verdicts are remembered, and where."""
    from .jobs.cache import Cache

    with Cache.at_home() as cache:
        found = cache.statistics()
    _print(f"{found.rows:,} rows, {found.bytes / 1024:,.0f} KiB, in {found.path}")
    return OK


@cache_group.command(name="clear")
def cache_clear() -> int:
    """Forgets all verdicts."""
    from .jobs.cache import Cache

    with Cache.at_home() as cache:
        _print(f"forgot {cache.clear():,} rows")
    return OK


@cache_group.command(name="verify")
@click.option("--time", type=float, callback=_seconds, default=60.0, show_default=True, metavar="SECONDS",
              help="Give up after so many seconds, for each thing to prove.")
def cache_verify(time: float) -> int:
    """Proves again what is remembered of files that are still as they were; what does not hold is forgotten."""
    from .jobs.cache import Cache
    from .verify.obligations import proved_again

    with Cache.at_home() as cache:
        held, failed, gone = proved_again(cache, _Proofs(time))
    _print(f"{held:,} hold again, {failed:,} do not and are forgotten, {gone:,} are of sources that have changed")
    return NO if failed else OK


# --- lift -------------------------------------------------------------------------------------------------------------

LIFT_SUFFIXES = {".dot": "dot", ".svg": "svg", ".smt2": "smt2", ".ll": "ll", ".json": "json", ".txt": "text"}


@group.command()
@click.argument("source", metavar="SOURCE")
@click.option("--raw", is_flag=True, help="The graph as it was lifted, not in canonical form.")
@click.option("--slices", is_flag=True, help="Every maximal integer expression of the file, not a function as a whole.")
@click.option("--stats", is_flag=True, help="With --slices: how many there are, and how many different ones.")
@click.option("-o", "--output", metavar="FILE", help="Write there; the suffix says as what where --format does not.")
@_common("text dot svg smt2 ll json", time=10.0, jobs=False)
def lift(source: str, raw: bool, slices: bool, stats: bool, output: str | None, time: float, cflags: str,
         unroll: int | None, accept: tuple[str, ...], form: str | None, quiet: bool) -> int:
    """Prints a function as a graph of primitive operations, in canonical form.

    Loops are unrolled. Where one may run longer than it was, the line `beyond` says for which inputs.

    \b
    primir lift average.py:average
    primir lift module.ll:f -o f.svg
    primir lift module.bc:f --format smt2
    primir lift module.ll --slices
    primir lift zlib/deflate.c --slices --stats --cflags -Izlib
    primir lift hash.c:mix --cflags "-Iinclude -DROUNDS=4"

    Exit codes: 0 lifted, 3 lifted up to the bound of a loop that may run longer.
    """
    from .api import lift as lift_function
    from .ir.graph import FALSE, TRUE
    from .jobs.limits import Deadline
    from .verify.refine import unwound

    if stats and not slices:
        raise click.UsageError("--stats goes with --slices.", click.get_current_context())
    if form is None:
        form = LIFT_SUFFIXES.get(Path(output).suffix, "text") if output is not None else "text"
    if slices:
        return _slices(source, raw, stats, cflags, output, time, form, quiet)
    function, remarks = unwound(lift_function(source, unroll=unroll, cflags=cflags), TRUE, Deadline(time))
    for remark in (*function.remarks, *remarks):
        _note(f"note: {remark}", quiet)
    text = _graph(function if raw else _canonical(function), form)
    _deliver(text, output)
    return OK if function.beyond is FALSE else _exit("bounded", accept)


def _slices(source: str, raw: bool, stats: bool, cflags: str, output: str | None, time: float, form: str,
            quiet: bool) -> int:
    from .api import reading
    from .lift.slices import Census
    from .lift.source import slice_source
    from .present import census_text, slices_json, slices_text

    if form not in ("text", "json"):
        raise click.UsageError(f"Slices are printed as text or json, not as {form}.", click.get_current_context())
    found = slice_source(source, time, reading(None, cflags))
    census = Census() if stats else None
    if census is not None:
        census.add(found)
    if form == "json":
        text = json.dumps(slices_json(found, census, raw))
    else:
        text = census_text(census) if census is not None else slices_text(found, raw)
    for remark in found.remarks:
        _note(f"note: {remark}", quiet)
    for why, count in found.skipped.items():
        _note(f"note: {count} of {len(found.functions)} functions have no slices here: {why}", quiet)
    _deliver(text, output)
    return OK


def _canonical(function: Function) -> Function:
    from .ir.canon import canonical

    return function.over(canonical(function.roots))


def _graph(function: Function, form: str) -> str:
    """The graph in the format called `form`."""
    match form:
        case "json":
            from .present import function_json

            return json.dumps(function_json(function))
        case "ll":
            from .emit.llvm import module

            return module(function).rstrip("\n")
        case "smt2" | "dot" | "svg":
            from .ir.views import to_dot, to_smt2, to_svg

            return {"smt2": to_smt2, "dot": to_dot, "svg": to_svg}[form](function).rstrip("\n")
        case _:
            from .ir.text import print_function

            return print_function(function)


# --- what the commands share ------------------------------------------------------------------------------------------


def _json(results: Sequence[dict[str, object]]) -> str:
    """One object: the result, or where there are several, all of them."""
    return json.dumps(results[0] if len(results) == 1 else {"results": list(results)})


def _deliver(text: str, output: str | None) -> None:
    """To stdout, or into the file `output`."""
    if output is None:
        _print(text)
        return
    try:
        Path(output).write_text(text + "\n")
    except OSError as problem:
        raise PrimirError(f"{output} cannot be written: {problem.strerror}") from None


def _check_deliverable(path: Path) -> None:
    """Before the proof: PrimirError where `_deliver` could not write; unlike `write`, it may write to a device."""
    from .emit.write import check_writable

    if not path.exists():
        check_writable(path)
    elif path.is_dir() or not os.access(path, os.W_OK):
        raise PrimirError(f"{path} cannot be written: {'Is a directory' if path.is_dir() else 'Permission denied'}")


def _note(text: str, quiet: bool) -> None:
    if not quiet:
        _say(text)


def _exit(status: str, accept: Sequence[str]) -> int:
    """The exit code for a status; those that the user accepts are a yes."""
    return OK if status in accept else EXIT[status]


def _worst(codes: Iterator[int]) -> int:
    found = set(codes)
    return next(code for code in WORST_FIRST if code in found)


@contextmanager
def _progress(name: str, quiet: bool) -> Iterator[Report | None]:
    """One line on stderr while the block runs, where stderr is a terminal; what it yields hears of the progress."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    from .present import progress_text

    with Console(stderr=True).status(f"{name} ...") as status:
        yield lambda progress: status.update(progress_text(name, progress))
