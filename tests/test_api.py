"""The Python interface: sources of all kinds, results that are functions, and an import that loads little."""

import inspect
import pickle
import subprocess
import sys
import types
from pathlib import Path

import primir
import primir.api
import primir.lift.source
import primir.lift.speclang.front
import primir.verify.verdict
import pytest
from primir import PrimirError, i8, u8, u32

SPEC = "spec clear(x: u8) -> u8\n  ensures result == (x & (x - 1))\n"


def clear(x: u8) -> u8:
    return x & (x - 1)


def isolate(x: u8) -> u8:
    return x & -x


def half(x: i8) -> i8:
    return x >> 1


def both(x: u32, y: u32) -> tuple[u32, u32]:
    return x & y, x | y


@primir.spec(requires="x < 16", using="plain")
def low(x: u8) -> u8:
    return x & 15


def test_a_result_is_a_function():
    found = primir.synthesize(clear, using="plain")
    assert (found.status, found.cost) == ("proved", 2)
    assert [found(x) for x in (0, 1, 12, 255, 256)] == [0, 0, 8, 254, 0]
    assert "uint8_t clear(uint8_t x)" in found.c
    assert found.llvm.startswith("define")
    assert found.to_json()["status"] == "proved"
    assert str(found).startswith("clear: proved, 2 instructions")


def test_results_are_in_the_range_of_their_type():
    found = primir.synthesize(half)
    assert [found(x) for x in (-128, -1, 0, 127)] == [-64, -1, 0, 63]


def test_two_results_are_a_tuple():
    assert primir.synthesize(both)(12, 10) == (8, 14)


