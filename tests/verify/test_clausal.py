"""Proofs in DRAT are tied to their query, and hold; whatever is damaged on purpose is refused."""

import hashlib
import random
import re
from importlib.util import find_spec

import pytest
from primir.ir.graph import CHOICE, apply, const, leaf
from primir.jobs.limits import Deadline
from primir.verify import clausal
from primir.verify.certificate import check, write_certificates
from primir.verify.clausal import Clausal, LeftOut, prove, replay
from primir.verify.provers import blast
from primir.verify.provers.blast import MISSING, Blast
from primir.verify.provers.query import Query, Unsat
from primir.verify.provers.solvers import encode
from queries import random_query

needs_sat = pytest.mark.skipif(find_spec("pysat") is None or find_spec("dratify") is None, reason="needs primir[sat]")

X, Y = leaf("x", 16), leaf('y "odd"!poison', 16)
AVERAGE = Query(apply("ne", apply("add", apply("and", X, Y), apply("lshr", apply("xor", X, Y), const(1, 16))),
                      apply("trunc", apply("lshr", apply("add", apply("zext", X, width=17), apply("zext", Y, width=17)),
                                           const(1, 17)), width=16)),
                (apply("ult", X, const(60000, 16)), leaf("c", 1, CHOICE)))
OTHER = Query(apply("ne", apply("xor", X, Y), apply("sub", apply("or", X, Y), apply("and", X, Y))))
TRIVIAL = Query(apply("ne", X, X))


def script(query):
    return encode(query)[0]


@pytest.fixture(scope="module")
def found():
    return {query: prove(query) for query in (AVERAGE, OTHER, TRIVIAL)}


@needs_sat
@pytest.mark.parametrize("query", [AVERAGE, OTHER, TRIVIAL])
def test_a_proof_holds_for_its_query(found, query):
    assert isinstance(found[query], Clausal)
    assert replay(script(query), found[query].clauses, found[query].proof, 30) is None


@needs_sat
@pytest.mark.parametrize("query, clauses, proof, why", [
    (OTHER, AVERAGE, AVERAGE, "another query than the SMT-LIB"),
    (AVERAGE, OTHER, OTHER, "another query than the SMT-LIB"),
    (TRIVIAL, OTHER, OTHER, "another query than the SMT-LIB"),
    (AVERAGE, AVERAGE, OTHER, "RUP|RAT|contradiction"),
    (AVERAGE, AVERAGE, TRIVIAL, "RUP|RAT|contradiction"),
])  # fmt: skip
def test_files_of_others_are_refused(found, query, clauses, proof, why):
    assert re.search(why, replay(script(query), found[clauses].clauses, found[proof].proof, 30))


