"""Damaged files: each is lifted or refused by a PrimirError, soon, and nothing that LLVM does harms this process."""

import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from mutations import functions, mutations
from primir.ir.errors import PrimirError
from primir.lift.llvm.front import functions_of

LIFT = Path(__file__).parents[1]
FOLDERS = [LIFT / "corpus" / "llvm", LIFT / "cases" / "planted"]
SOON = 2.0  # seconds
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(100, 120))]


@cache
def texts():
    return [function for folder in FOLDERS for file in sorted(folder.glob("*.ll"))
            for function in functions(file.read_text())]


@cache
def bitcodes():
    from llvmlite import binding as llvm

    found = []
    for file in sorted(file for folder in FOLDERS for file in folder.glob("*.ll"))[::4]:
        found.append(llvm.parse_assembly(file.read_text(), llvm.create_context()).as_bitcode())
    return found


def outcome(data):
    """What becomes of a file: "lifted", or the refusal without what is particular to it."""
    started = time.monotonic()
    try:
        found = functions_of(data, file="damaged")
    except PrimirError as problem:
        word = "LLVM died" if "crashed" in problem.message else problem.message.partition(":")[0]
    else:
        word = "lifted" if found else "refused"
        assert len(found) + len(found.refused) == len(found.names)
    return word, time.monotonic() - started


def survives(files, seed):
    """Every file has an outcome, within SOON; one that was late is tried again, as the machine may be busy."""
    counts = Counter()
    for number, data in enumerate(files):
        try:
            word, seconds = outcome(data)
            if seconds > SOON:
                word, seconds = outcome(data)
        except Exception as problem:
            raise AssertionError(f"seed {seed}, file {number}: {problem!r}\n{data!r}") from problem
        assert seconds <= SOON, f"seed {seed}, file {number} took {seconds:.1f} s\n{data!r}"
        counts[word] += 1
    print(f"seed {seed}: {counts}")  # noqa: T201
    return counts


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_text(seed):
    count = 200 if seed == 1 else 1000
    counts = survives(mutations(texts(), None, seed, count), seed)
    assert counts.total() == count
    assert count / 10 < counts["lifted"] < count


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_bitcode(seed):
    count = 20 if seed == 1 else 100
    counts = survives(mutations(None, bitcodes(), seed, count), seed)
    assert counts.total() == count
    assert 0 < counts["lifted"] < count
