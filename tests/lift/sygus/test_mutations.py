"""SyGuS files that are nearly right end in a spec or in a message with its place, and in nothing else."""

import os
import random
import re
from collections import Counter

import pytest
from primir.ir.errors import PrimirError
from primir.lift.sygus.front import parse_sygus

WORDS = """( ) () x y f S B #x00 #b1 #x #xfg 12 12a | " ; ! _ let ite = => and not bvadd bvudiv concat (_ extract 7 0)
(_ BitVec 8) (_ BitVec 0) (_ BitVec 999999999) Bool Int true synth-fun define-fun constraint assume check-synth
declare-var (Constant Bool) (Variable Bool) (let ((z x)) z) (! x :named n) \u20ac \0 \ud7ff :k""".split(" ")

TEXTS = [
    """(set-logic BV)
(define-sort W () (_ BitVec 8))
(define-fun half ((z W)) W (bvlshr z #x01))
(synth-fun f ((x W) (y W)) W
  ((S W) (B Bool)) ((S W (x y #x00 (half S) (bvadd S S) (ite B S S) (Constant W))) (B Bool ((bvult S S) (not B)))))
(declare-var a W)
(declare-var b W)
(constraint (= (f a b) (let ((c (half a))) (concat ((_ extract 3 0) c) ((_ extract 7 4) b)))))
(check-synth)""",
    """(set-option :produce-models true)
(set-logic BV)
(synth-fun |my f| ((p Bool) (x (_ BitVec 16))) Bool)
(declare-var p Bool)
(declare-var x (_ BitVec 16))
(assume (bvult x #x0100))
(constraint (=> p (|my f| p x)))
(constraint (or p (distinct (|my f| p x) (= x #x0003 (bvsmod x ((_ zero_extend 8) #x07))))))
(check-synth)""",
    """(set-logic BV)
(synth-fun g ((x (BitVec 8))) (BitVec 8) ((Start (BitVec 8) (x (bvnot Start) (bvxor Start Start)))))
(constraint (and (= (g #x01) #xfe) (= #xfc (g #x03))))
(constraint (= (g (bvadd #x01 #x01)) #b11111101))
(check-synth)""",
]


def tokens_of(text):
    return re.findall(r"\(|\)|[^\s()]+|\s+", text)


def mutated(text, rng):
    """`text` with tokens deleted, doubled, exchanged or replaced, or cut off, once or a few times."""
    tokens = tokens_of(text)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        kind = rng.randrange(6)
        if kind == 0:
            tokens[at] = ""
        elif kind == 1:
            tokens[at] *= 2
        elif kind == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == 3:
            tokens[at] = rng.choice(WORDS)
        elif kind == 4:
            tokens[at] = tokens[other]
        elif rng.random() < 0.2:
            tokens = tokens[:at + 1]
    return "".join(tokens)


def survive(count):
    seed = int(os.environ.get("PRIMIR_SEED", random.randrange(1 << 30)))
    rng = random.Random(seed)
    ends = Counter()
    for number in range(count):
        text = mutated(rng.choice(TEXTS), rng)
        try:
            parse_sygus(text, "f.sl")
            ends["spec"] += 1
        except PrimirError as error:
            if error.place.file != "f.sl" or error.place.line is None:
                raise AssertionError(f"seed {seed}, file {number}: no place:\n{text}") from error
            ends[re.sub(r"\W+", " ", error.message)[:12]] += 1
        except Exception as problem:
            raise AssertionError(f"seed {seed}, file {number}:\n{text}") from problem
    return ends


def test_mutated_files_end_in_a_message():
    ends = survive(300)
    assert ends["spec"] > 10 and len(ends) > 15, ends


@pytest.mark.slow
def test_thousands_of_mutated_files_end_in_a_message():
    assert len(survive(6000)) > 30


@pytest.mark.parametrize("text", TEXTS)
def test_the_files_themselves_are_read(text):
    assert parse_sygus(text).syntax is not None


@pytest.mark.parametrize("text", ["", " ", ";", "()", "(())", "(\0)", "((((", "))))", "(set-logic)", "(synth-fun)",
                                  "(define-fun f)", "(synth-fun f x Bool)", "(synth-fun f ((x)) Bool)",
                                  "(synth-fun f ((x Bool)) Bool x)", "(synth-fun f () Bool () ())",
                                  "(synth-fun f () Bool ((S Bool)) ((S Bool)))", "(constraint)", "(define-sort)",
                                  "(synth-fun f () Bool ((S Bool (S))))", "(" * 2000, "(a" * 1001 + ")" * 1001,
                                  "(constraint (let ((a)) a))", "(constraint (let x x))", "(constraint (_ bv1 1))",
                                  "(constraint (_ bv4 2))", "(constraint ((_ extract 9 0) #x00))",
                                  "(constraint ((_ repeat 99) #x00))", "(constraint (concat #x00))", "|x|", "(|x|)"])
def test_short_files_end_in_a_message(text):
    with pytest.raises(PrimirError) as caught:
        parse_sygus(text, "f.sl")
    assert str(caught.value).startswith("f.sl")


