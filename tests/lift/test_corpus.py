"""A corpus of our own, each construct in some function: the lifted graph does what the original does when it runs.

LLVM IR runs as LLVM compiles it, unoptimized and after its pipeline O2.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from agreement import agrees
from native import compile_llvm
from primir.lift.llvm import functions_of
from primir.lift.opcodes import entries

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
