"""What a proof rests on is written down, and replays; what was changed does not."""

import re
from pathlib import Path

import pytest
from primir.ir.errors import PrimirError
from primir.lift.llvm.front import functions_of
from primir.lift.spec import from_function
from primir.verify.certificate import Recording, check, write_certificates
from primir.verify.obligations import verify_pair
from primir.verify.provers.portfolio import STANDARD

PAIR = """define i32 @src(i32 %x, i32 %y) {
  %c = icmp eq i32 %y, 0
  br i1 %c, label %a, label %b
a:
  ret i32 0
b:
  %r = udiv i32 %x, %y
  ret i32 %r
}
define i32 @tgt(i32 %x, i32 %y) {
  %c = icmp ult i32 %x, %y
  %z = icmp eq i32 %y, 0
  %d = select i1 %z, i32 -1, i32 %y
  %q = udiv i32 %x, %d
  %s = select i1 %c, i32 0, i32 %q
  %r = select i1 %z, i32 0, i32 %s
  ret i32 %r
}
"""


def certified(text, folder):
    functions = functions_of(text)
    recording = Recording(STANDARD)
    verdict = verify_pair(from_function(functions["src"]), functions["tgt"], 30, (recording,))
    return verdict, write_certificates(folder, "src against tgt", recording.answers).files


def test_a_proof_replays(tmp_path):
    verdict, files = certified(PAIR.replace("i32", "i8"), tmp_path / "proof")
    replays = check(tmp_path / "proof", 30)
    assert tuple(replay.file for replay in replays) == files and files
    assert {replay.status for replay in replays} >= {"sat"}
    assert all(replay.verdict == "holds" for replay in replays), replays
    for replay in replays:
        assert [solver for solver, word in replay.answers if word == replay.status][:3] == ["bitwuzla", "z3", "cvc5"]
    assert verdict.status == ("refuted" if replays[-1].status == "sat" else "proved")


def test_a_refutation_replays(tmp_path):
    verdict, files = certified("define i8 @src(i8 %x) {\n  ret i8 %x\n}\ndefine i8 @tgt(i8 %x) {\n  ret i8 7\n}",
                               tmp_path)
    assert verdict.status == "refuted" and check(files[-1], 30)[0].verdict == "holds"


def test_what_was_changed_differs(tmp_path):
    _, files = certified("define i8 @src(i8 %x) {\n  %r = add i8 %x, %x\n  ret i8 %r\n}\n"
                         "define i8 @tgt(i8 %x) {\n  %r = mul i8 %x, 2\n  ret i8 %r\n}", tmp_path)
    text = files[-1].read_text()
    files[-1].write_text(re.sub(":status unsat", ":status sat", text))
    assert check(files[-1], 30)[0].verdict == "differs"


def test_names_are_comments_of_one_line(tmp_path):
    functions = functions_of('define i8 @"f\n(assert false)"(i8 %"a\\0A(assert false)") {\n  ret i8 0\n}')
    (function,) = functions.values()
    recording = Recording(STANDARD)
    verify_pair(from_function(function), function, 30, (recording,))
    for file in write_certificates(tmp_path, function.name, recording.answers).files:
        assert all(not line.startswith("(assert false)") for line in file.read_text().splitlines())


@pytest.mark.parametrize("name, text, message", [
    ("", None, "there is no certificate here"), ("a.smt2", "(check-sat)", "says no status"),
    ("b.smt2", None, "cannot be read"),
])  # fmt: skip
def test_what_is_no_certificate(tmp_path, name, text, message):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(PrimirError, match=message):
        check(Path(tmp_path / name), 1)
