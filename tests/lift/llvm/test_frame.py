"""Vectors are lanes: poison and undefined behaviour of each, and what reaches the whole. (What the lanes compute is
compared with LLVM's code in test_front.py.)"""

import pytest
from primir.ir.evaluate import run
from primir.ir.graph import FALSE, TRUE
from primir.lift.llvm.frame import Effects
from primir.lift.llvm.front import lift_llvm

P, UB = "poison", "ub"


def outcome(text, *words):
    function = lift_llvm(text, "f")
    given = {}
    for parameter, word in zip(function.parameters, words, strict=True):
        given[parameter.poison if word is P else parameter.value] = 1 if word is P else word
    found = run(function, given)
    return UB if found.ub else tuple(P if result is None else result for result in found.results)


PAIR = "define <2 x i8> @f(<2 x i8> %v, i8 %x) {{\n{}\n}}"


@pytest.mark.parametrize("body, words, expected", [
    ("  ret <2 x i8> %v", (1, 2, 3), (1, 2)),
    ("  ret <2 x i8> %v", (P, 2, 3), (P, 2)),
    ("  %r = add nuw <2 x i8> %v, splat (i8 1)\n  ret <2 x i8> %r", (255, 7, 0), (P, 8)),
    ("  %r = udiv <2 x i8> %v, <i8 1, i8 2>\n  ret <2 x i8> %r", (5, 9, 0), (5, 4)),
    ("  %r = udiv <2 x i8> <i8 1, i8 2>, %v\n  ret <2 x i8> %r", (5, 0, 0), UB),  # one lane is enough
    ("  %r = udiv <2 x i8> <i8 1, i8 2>, %v\n  ret <2 x i8> %r", (P, 1, 0), UB),
    ("  %r = insertelement <2 x i8> %v, i8 %x, i8 1\n  ret <2 x i8> %r", (1, 2, P), (1, P)),
    ("  %r = insertelement <2 x i8> %v, i8 9, i8 %x\n  ret <2 x i8> %r", (1, 2, 0), (9, 2)),
    ("  %r = insertelement <2 x i8> %v, i8 9, i8 %x\n  ret <2 x i8> %r", (1, 2, 2), (P, P)),
    ("  %r = insertelement <2 x i8> %v, i8 9, i8 %x\n  ret <2 x i8> %r", (1, 2, P), (P, P)),
    ("  %e = extractelement <2 x i8> %v, i8 %x\n  %r = insertelement <2 x i8> zeroinitializer, i8 %e, i8 0\n"
     "  ret <2 x i8> %r", (P, 7, 1), (7, 0)),
    ("  %e = extractelement <2 x i8> %v, i8 %x\n  %r = insertelement <2 x i8> zeroinitializer, i8 %e, i8 0\n"
     "  ret <2 x i8> %r", (1, 7, 3), (P, 0)),
    ("  %r = shufflevector <2 x i8> %v, <2 x i8> poison, <2 x i32> <i32 1, i32 poison>\n  ret <2 x i8> %r",
     (1, 7, 3), (7, P)),
    ("  %r = shufflevector <2 x i8> %v, <2 x i8> <i8 5, i8 6>, <2 x i32> <i32 3, i32 0>\n  ret <2 x i8> %r",
     (1, 7, 3), (6, 1)),
    # poison of one byte is poison of the word that it becomes a part of
    ("  %w = bitcast <2 x i8> %v to i16\n  %r = bitcast i16 %w to <2 x i8>\n  ret <2 x i8> %r", (P, 2, 3), (P, P)),
    ("  %w = bitcast <2 x i8> %v to i16\n  %r = bitcast i16 %w to <2 x i8>\n  ret <2 x i8> %r", (1, 2, 3), (1, 2)),
    ("  %f = freeze <2 x i8> %v\n  %r = sub <2 x i8> %f, %f\n  ret <2 x i8> %r", (P, 2, 3), (0, 0)),
    ("  %c = icmp ult <2 x i8> %v, splat (i8 5)\n  %r = select <2 x i1> %c, <2 x i8> %v, <2 x i8> splat (i8 5)\n"
     "  ret <2 x i8> %r", (3, P, 0), (3, P)),
])  # fmt: skip
def test_lanes(body, words, expected):
    assert outcome(PAIR.format(body), *words) == expected


@pytest.mark.parametrize("text, words, expected", [
    ("define i8 @f(<2 x i8> noundef %v) {\n  ret i8 0\n}", (1, 2), (0,)),
    ("define i8 @f(<2 x i8> range(i8 0, 3) %v) {\n  %r = extractelement <2 x i8> %v, i8 1\n  ret i8 %r\n}", (9, 2),
     (2,)),
    ("define i8 @f(<2 x i8> range(i8 0, 3) %v) {\n  %r = extractelement <2 x i8> %v, i8 1\n  ret i8 %r\n}", (2, 9),
     (P,)),
    ("define noundef <2 x i8> @f(<2 x i8> %v) {\n  ret <2 x i8> %v\n}", (1, P), UB),
    ("define { i8, [2 x i16] } @f({ i8, [2 x i16] } %s) {\n  ret { i8, [2 x i16] } %s\n}", (1, 2, 3), (1, 2, 3)),
    ('target datalayout = "E"\ndefine i16 @f(<2 x i8> %v) {\n  %r = bitcast <2 x i8> %v to i16\n  ret i16 %r\n}',
     (1, 2), (0x102,)),
    ("define i16 @f(<2 x i8> %v) {\n  %r = bitcast <2 x i8> %v to i16\n  ret i16 %r\n}", (1, 2), (0x201,)),
    # shifts that saturate are poison from the width on
    ("declare i8 @llvm.ushl.sat.i8(i8, i8)\ndefine i8 @f(i8 %x, i8 %y) {\n"
     "  %r = call i8 @llvm.ushl.sat.i8(i8 %x, i8 %y)\n  ret i8 %r\n}", (1, 8), (P,)),
    # metadata
    ("declare i8 @llvm.ctpop.i8(i8)\ndefine i8 @f(i8 %x) {\n  %r = call i8 @llvm.ctpop.i8(i8 %x), !range !0\n"
     "  ret i8 %r\n}\n!0 = !{i8 0, i8 2, i8 5, i8 9}", (0b111,), (P,)),
    ("declare i8 @llvm.ctpop.i8(i8)\ndefine i8 @f(i8 %x) {\n  %r = call i8 @llvm.ctpop.i8(i8 %x), !range !0\n"
     "  ret i8 %r\n}\n!0 = !{i8 0, i8 2, i8 5, i8 9}", (0b11111,), (5,)),
    ("declare i8 @llvm.ctpop.i8(i8)\ndefine i8 @f(i8 %x) {\n  %r = call i8 @llvm.ctpop.i8(i8 %x), !noundef !0\n"
     "  ret i8 1\n}\n!0 = !{}", (P,), UB),
])  # fmt: skip
def test_what_is_said_of_values(text, words, expected):
    assert outcome(text, *words) == expected


def test_behind_a_trap_nothing_happens():
    trapped = Effects(trap=TRUE).then(Effects(ub=TRUE, beyond=TRUE))
    assert (trapped.ub, trapped.trap, trapped.beyond) == (FALSE, TRUE, FALSE)


def test_beyond_a_bound_nothing_is_known():
    beyond = Effects(beyond=TRUE).then(Effects(ub=TRUE, trap=TRUE, left=TRUE))
    assert (beyond.ub, beyond.trap, beyond.left, beyond.beyond) == (FALSE, FALSE, FALSE, TRUE)
