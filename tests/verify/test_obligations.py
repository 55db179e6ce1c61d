"""What is remembered, under which key, and that nothing else is taken for it."""

from pathlib import Path

import pytest
from primir.ir.errors import PrimirError
from primir.jobs.cache import Cache
from primir.lift.llvm import assembly, front
from primir.lift.llvm.front import lift_llvm
from primir.lift.llvm.loops import Unroll
from primir.lift.source import Reading
from primir.lift.spec import from_function
from primir.verify import obligations
from primir.verify.obligations import (
    Obligation,
    _key_of_pair,
    findings,
    fingerprint,
    pairs,
    proved_again,
    verify_pair,
)
from primir.verify.verdict import Proved

OLD = "define i8 @f(i8 noundef %x) {\n  %r = mul i8 %x, 2\n  ret i8 %r\n}\n"
NEW = "define i8 @f(i8 noundef %x) {\n  %r = shl i8 %x, 1\n  ret i8 %r\n}\n"
WRONG = NEW.replace("1\n", "2\n")
G = "define i8 @g(i8 %x) {\n  ret i8 %x\n}\n"
LOOP = """define i8 @f(i8 noundef %x) {
  br label %h
h:
  %i = phi i8 [ 0, %0 ], [ %j, %h ]
  %j = add i8 %i, 1
  %c = icmp ult i8 %j, %x
  br i1 %c, label %h, label %e
e:
  ret i8 %j
}
"""


class Prover:
    """Counts what it is asked to prove."""

    def __init__(self):
        self.asked = 0

    def __call__(self, work):
        self.asked += len(work)
        return [verify_pair(spec, target, 20) for spec, target in work]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("old.ll").write_text(OLD)
    Path("new.ll").write_text(NEW)
    Path("wrong.ll").write_text(WRONG)
    Path("old.py").write_text("def f(x: u8) -> u8:\n    return x * 2\n")
    Path("new.py").write_text("def f(x: u8) -> u8:\n    return x + x\n")
    return tmp_path


@pytest.fixture
def cache(tmp_path):
    with Cache(tmp_path / "cache.sqlite") as opened:
        yield opened


def statuses(found):
    return [finding.verdict.status for finding in found]


@pytest.mark.parametrize("old, new", [("old.ll", "new.ll"), ("old.py", "new.py"), ("old.py:f", "new.ll:f")])
def test_what_is_proved_is_remembered(here, cache, old, new):
    prover = Prover()
    first = findings([Obligation(old, new)], prover, cache)
    again = findings([Obligation(old, new)], prover, cache)
    assert prover.asked == 1 and statuses(first) == statuses(again) == ["proved"]
    assert not first[0].verdict.cached and again[0].verdict.cached
    assert again[0].verdict.prover == first[0].verdict.prover


def test_what_is_refuted_is_looked_at_again(here, cache):
    prover = Prover()
    for _ in range(2):
        assert statuses(findings([Obligation("old.ll", "wrong.ll")], prover, cache)) == ["refuted"]
    assert prover.asked == 2


