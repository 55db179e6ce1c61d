"""A corpus of our own, each construct in some function: the lifted graph does what the original does when it runs.

LLVM IR runs as LLVM compiles it, unoptimized and after its pipeline O2; C, C++ and Rust as their compilers do, without
and with optimization; Python as CPython has it.
"""

import importlib.util
import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from agreement import agrees, inputs, outcomes
from native import InPython, compile_c, compile_llvm, compile_rust
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.lift.compiled.clang import find_clang
from primir.lift.compiled.rust import working_rustc
from primir.lift.llvm.front import functions_of
from primir.lift.llvm.opcodes import entries
from primir.lift.source import lift_source

CORPUS = Path(__file__).with_name("corpus")
COUNT = 10_000  # inputs
SEED = 1
LEVELS = (0, 2)


def listed(folder, pattern):
    """The functions of the files of one folder, by file and name."""
    return [pytest.param(file, name, id=f"{file.stem}-{name}")
            for file in sorted((CORPUS / folder).iterdir())
            for name in re.findall(pattern, file.read_text(), re.MULTILINE)]


LLVM = listed("llvm", r"^(?:define .*?(?=@[\w.]+\()|(?=@\w+ = alias))@([\w.]+)")


@cache
def llvm(file):
    """The lifted functions of a file, and what LLVM makes of them at each level."""
    text = file.read_text()
    found = functions_of(text, file=file.name)
    assert found.refused == {}
    return found, {level: compile_llvm(text, found.names, level) for level in LEVELS}


@pytest.mark.parametrize("file, name", LLVM)
def test_llvm(file, name):
    found, native = llvm(file)
    agrees(found[name], {f"O{level}": native[level][name] for level in LEVELS}, COUNT, SEED)


# --- other languages --------------------------------------------------------------------------------------------------

C = listed("c", r"^(?!static|struct)\w[\w ]* (\w+)\(")
CPP = listed("cpp", r"^(?:std::\w+|int|unsigned) (\w+)\(")
RUST = listed("rust", r"^pub .*fn (\w+)\(")
PYTHON = listed("python", r"^def ([a-z]\w*)\(")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("native")


@cache
def c(file, folder):
    """What the compiler makes of the functions of a C or C++ file at each level."""
    try:
        compiler = find_clang("C" if file.suffix == ".c" else "C++")
    except PrimirError as problem:
        pytest.skip(str(problem))
    shapes = {name: len(re.search(rf"\b{name}\((.*?)\)", file.read_text())[1].split(","))
              for path, name in (case.values for case in C + CPP) if path == file}
    return {level: compile_c(compiler.command, file, shapes, folder, [f"-O{level}"]) for level in LEVELS}


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no cc to link with")
@pytest.mark.parametrize("file, name", C + CPP)
def test_c(file, name, folder):
    native = c(file, folder)
    agrees(lift_source(f"{file}:{name}"), {f"-O{level}": native[level][name] for level in native}, COUNT, SEED)


@cache
def rust(file, folder):
    """What rustc makes of the functions of a Rust file at each level."""
    pattern = r"^pub .*fn (\w+)\((.*)\) -> (.*) \{"
    signatures = {name: (re.findall(r": (\w+)", given), re.findall(r"\w+", results))
                  for name, given, results in re.findall(pattern, file.read_text(), re.MULTILINE)}
    return {level: compile_rust(file, signatures, folder, level) for level in (0, 3)}


@pytest.mark.skipif(working_rustc() is None, reason="there is no rustc that runs")
@pytest.mark.parametrize("file, name", RUST)
def test_rust(file, name, folder):
    native = rust(file, folder)
    agrees(lift_source(f"{file}:{name}"), {f"opt-level {level}": native[level][name] for level in native}, COUNT, SEED)


@cache
def module(file):
    spec = importlib.util.spec_from_file_location(f"corpus_{file.stem}", file)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("file, name", PYTHON)
def test_python(file, name):
    """In its domain the lifted function is the Python function; outside, that raises."""
    lifted = lift_source(f"{file}:{name}")
    native = InPython(getattr(module(file), name), [parameter.type for parameter in lifted.parameters])
    agrees(lifted, {"CPython": native}, COUNT, SEED)
    words = inputs(lifted, 2000, SEED)
    outside = words[~outcomes(lifted, words)[0]]
    for row in outside.tolist():
        assert not run(lifted, {p.value: low for p, (low, _) in zip(lifted.parameters, row)}).domain
        with pytest.raises((ValueError, AssertionError, ZeroDivisionError)):
            native.results(row)


# --- the corpus -------------------------------------------------------------------------------------------------------


def test_there_are_enough():
    assert len(LLVM + C + CPP + RUST + PYTHON) >= 150
    assert all(len(cases) >= 10 for cases in (C, CPP, RUST, PYTHON))


def test_every_function_of_the_corpus_is_compared():
    assert {(file, name) for file, name in (case.values for case in LLVM)} == {
        (file, name) for file in (CORPUS / "llvm").iterdir() for name in llvm(file)[0].names}


def test_a_function_lifted_wrong_is_found():
    file = CORPUS / "llvm" / "arithmetic.ll"
    text = file.read_text().replace("%r = add nuw i64 %a, %h", "%r = or i64 %a, %h")
    wrong = functions_of(text, only="average")["average"]
    with pytest.raises(AssertionError, match=r"average\(0x.*, seed 1: O0 gives 0x"):
        agrees(wrong, {"O0": llvm(file)[1][0]["average"]}, 200, SEED)


OTHERS = r"""= freeze|= select|= phi|switch|unreachable|insertvalue|extractvalue|extractelement|insertelement
shufflevector|llvm.assume|llvm.expect|llvm.trap|alias|undef|poison|zeroinitializer|splat|range\(|noundef|zeroext|signext
getelementptr|= bitcast|!range|!noundef"""


def test_the_corpus_has_every_instruction_and_flag():
    text = "\n".join(file.read_text() for file in (CORPUS / "llvm").iterdir())
    wanted = re.split(r"[|\n]", OTHERS)
    for key, entry in entries().items():
        called, (opcode, *_) = key.startswith("llvm."), key.split()
        wanted.append(rf"@{key}\." if called else rf"= {key.replace(' ', ' (samesign )?')} ")
        wanted += [rf"{key}\..*i1 true" if called else rf"= {opcode} ([a-z]+ )*{flag} " for flag in entry.row.flags]
    assert [pattern for pattern in wanted if not re.search(pattern, text)] == []
