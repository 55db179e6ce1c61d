"""Claims by width: what is read, what is proved, and that evidence is called evidence."""

import json
from pathlib import Path

import pytest
from primir.cli import run
from primir.ir.errors import PrimirError
from primir.ir.graph import CONST, topological
from primir.lift.llvm.front import lift_llvm
from primir.lift.spec import from_function
from primir.verify.obligations import Obligation, findings, verify_pair
from primir.verify.verdict import Bounded, Proved, Refuted, Unknown, Vacuous
from primir.verify.widths import Argument, AtWidth, Reread, at_widths, parse_widths, together

PAIRS = {
    "sum": ("i32 %x, i32 %y", "%a = xor i32 %x, %y\n%b = and i32 %x, %y\n%c = shl i32 %b, 1\n%r = add i32 %a, %c",
            "%r = add i32 %x, %y"),
    "poison": ("i32 %x, i32 %y", "%a = add nsw i32 %x, %y\n%r = sub nsw i32 %a, %y", "%r = add i32 %x, 0"),
    "more poison": ("i32 %x, i32 %y", "%r = add i32 %x, %y", "%r = add nsw i32 %x, %y"),
    "sign": ("i32 %x", "%r = ashr i32 %x, 31", "%c = icmp slt i32 %x, 0\n%r = sext i1 %c to i32"),
    "mask": ("i32 %x, i32 %n", "%m = and i32 %n, 31\n%r = shl i32 %x, %m", "%m = urem i32 %n, 32\n%r = shl i32 %x, %m"),
    "average": ("i32 %x, i32 %y", "%a = zext i32 %x to i64\n%b = zext i32 %y to i64\n%s = add i64 %a, %b\n"
                "%h = lshr i64 %s, 1\n%r = trunc i64 %h to i32",
                "%a = and i32 %x, %y\n%b = xor i32 %x, %y\n%h = lshr i32 %b, 1\n%r = add i32 %a, %h"),
    "only at 32": ("i32 %x", "%r = mul i32 %x, 15", "%a = shl i32 %x, 4\n%r = sub i32 %a, %x"),
    "small": ("i32 %x", "%a = mul i32 %x, %x\n%r = and i32 %a, 2", "%r = add i32 0, 0"),
    "wrong": ("i32 %x", "%r = mul i32 %x, 17", "%a = shl i32 %x, 4\n%r = or i32 %a, %x"),
    "division": ("i32 %x, i32 %y", "%a = udiv i32 %x, %y\n%b = mul i32 %a, %y\n%r = sub i32 %x, %b",
                 "%r = urem i32 %x, %y"),
    "vacuous": ("i32 %x", "%r = udiv i32 %x, 0", "%r = add i32 %x, 0"),
    "frozen": ("i32 noundef %x", "%r = freeze i32 poison", "%r = add i32 %x, 0"),
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRIMIR_CACHE", str(tmp_path / "cache"))
    for name, (parameters, *bodies) in PAIRS.items():
        Path(f"{name}.ll").write_text("".join(
            f"define i32 @{side}({parameters}) {{\n{body}\nret i32 %r\n}}\n"
            for side, body in zip(("src", "tgt"), bodies)))
    return tmp_path


def prove(work):
    return [verify_pair(spec, target, 20) for spec, target in work]


def found(name, widths=(), all_widths=False, **more):
    (finding,) = findings([Obligation(f"{name}.ll", None, widths=widths, all_widths=all_widths, **more)], prove)
    return finding


@pytest.mark.parametrize("name", ["sum", "poison", "sign", "mask", "average", "division"])
def test_proved_at_each_width(here, name):
    finding = found(name, (8, 16, 32, 64))
    assert isinstance(finding.verdict, Proved) and finding.argument is None
    assert [(each.width, each.verdict.status) for each in finding.widths] == [
        (8, "proved"), (16, "proved"), (32, "proved"), (64, "proved")]


@pytest.mark.parametrize("name, first", [("sum", 2), ("poison", 2), ("sign", 2), ("division", 2), ("only at 32", 5)])
def test_proved_at_all_widths(here, name, first):
    finding = found(name, all_widths=True)
    assert isinstance(finding.verdict, Proved), finding.verdict
    assert finding.argument.missing is None and finding.argument.first == first
    if finding.argument.shown > first:  # what the argument leaves open is proved one by one
        assert {each.width for each in finding.widths} >= set(range(first, finding.argument.shown))


@pytest.mark.parametrize("name", ["mask", "average"])
def test_evidence_is_no_proof(here, name):
    finding = found(name, all_widths=True)
    assert isinstance(finding.verdict, Unknown) and not finding.accepted
    assert "proved at 8, 16, 32 and 64 bits, which is evidence and no proof" in finding.verdict.why
    assert {each.verdict.status for each in finding.widths} == {"proved"}


@pytest.mark.parametrize("name", ["more poison", "wrong"])
@pytest.mark.parametrize("all_widths", [False, True])
def test_refuted(here, name, all_widths):
    finding = found(name, (4, 6) if name == "more poison" else (8, 16), all_widths)
    assert isinstance(finding.verdict, Refuted)
    assert finding.verdict.remarks[0].startswith("this is at ")


def test_a_square_is_never_two_modulo_four(here):
    """x * x & 2 is 0 at every width: an argument that is not ours, so that proofs at some widths are all there is."""
    assert isinstance(found("small", (3, 4, 8)).verdict, Proved)
    assert isinstance(found("small", all_widths=True).verdict, Unknown)


def test_nothing_follows_from_a_condition_that_nothing_meets(here):
    assert isinstance(found("vacuous", (8, 16)).verdict, Vacuous)
    assert not isinstance(found("vacuous", all_widths=True).verdict, Proved)


def test_what_the_source_leaves_open_has_no_argument(here):
    assert isinstance(found("frozen", all_widths=True).verdict, Unknown)


def test_requires_is_read_at_each_width(here):
    finding = found("wrong", (8, 16), requires="x < 16")
    assert isinstance(finding.verdict, Proved)
    finding = found("wrong", (), True, requires="x < 16")
    assert isinstance(finding.verdict, Unknown) and "--requires" in finding.verdict.why


LOOP = """define i32 @f(i32 noundef %x) {
  br label %h
h:
  %i = phi i32 [ 0, %0 ], [ %j, %h ]
  %j = add i32 %i, 1
  %c = icmp ult i32 %j, 5
  br i1 %c, label %h, label %e
e:
  ret i32 %j
}
"""


@pytest.mark.parametrize("old, word", [
    (LOOP, "a loop of f was unrolled"),
    ("define i32 @f(i32 %x) {\n  %r = xor i32 %x, 305419896\n  ret i32 %r\n}", "0x12345678 does not say what it is"),
    ("define i32 @f(i8 %x) {\n  %r = zext i8 %x to i32\n  ret i32 %r\n}", "words of 8 and 32 bits"),
])
def test_what_cannot_be_read_is_refused(here, old, word):
    Path("old.ll").write_text(old)
    with pytest.raises(PrimirError, match=word):
        findings([Obligation("old.ll", "old.ll", widths=(16,))], prove)


def test_specs_and_python_are_read_again(here):
    Path("a.spec").write_text("spec f(x: u32, y: u32) -> u32\n  requires y != 0\n  ensures result == x % y\n")
    Path("b.spec").write_text("spec f(x: u32, y: u32) -> u32\n  requires y != 0\n  ensures result == x - x / y * y\n")
    Path("c.py").write_text("def f(x: u64, y: u64) -> u64:\n    return x - x // y * y\n")
    Path("d.spec").write_text("spec f(x: u64, y: u64) -> u64\n  requires y != 0\n  ensures result == x % y\n")
    for old, new in (("a.spec", "b.spec"), ("d.spec", "c.py")):
        (finding,) = findings([Obligation(old, new, widths=(5, 8))], prove)
        assert isinstance(finding.verdict, Proved), finding.verdict
    (finding,) = findings([Obligation("a.spec", "b.spec", all_widths=True)], prove)
    assert isinstance(finding.verdict, Proved) and finding.argument.first == 2


def test_examples_are_of_one_width(here):
    Path("a.spec").write_text("spec f(x: u32) -> u32\n  ensures result == x\n  example f(1) == 1\n")
    with pytest.raises(PrimirError, match="examples"):
        findings([Obligation("a.spec", "a.spec", widths=(8,))], prove)


@pytest.mark.parametrize("text, widths", [("8", (8,)), ("8,16,32", (8, 16, 32)), ("2-5, 64", (2, 3, 4, 5, 64)),
                                          ("16,8,8", (8, 16))])
def test_lists_of_widths(text, widths):
    assert parse_widths(text) == widths


@pytest.mark.parametrize("text", ["", "eight", "1", "129", "8-4", "8,,16", "8-"])
def test_what_is_no_list_of_widths(text):
    with pytest.raises(PrimirError, match="is no width"):
        parse_widths(text)


@pytest.mark.parametrize("widths, text", [
    ([8], "at 8 bits"), ([8, 16], "at 8 and 16 bits"), ([2, 3, 4, 8], "at 2 to 4 and 8 bits"),
    ([2, 3, 8], "at 2, 3 and 8 bits"),
])
def test_widths_in_words(widths, text):
    assert at_widths(widths) == text


@pytest.mark.parametrize("verdicts, status", [
    ([Proved("a"), Proved("b")], "proved"), ([Proved("a"), Bounded(3, "b")], "bounded"),
    ([Bounded(3, "b"), Unknown("time")], "unknown"), ([Unknown("time"), Vacuous("x", "b")], "vacuous"),
])
def test_the_worst_verdict_counts(verdicts, status):
    parts = [AtWidth(8 << index, verdict) for index, verdict in enumerate(verdicts)]
    assert together(parts, None).status == status
    assert together(parts, Argument(missing="none")).status == ("unknown" if status == "proved" else status)
    assert together(parts, Argument()).status == status


SHIFTS = "define i32 @f(i32 %x, i32 %n) {\n  %c = icmp ult i32 %n, 31\n  %s = select i1 %c, i32 %n, i32 0\n" \
    "  %r = shl i32 %x, %s\n  %q = select i1 %c, i32 %r, i32 %x\n  ret i32 %q\n}"


@pytest.mark.parametrize("undef", [False, True])
def test_what_counts_bits_on_one_side_does_on_the_other(here, undef):
    """The target compares with 31 as the source does, under other names, and nothing else there says what 31 is."""
    other = "define i32 @f(i32 %a, i32 %b) {\n  %c = icmp ult i32 %b, 31\n  %r = zext i1 %c to i32\n  ret i32 %r\n}"
    reread = Reread(from_function(lift_llvm(SHIFTS, undef_inputs=undef)), lift_llvm(other, undef_inputs=undef))
    _, target = reread.at(8)
    assert [p.name for p in target.parameters] == ["x", "n"]
    assert {node.data for node in topological(target.roots) if node.op == CONST and node.width == 8} >= {7}


# --- the command ------------------------------------------------------------------------------------------------------


def command(capsys, *arguments):
    code = run(["verify", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_json(here, capsys):
    code, row = command(capsys, "sum.ll", "--widths", "8,16")
    assert code == 0 and row["status"] == "proved" and row["widths"]["all"] is None
    assert [(each["width"], each["status"]) for each in row["widths"]["results"]] == [(8, "proved"), (16, "proved")]
    code, row = command(capsys, "sum.ll", "--all-widths")
    assert code == 0 and row["widths"]["all"] == {"proved": True, "from": 2, "multiples_of": 1, "reason": None}
    code, row = command(capsys, "mask.ll", "--all-widths")
    assert code == 3 and row["widths"]["all"]["proved"] is False and row["widths"]["all"]["reason"]
    code, row = command(capsys, "wrong.ll", "--widths", "8,16")
    assert code == 1 and row["counterexample"] and row["widths"]["results"][1]["counterexample"]
    code, row = command(capsys, "sum.ll")
    assert code == 0 and row["widths"] is None


def test_text_names_the_widths_and_the_readings(here, capsys):
    assert run(["verify", "sign.ll", "--widths", "8-10,32"]) == 0
    said = capsys.readouterr().out
    assert "proved at 8 to 10 and 32 bits" in said and "31 is w - 1" in said
    assert run(["verify", "wrong.ll", "--widths", "8"]) == 1
    said = capsys.readouterr().out
    again = next(line for line in said.splitlines() if line.startswith("  again: primir verify "))
    assert again.endswith("--widths 8")
    import shlex

    assert run([*shlex.split(again)[2:]]) == 1  # and it stands on that input alone


def test_what_is_remembered_is_remembered_by_width(here, capsys):
    for cached in (False, True):
        _, row = command(capsys, "sum.ll", "--widths", "8,16")
        assert [each["cached"] for each in row["widths"]["results"]] == [cached, cached]
    _, row = command(capsys, "sum.ll", "--widths", "16,24")
    assert [each["cached"] for each in row["widths"]["results"]] == [True, False]


def test_from_python(here):
    import primir

    assert primir.verify("wrong.ll:src", "wrong.ll:tgt", widths=[8, 16]).status == "refuted"
    assert primir.verify("sum.ll:src", "sum.ll:tgt", widths=[16, 8]).status == "proved"
    with pytest.raises(PrimirError, match="1 is no width"):
        primir.verify("sum.ll:src", "sum.ll:tgt", widths=[1])


def test_a_counterexample_at_a_width_is_played_back_there(here):
    run(["verify", "wrong.ll", "--widths", "8", "--playback", "test_played.py"])
    assert "widths=[8])" in Path("test_played.py").read_text()


def test_in_the_configuration(here):
    entry = '[[tool.primir.verify]]\nold = "sum.ll:src"\nnew = "sum.ll:tgt"\n'
    Path("pyproject.toml").write_text(f"{entry}widths = [8, 16]\nall-widths = true\n")
    assert run(["verify", "--config"]) == 0
    Path("pyproject.toml").write_text(f"{entry}widths = [8, 1]\n")
    assert run(["verify", "--config"]) == 2