CHANGES = {
    "the old source": lambda: Path("old.ll").write_text(OLD.replace("i8", "i16")) and Path("new.ll").write_text(
        NEW.replace("i8", "i16")),
    "the new source": lambda: Path("new.ll").write_text(NEW.replace("shl i8 %x, 1", "add i8 %x, %x")),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_another_text_is_proved_anew(here, cache, change):
    prover = Prover()
    findings([Obligation("old.ll", "new.ll")], prover, cache)
    CHANGES[change]()
    assert statuses(findings([Obligation("old.ll", "new.ll")], prover, cache)) == ["proved"]
    assert prover.asked == 2


@pytest.mark.parametrize("other", [
    Obligation("old.ll", "new.ll", requires="x < 9"),
    Obligation("new.ll", "old.ll"),
    Obligation("old.ll", "new.ll", reading=Reading(undef_inputs=True)),
])  # fmt: skip
def test_another_question_has_another_key(here, cache, other):
    for file in ("old.ll", "new.ll"):
        Path(file).write_text(Path(file).read_text().replace("noundef ", ""))
    prover = Prover()
    findings([Obligation("old.ll", "new.ll")], prover, cache)
    findings([other], prover, cache)
    assert prover.asked == 2


def test_a_bound_is_part_of_the_question(here, cache):
    Path("old.ll").write_text(LOOP)
    Path("new.ll").write_text(LOOP)
    asked = [Obligation("old.ll", "new.ll", reading=Reading(Unroll(steps))) for steps in (3, 256)]
    prover = Prover()
    for each in asked:
        findings([each], prover, cache)
    assert prover.asked == 2


COUNTING = """define i32 @f(i32 noundef %n) {
entry:
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %next, %body ]
  %c = icmp ult i32 %i, %n
  br i1 %c, label %body, label %end
body:
  %far = icmp eq i32 %i, 300
  %step = select i1 %far, i32 STEP, i32 1
  %next = add i32 %i, %step
  br label %head
end:
  ret i32 %i
}
"""


def test_what_a_loop_does_beyond_its_bound_is_part_of_the_question():
    """Up to the bound both are the same graph."""
    once, twice = (lift_llvm(COUNTING.replace("STEP", step), unroll=Unroll(9)) for step in "12")
    assert once.roots == twice.roots
    assert _key_of_pair(from_function(once), once) != _key_of_pair(from_function(once), twice)


def test_another_version_of_a_program_is_another_key(here, cache, monkeypatch):
    prover = Prover()
    findings([Obligation("old.ll", "new.ll")], prover, cache)
    fingerprint.cache_clear()
    monkeypatch.setattr("primir.verify.obligations._installed", lambda: ["bitwuzla-0.0.dist-info"])
    findings([Obligation("old.ll", "new.ll")], prover, cache)
    fingerprint.cache_clear()
    assert prover.asked == 2


def test_a_module_is_read_once_however_often_it_is_named(here, cache, monkeypatch):
    def read_module(data, *arguments):
        reads.append(data)
        return assembly.read_module(data, *arguments)

    reads = []
    monkeypatch.setattr(front, "read_module", read_module)
    Path("a.ll").write_text(module(OLD, G) + "; never read before\n")
    listed = [Obligation(f"a.ll:{name}", f"a.ll:{name}", name=name) for name in "fgfg"]
    assert statuses(findings(listed, Prover(), cache)) == ["proved"] * 4
    assert len(reads) == 1


def test_files_that_are_written_to_meanwhile_are_not_remembered(here, cache):
    prover = Prover()

    def late(work):
        Path("new.ll").write_text(WRONG)
        return prover(work)

    assert statuses(findings([Obligation("old.ll", "new.ll")], late, cache)) == ["proved"]
    assert statuses(findings([Obligation("old.ll", "new.ll")], prover, cache)) == ["refuted"]


def test_what_is_remembered_by_pairs_is_remembered_by_files_too(here, cache, monkeypatch):
    findings([Obligation("old.ll", "new.ll")], Prover(), cache)
    Path("new.ll").write_text(NEW + "; the same\n")
    findings([Obligation("old.ll", "new.ll")], Prover(), cache)
    monkeypatch.setattr(obligations, "pairs", None)  # nothing is lifted
    assert statuses(findings([Obligation("old.ll", "new.ll")], Prover(), cache)) == ["proved"]


def test_a_row_that_says_something_else_is_no_answer(here, cache):
    prover = Prover()
    findings([Obligation("old.ll", "new.ll")], prover, cache)
    for key, row in list(cache.rows()):
        cache.put(key, {**row, "status": "nonsense", "pairs": [["f", "f", {"status": "refuted"}]]})
    assert statuses(findings([Obligation("old.ll", "new.ll")], prover, cache)) == ["proved"]
    assert prover.asked == 2


def test_a_lie_in_the_cache_is_found_and_forgotten(here, cache):
    prover = Prover()
    findings([Obligation("old.ll", "new.ll")], prover, cache)
    findings([Obligation("old.py", "new.py")], prover, cache)
    assert proved_again(cache, prover) == (3, 0, 0)
    for key, row in list(cache.rows()):
        if "pairs" in row:
            Path("new.ll").write_text(WRONG)
            lie = {**row, "obligation": {**row["obligation"], "new": "wrong.ll"}}
            from primir.verify.obligations import _key_of_files

            cache.put(_key_of_files(Obligation("old.ll", "wrong.ll")), lie)
            assert key != _key_of_files(Obligation("old.ll", "wrong.ll"))
    assert proved_again(cache, prover) == (2, 1, 1)  # the lie is found, and new.ll has changed
    assert statuses(findings([Obligation("old.ll", "wrong.ll")], prover, cache)) == ["refuted"]


# --- modules ----------------------------------------------------------------------------------------------------------


def module(*functions):
    return "".join(functions)


def test_modules_are_compared_function_by_function(here):
    Path("a.ll").write_text(module(OLD, G, G.replace("@g", "@gone"), G.replace("define", "define internal")
                                   .replace("@g", "@inlined")))
    Path("b.ll").write_text(module(G, NEW, G.replace("@g", "@fresh")))
    found = findings([Obligation("a.ll", "b.ll")], Prover())
    assert [(finding.new, finding.verdict.status) for finding in found] == [
        ("b.ll:f", "proved"), ("b.ll:g", "proved"), ("b.ll:gone", "unknown")]
    assert "there is no function gone" in found[2].verdict.why


def test_a_function_that_cannot_be_lifted_is_unknown_beside_others(here):
    bad = "define i8 @h(ptr %p) {\n  %r = load i8, ptr %p\n  ret i8 %r\n}\n"
    Path("a.ll").write_text(module(OLD, bad))
    Path("b.ll").write_text(module(NEW, bad))
    found = findings([Obligation("a.ll", "b.ll")], Prover())
    assert statuses(found) == ["proved", "unknown"] and "a pointer cannot be lifted" in found[1].verdict.why


def test_modules_without_a_common_name_are_refused(here):
    Path("a.ll").write_text(module(OLD, G))
    Path("b.ll").write_text(module(G.replace("@g", "@k"), G.replace("@g", "@l")))
    with pytest.raises(PrimirError, match="no function of one name"):
        pairs(Obligation("a.ll", "b.ll"))


def test_what_is_accepted(here):
    finding, = findings([Obligation("old.ll", "new.ll", accept=("bounded",))], Prover())
    assert isinstance(finding.verdict, Proved) and finding.accepted and finding.file == "new.ll"