def test_sources(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("clear.spec").write_text(SPEC)
    Path("api_case.py").write_text("from primir import u8\n\ndef clear(x: u8) -> u8:\n    return x & (x - 1)\n")
    sources = ["clear.spec", Path("clear.spec"), "api_case.py", "api_case.py:clear", "api_case:clear", clear,
               primir.lift(clear)]
    for source in sources:
        assert isinstance(primir.verify(source, clear), primir.Proved), source
        assert primir.lift(source).parameters[0].name == "x", source
    assert isinstance(primir.verify("clear.spec", isolate), primir.Refuted)


def test_a_marked_function_stays_a_function():
    assert low(200) == 8
    assert primir.synthesize(low).cost == 0  # all that requires allows is x itself
    assert isinstance(primir.verify(low, same), primir.Proved)
    assert isinstance(primir.verify(low, same, requires="x > 16"), primir.Vacuous)


def same(x: u8) -> u8:
    return x


def test_a_mark_without_arguments():
    marked = primir.spec(isolate)
    assert marked is isolate
    assert primir.synthesize(isolate, using=["neg", "and"]).cost == 2


def test_verdicts_are_matched():
    match primir.verify(clear, isolate, requires="x > 0"):
        case primir.Refuted(counterexample):
            inputs = counterexample.to_json()["inputs"]
            assert clear(inputs["x"]) % 256 != isolate(inputs["x"]) % 256
        case verdict:
            raise AssertionError(verdict)
    with pytest.raises(TypeError):
        bool(primir.verify(clear, clear))


def test_an_exception_is_outside_the_domain():
    def ratio(x: u8, y: u8) -> u8:
        assert y != 0
        return x // y

    verdict = primir.verify(ratio, ratio)
    assert isinstance(verdict, primir.Proved)
    assert any("raises" in remark for remark in verdict.remarks)
    assert "raises" in str(primir.synthesize(ratio, using="plain"))


@pytest.mark.parametrize("call, message", [
    (lambda: primir.synthesize("nowhere.spec"), "nowhere.spec: there is no such file"),
    (lambda: primir.synthesize(clear, using="adds"), "no operation adds"),
    (lambda: primir.synthesize(clear, requires="z == 1"), "z"),
    (lambda: primir.verify(clear, both), "the signatures differ"),
    (lambda: primir.lift(len), "no Python function"),
    (lambda: primir.lift(SPEC), "no such file"),
    (lambda: primir.lift(""), "empty"),
])
def test_wrong_input_raises_one_kind_of_error(call, message):
    with pytest.raises(PrimirError, match=message):
        call()


@pytest.mark.parametrize("options, message", [
    *(({"seed": seed}, "seed is .* not an integer from 0 on") for seed in (-1, 1.5, "1", None, True)),
    *(({"work": work}, "work is .* not an integer from 1 on") for work in (0, -1, 2.0, "9", True)),
    *(({"time": time}, "time is .* not a positive number") for time in (0, -1, float("nan"), float("inf"), "1", True)),
    *(({"using": names}, "using is .* neither text nor a list") for names in (1, [1], ["add", None], b"add")),
    *(({"forbid": names}, "forbid is .* neither text nor a list") for names in (None, 1, [1])),
    *(({"requires": condition}, "requires is .* not text") for condition in (True, 1, b"x", ["x < 1"])),
])
def test_a_wrong_argument_is_named(options, message):
    with pytest.raises(PrimirError, match=message):
        primir.synthesize(clear, **options)
    if set(options) <= {"requires", "time"}:
        with pytest.raises(PrimirError, match=message):
            primir.verify(clear, clear, **options)
    if set(options) <= {"requires", "using", "forbid"}:
        with pytest.raises(PrimirError, match=message):
            primir.spec(**options)


@pytest.mark.parametrize("options", [
    {"using": ("neg", "and")}, {"using": {"neg", "and"}, "forbid": []}, {"time": 2.5, "work": 10**6}, {"time": None}])
def test_right_arguments_are_taken(options):
    assert primir.synthesize(isolate, **options).cost <= 2


def test_the_same_seed_gives_the_same_program():
    first, second = (primir.synthesize(clear, using="plain", seed=7, work=10**7) for _ in range(2))
    assert (first.llvm, first.search.candidates) == (second.llvm, second.search.candidates)


def test_graphs_can_be_pickled():
    function = primir.lift(both)
    assert pickle.loads(pickle.dumps(function)) == function


def test_lift_and_verify_are_packages_and_functions():
    assert isinstance(primir.lift, types.ModuleType)
    assert primir.lift.source is sys.modules["primir.lift.source"]
    assert list(inspect.signature(primir.lift).parameters) == ["source", "unroll", "cflags"]
    assert list(inspect.signature(primir.verify).parameters) == ["old", "new", "requires", "time", "unroll",
                                                                "undef_inputs", "cflags", "widths"]


@pytest.mark.parametrize("name, emitted", [("double", "double_"), ("lambda", "lambda_"), ("f.1 x", "f_1_x"),
                                           ("tolower", "tolower_"), ("abs", "abs_")])
def test_a_name_that_c_or_python_refuses_is_another_one_there(tmp_path, name, emitted):
    file = tmp_path / "module.ll"
    file.write_text(f'define i8 @"{name}"(i8 noundef %x) {{\n  ret i8 %x\n}}\n')
    found = primir.synthesize(file)
    assert (found.name, found(3)) == (emitted, 3)
    assert f"uint8_t {emitted}(uint8_t x)" in found.c
    assert f"def {emitted}(x: int)" in found.python
    assert name in str(found)


def test_a_parameter_that_c_calls_otherwise_is_noted():
    text = "spec f(int: u8, x: u8) -> (h: u8, l: u8)\n ensures h == int\n ensures l == x\n"
    found = primir.api.synthesize_spec(primir.lift.speclang.front.parse_specs(text)[0], 60)
    assert "void f(uint8_t int_2, uint8_t x, uint8_t *h, uint8_t *l)" in found.c
    assert [remark for remark in found.remarks if "C has a word int" in remark]


def test_every_name_is_there():
    for name in primir.__all__:
        assert getattr(primir, name) is not None
    assert set(primir.__all__) <= set(dir(primir))
    with pytest.raises(AttributeError):
        getattr(primir, "nothing_of_this_name")  # noqa: B009


def test_the_import_is_light():
    code = "import sys; before = set(sys.modules); import primir; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name.split(".")[0] for name in loaded} & {"click", "lark", "numba", "numpy", "llvmlite", "z3"} == set()
    assert not {"primir.cli", "primir.api", "primir.ir.graph"} & set(loaded)