@needs_sat
def test_changed_clauses_are_refused(found):
    clauses, proof = found[AVERAGE].clauses, found[AVERAGE].proof
    lines = clauses.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("p cnf"))
    for at in (start, start + 1, len(lines) // 2, len(lines) - 1):
        for changed in ([*lines[:at], *lines[at + 1:]], [*lines[:at], "1 0", *lines[at:]],
                        [*lines[:at], f"-{lines[at]}", *lines[at + 1:]]):
            why = replay(script(AVERAGE), "\n".join(changed) + "\n", proof, 30)
            assert why == "the clauses are not those of the graph", at
    assert "cannot be read" in replay(script(AVERAGE), clauses.replace("c function", "c funktion"), proof, 30)
    assert "cannot be read" in replay(script(AVERAGE), "\n".join(lines[start:]) + "\n", proof, 30)
    both = (clauses.replace("60000", "60001").replace("0xea60", "0xea61"))
    assert "another query" in replay(script(AVERAGE), both, proof, 30)


@needs_sat
def test_a_cut_proof_is_refused(found):
    proof = found[AVERAGE].proof
    lines = proof.splitlines(keepends=True)
    assert len(lines) > 20
    for cut in ("", proof[:-1], proof[:-2], "".join(lines[:-1]), "".join(lines[:len(lines) // 2])):
        assert replay(script(AVERAGE), found[AVERAGE].clauses, cut, 30) == "it does not end in a contradiction"
    assert replay(script(AVERAGE), found[AVERAGE].clauses, "".join(lines[: len(lines) // 2]) + "0\n", 30)
    assert replay(script(AVERAGE), found[AVERAGE].clauses, "1 0 x\n0\n", 30)


@needs_sat
def test_queries_read_back_as_themselves():
    seed = 12
    rng = random.Random(seed)
    proved = 0
    for index in range(150):
        query = random_query(rng)
        text = clausal._with_graph(query, blast.cnf(query))
        assert encode(clausal._read(text))[0] == script(query), f"seed {seed}, query {index}: {query}"
        assert clausal._with_graph(clausal._read(text), blast.cnf(clausal._read(text))) == text
        if isinstance(Blast().ask(query, Deadline(10)), Unsat):
            again = prove(query)
            assert isinstance(again, Clausal) and replay(script(query), again.clauses, again.proof, 30) is None
            proved += 1
    assert proved > 30


@needs_sat
def test_what_is_too_large_is_left_out(monkeypatch):
    monkeypatch.setattr(clausal, "STEPS", 3)
    assert re.fullmatch(r"its proof has \d+ steps, and 3 are checked", prove(AVERAGE).why)
    monkeypatch.setattr(clausal, "GATES", 50)
    assert prove(AVERAGE) == LeftOut("its circuit has more than 50 gates")
    monkeypatch.undo()
    monkeypatch.setattr(clausal, "SOLVING", 0.0)
    assert prove(AVERAGE) == LeftOut("the SAT solver: no answer within 0 s")
    monkeypatch.undo()
    monkeypatch.setattr(clausal, "CHECKING", 0.0)
    assert prove(AVERAGE) == LeftOut("its proof: no answer within 0 s")


def test_without_the_extra_there_is_one_line(monkeypatch):
    monkeypatch.setattr(blast, "__name__", "no_such_package.blast")
    assert prove(AVERAGE) == LeftOut(MISSING)


# --- as files ---------------------------------------------------------------------------------------------------------


def replayed(folder):
    (found,) = check(folder, 30)
    return found.verdict, dict(found.answers).get("proof")


@pytest.fixture
def files(tmp_path):
    (script,) = write_certificates(tmp_path, "a pair", [(AVERAGE, Unsat("somebody"))]).files
    return script, script.with_suffix(".cnf"), script.with_suffix(".drat")


@needs_sat
def test_a_certificate_has_its_proof_beside_it(files, tmp_path):
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert replayed(tmp_path) == ("holds", "unsat")


@needs_sat
@pytest.mark.parametrize("damage", ["no clauses", "no proof", "cut", "a line", "a literal", "no digests"])
def test_damaged_files_are_refused(files, tmp_path, damage):
    script, clauses, proof = files
    lines = proof.read_text().splitlines(keepends=True)
    match damage:
        case "no clauses":
            clauses.unlink()
        case "no proof":
            proof.unlink()
        case "cut":
            proof.write_text("".join(lines[:-3]))
        case "a line":
            proof.write_text("".join(lines[:4] + lines[5:]))
        case "a literal":
            clauses.write_text(clauses.read_text()[:-2] + "7 0\n")
        case "no digests":
            script.write_text(re.sub("; clauses and proof.*\n", "", script.read_text()))
    verdict, said = replayed(tmp_path)
    assert verdict == "differs" and said.startswith("refused: ")


@needs_sat
def test_a_forged_digest_does_not_help(files, tmp_path):
    script, _, proof = files
    lines = proof.read_text().splitlines(keepends=True)
    old = hashlib.sha256(proof.read_bytes()).hexdigest()
    proof.write_text("".join(lines[: len(lines) // 2]) + "0\n")
    script.write_text(script.read_text().replace(old, hashlib.sha256(proof.read_bytes()).hexdigest()))
    verdict, said = replayed(tmp_path)
    assert verdict == "differs" and "not what was written" not in said


@needs_sat
def test_without_the_checker_solvers_answer_alone(files, tmp_path, monkeypatch):
    monkeypatch.setattr(clausal, "__name__", "no_such_package.clausal")
    assert replayed(tmp_path) == ("holds", MISSING)


@needs_sat
def test_what_is_left_out_is_said_and_nothing_old_stays(files, tmp_path, monkeypatch):
    monkeypatch.setattr(clausal, "GATES", 50)
    written = write_certificates(tmp_path, "a pair", [(AVERAGE, Unsat("somebody"))])
    assert written.left_out == ("its circuit has more than 50 gates",)
    assert list(tmp_path.iterdir()) == [files[0]] and "no clauses: its circuit" in files[0].read_text()
    assert replayed(tmp_path) == ("holds", None)
