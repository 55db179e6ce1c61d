"""Random programs: the lifted graph does what the original does when it runs, unoptimized and after LLVM's O2.

What helpers/programs.py grows from a seed holds every kind of instruction, what c_programs.py does every kind of local
variable, what py_programs.py does Python's arithmetic; a report names the seed and the function.
"""

import importlib.util
import re
import shutil

import c_programs
import py_programs
import pytest
from agreement import agrees
from native import InPython, compile_c, compile_llvm, optimized
from primir.ir.errors import PrimirError
from primir.jobs.limits import Deadline
from primir.lift.compiled.clang import find_clang
from primir.lift.llvm.front import functions_of
from primir.lift.source import lift_callable, lift_source
from primir.verify.refine import refine
from programs import definition, module

EACH = 20  # functions of a module
LEVELS = (0, 2)
OPEN = "leaves more than 256 values open"  # a loop that freezes something new in each run may


def check(seed, count, inputs):
    """`count` functions from one seed on `inputs` inputs; how many these were in all."""
    print(f"seed {seed}")  # noqa: T201
    text = module(seed, count)
    found = functions_of(text)
    assert all(OPEN in problem.message for problem in found.refused.values()), f"seed {seed}: {found.refused}"
    assert len(found.refused) < EACH / 4, f"seed {seed}"
    names = [f"f{index}" for index in range(count) if f"f{index}" in found]
    native = {level: compile_llvm(text, names, level) for level in LEVELS}
    compared = 0
    for name in names:
        each = {f"O{level}": native[level][name] for level in LEVELS}
        try:
            compared += agrees(found[name], each, inputs, seed, least=0)
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n{definition(text, name)}") from None
    return compared


@pytest.mark.parametrize("seed", range(1, 4))
def test_random_programs(seed):
    assert check(seed, EACH, 1000) > 1000 * EACH / 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_two_thousand_random_programs(seed):
    assert check(seed, EACH, 10_000) > 10_000 * EACH / 2


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no cc to link with")
@pytest.mark.parametrize("seed, count", [(1, 3), *(pytest.param(seed, EACH, marks=pytest.mark.slow)
                                                  for seed in range(200, 215))])
def test_random_programs_in_c(seed, count, tmp_path):
    print(f"seed {seed}")  # noqa: T201
    try:
        compiler = find_clang().command
    except PrimirError as problem:
        pytest.skip(str(problem))
    text, shapes = c_programs.unit(seed, count)
    file = tmp_path / "unit.c"
    file.write_text(text)
    native = {level: compile_c(compiler, file, shapes, tmp_path, [f"-O{level}"]) for level in LEVELS}
    compared = 0
    for name in shapes:
        try:
            function = lift_source(f"{file}:{name}")
        except PrimirError as problem:
            if re.search("cannot be lifted|too long|more than", str(problem)):
                continue
            raise
        compared += agrees(function, {f"-O{level}": native[level][name] for level in LEVELS}, 2000, seed, least=0)
    assert compared > 1000 * count / 2


@pytest.mark.parametrize("seed, count", [(1, 5), *(pytest.param(seed, 15, marks=pytest.mark.slow)
                                                  for seed in range(400, 420))])
def test_random_programs_in_python(seed, count, tmp_path):
    print(f"seed {seed}")  # noqa: T201
    file = tmp_path / f"programs_{seed}.py"
    file.write_text(py_programs.source(seed, count))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module_ = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module_)
    compared = 0
    for name in (f"f{index}" for index in range(count)):
        function = getattr(module_, name)
        try:
            lifted = lift_callable(function)
        except PrimirError as problem:
            if re.search("cannot be lifted|division by zero|do not mix", str(problem)):
                continue
            raise
        if not any("more than 64 bits" in remark for remark in lifted.remarks):
            native = InPython(function, [parameter.type for parameter in lifted.parameters])
            compared += agrees(lifted, {"CPython": native}, 500, seed, least=0)
    assert compared > 100 * count


def statuses(seed, count, target, seconds):
    """What is said of `count` functions from a seed and those that `target` makes of the module's text."""
    text = module(seed, count)
    before, after = functions_of(text), functions_of(target(text))
    found = []
    for name in (f"f{index}" for index in range(count)):
        verdict = refine(before[name], after[name], deadline=Deadline(seconds))
        found.append(verdict.status)
        assert verdict.status != "refuted", f"seed {seed}: {verdict}\n{definition(text, name)}"
    return found


def test_each_refines_itself():
    assert set(statuses(7, EACH, lambda text: text, 10)) <= {"proved", "vacuous"}


@pytest.mark.parametrize("seed", [8, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2000, 2010))])
def test_what_llvm_makes_of_it_is_not_refuted(seed):
    found = statuses(seed, EACH, optimized, 2)
    assert found.count("proved") > EACH / 2, found


def test_a_program_lifted_wrong_is_found():
    """Without its flags or with another predicate, a program from the same seed is another one."""
    text = module(1, EACH)
    names = [f"f{index}" for index in range(EACH)]
    wrong = functions_of(text.replace("icmp ult", "icmp ule").replace("ashr", "lshr").replace("sext", "zext"))
    native = compile_llvm(text, names, 0)
    found = 0
    for name in names:
        try:
            agrees(wrong[name], {"O0": native[name]}, 1000, 1, least=0)
        except AssertionError:
            found += 1
    assert found > EACH / 2
