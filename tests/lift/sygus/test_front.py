"""SyGuS files: what commands and terms mean, which grammars programs are in, and what is said about the rest."""

import pickle

import pytest
import z3
from primir.ir.errors import PrimirError
from primir.ir.evaluate import evaluate
from primir.ir.graph import FALSE, TRUE, apply, const, leaf, leaves
from primir.lift.source import lift_specs
from primir.lift.sygus.front import parse_answer, parse_functions, parse_sygus
from primir.lift.sygus.grammar import Language

X, Y, RESULT = leaf("x", 8), leaf("y", 8), leaf("result", 8)
HEAD = "(set-logic BV)(synth-fun f ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8){})\n" \
       "(declare-var a (_ BitVec 8))(declare-var b (_ BitVec 8))\n{}\n(check-synth)"
FLAT = """((S (_ BitVec 8)) (B Bool))
  ((S (_ BitVec 8) (x y #x00 #x01 (bvadd S S) (bvneg S) (ite B S S))) (B Bool ((bvult S S) (not B) (= S S))))"""


def spec_of(constraints, grammar=""):
    return parse_sygus(HEAD.format(grammar, constraints), "f.sl")


def value_of(text):
    """The node over x and y that `text`, over a and b, means."""
    return spec_of(f"(constraint (= (f a b) {text}))").reference.results[0].value


# --- terms ------------------------------------------------------------------------------------------------------------

TERMS = [
    *(f"({name} a b)" for name in "bvadd bvsub bvmul bvudiv bvurem bvsdiv bvsrem bvsmod bvand bvor bvxor bvnand bvnor "
      "bvxnor bvshl bvlshr bvashr".split()),
    *(f"(ite ({name} a b) a #x07)" for name in "bvult bvule bvugt bvuge bvslt bvsle bvsgt bvsge = distinct".split()),
    "(bvnot a)", "(bvneg a)", "(bvadd a b #x03)", "(bvxor a b a #x11)",
    "((_ zero_extend 4) ((_ extract 6 3) a))", "((_ sign_extend 4) ((_ extract 6 3) a))",
    "(concat ((_ extract 3 0) a) ((_ extract 7 4) b))", "((_ rotate_left 3) a)", "((_ rotate_right 11) a)",
    "((_ repeat 2) ((_ extract 4 1) a))", "(concat #b101 ((_ extract 3 0) a) #b1)", "((_ zero_extend 0) a)",
    "((_ zero_extend 7) (bvcomp a b))", "(_ bv200 8)", "(ite (and (= a b) (bvult a #x10) true) a b)",
    "(ite (or (not (= a b)) false) a b)", "(ite (xor (bvult a b) (bvult b #x10) (= a #x01)) a b)",
    "(ite (=> (bvult a b) (bvult b #x10) (= a #x01)) a b)", "(ite (= a b #x03) #x01 a)",
    "(ite (distinct a b #x03) b a)",
    "(let ((a b) (b a)) (bvsub a b))", "(let ((c (bvadd a b))) (let ((c (bvmul c c)) (d c)) (bvsub c d)))",
]
CORNERS = [(0, 0), (1, 0), (0x80, 0xff), (0x7f, 3), (0xff, 8), (0x35, 0xca), (0xca, 0x35), (3, 3), (9, 0xf7), (0xf7, 9)]


@pytest.mark.parametrize("text", TERMS)
def test_a_term_means_what_z3_takes_it_for(text):
    node = value_of(text)
    a, b = z3.BitVecs("a b", 8)
    (claim,) = z3.parse_smt2_string(f"(assert (= {text} {text}))", decls={"a": a, "b": b})
    for first, second in CORNERS:
        theirs = z3.simplify(z3.substitute(claim.arg(0), (a, z3.BitVecVal(first, 8)), (b, z3.BitVecVal(second, 8))))
        assert evaluate([node], {X: first, Y: second}) == [theirs.as_long()], (first, second)


def test_the_names_of_smtlib_are_those_of_the_table():
    assert value_of("(bvlshr a b)") is apply("lshr", X, Y)
    assert value_of("(ite (bvsge a b) a b)") is apply("select", apply("sle", Y, X), X, Y)


# --- constraints ------------------------------------------------------------------------------------------------------


def test_calls_on_constants_are_examples():
    spec = spec_of("(constraint (and (= (f #x01 #x02) #x03) (= #x05 (f #x02 (bvadd #x01 #x02)))))"
                   "(constraint (= (f #x01 #x02) #x03))")
    assert spec.only_examples
    assert [(e.inputs, e.outputs) for e in spec.examples] == [((1, 2), (3,)), ((2, 3), (5,))]


def test_an_equation_is_a_reference_over_the_parameters():
    spec = spec_of("(constraint (= (bvsub b a) (f b a)))")
    assert spec.reference.results[0].value is apply("sub", X, Y)
    assert spec.ensures is TRUE and spec.total


@pytest.mark.parametrize("text, ensures", [
    ("(bvult (f a b) a)", apply("ult", RESULT, X)),
    ("(bvult (f b a) a)", apply("ult", RESULT, Y)),
    ("(bvult (f a a) a)", apply("or", apply("not", apply("eq", Y, X)), apply("ult", RESULT, X))),
    ("(bvult (f a #x04) a)", apply("or", apply("not", apply("eq", Y, const(4, 8))), apply("ult", RESULT, X))),
])
def test_a_predicate_is_said_over_the_parameters(text, ensures):
    assert spec_of(f"(constraint {text})").ensures is ensures


def test_each_conjunct_has_its_own_variables():
    spec = spec_of("(constraint (and (bvule a (f a b)) (bvule a (f b a))))")
    assert spec.ensures is apply("and", apply("ule", X, RESULT), apply("ule", Y, RESULT))


def test_examples_that_contradict_each_other_become_a_predicate():
    spec = spec_of("(constraint (= (f #x01 #x02) #x03))(constraint (= (f #x01 #x02) #x04))")
    assert not spec.only_examples
    assert evaluate([spec.ensures], {X: 1, Y: 2, RESULT: 3}) == [0]


def test_an_assumption_is_a_precondition():
    spec = spec_of("(assume (bvult a b))(constraint (= (f a b) (bvsub b a)))")
    assert spec.requires is apply("ult", X, Y)


SEVERAL = "(set-logic BV)" + "".join(f"(synth-fun {name} ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8){{}})"
                                     for name in "fgh") + \
    "(declare-var a (_ BitVec 8))(declare-var b (_ BitVec 8))(declare-var c (_ BitVec 8)){}(check-synth)"


@pytest.mark.parametrize("constraints, values", [
    ("(= (f a b) a) (= (g a b) (bvadd a b)) (= b (h a b))", {"f": X, "g": apply("add", X, Y), "h": Y}),
    ("(= (f a b) (bvadd (g b a) #x01)) (= (g a b) a) (= (h a b) a)",
     {"f": apply("add", Y, const(1, 8)), "g": X, "h": X}),
    ("(= (f a b) (g (h a a) b)) (= (bvsub b (g a b)) a) (= (h a b) (bvnot a))",
     {"g": apply("sub", Y, X), "h": apply("not", X), "f": apply("sub", Y, apply("not", X))}),
    ("(= (f a b) (g a b)) (= (g a b) a) (= (h a b) a) (= (bvand a b) (bvand (f a b) (h b a)))",
     {"f": X, "g": X, "h": X}),
])
def test_several_functions_are_told_apart(constraints, values):
    specs = parse_functions(SEVERAL.format("", "", "", f"(constraint (and {constraints}))"), "f.sl")
    assert [spec.name for spec in specs] == ["f", "g", "h"]
    for spec in specs:
        found = [spec.reference.results[0].value, values[spec.name]]
        for inputs in ({X: 3, Y: 200}, {X: 255, Y: 17}, {X: 0, Y: 0}):
            first, second = evaluate(found, inputs)
            assert first == second, (spec.name, inputs)


def test_what_nothing_is_said_of_may_be_anything():
    f, g, h = parse_functions(SEVERAL.format("", "", "", "(constraint (= (f a b) (bvadd b (g a b))))"))
    assert f.reference.results[0].value in (Y, apply("add", Y, const(0, 8)))
    assert g.reference.results[0].value is const(0, 8) and h.reference is None and h.ensures is not FALSE


@pytest.mark.parametrize("constraint, names", [
    ("(bvult (f a b) (g a b))", "f and g"),
    ("(and (= (bvadd (f a b) (g b a)) a) (= (h a b) (g a b)) (= (f #x00 #x01) #x07))", "g and h"),
    ("(= (bvand (f a b) #x01) (bvand (h a b) #x01))", "f and h"),
    ("(= (f a a) (g a a))", "f and g"),
    ("(= (f a b) (g c c))", "f and g"),
    ("(= (f a b) (g (f b a) a))", "f and g"),
    ("(= (bvadd (f a #x00) b) (g #x01 a))", "f and g"),
    ("(= (f a b) (bvadd (g a b) (h a a) (f a a)))", None),  # h is solved for, and g is not said
    ("(= (f a b) (h a (g a b)))", None),
])
def test_functions_that_are_not_told_apart_are_refused(constraint, names):
    text = SEVERAL.format("", "", "", f"(constraint {constraint})")
    if names is None:
        assert len(parse_functions(text)) == 3
        return
    with pytest.raises(PrimirError) as caught:
        parse_functions(text)
    assert caught.value.message == f"this constraint relates {names}, which is not understood"


def test_a_function_with_a_grammar_is_no_definition():
    grammar = "((S (_ BitVec 8))) ((S (_ BitVec 8) (x (bvadd S S))))"
    with pytest.raises(PrimirError, match="this constraint relates f and g"):
        parse_functions(SEVERAL.format(grammar, grammar, "", "(constraint (= (f a b) (g a b)))"))
    constraints = "(constraint (= (f a b) (g a b)))(constraint (= (g a b) a))"
    f, g, _ = parse_functions(SEVERAL.format("", grammar, "", constraints))
    assert f.reference.results[0].value is X and g.reference.results[0].value is X


A, B = leaf("variable a", 8), leaf("variable b", 8)


@pytest.mark.parametrize("text, arguments, assumes, condition", [
    ("(constraint (= (f a b) (f b a)))", [(A, B), (B, A)], TRUE, "(eq 0 1)"),
    ("(constraint (= (f (f a b) b) a))", [(A, B), (0, B)], TRUE, "(eq 1 a)"),
    ("(constraint (bvult (f a a) b))", [(A, A)], TRUE, "(ult 0 b)"),
    ("(constraint (= (f (bvneg a) b) a))", [(apply("neg", A), B)], TRUE, "(eq 0 a)"),
    ("(assume (bvult a b))(constraint (= (f #x01 #x02) a))", [(const(1, 8), const(2, 8))], apply("ult", A, B),
     "(eq 0 a)"),
    ("(assume (bvult a b))(constraint (= (f a b) (f b a)))", [(A, B), (B, A)], apply("ult", A, B), "(eq 0 1)"),
])
def test_what_relates_calls_is_a_law(text, arguments, assumes, condition):
    spec = spec_of(text)
    (law,) = spec.laws
    results = [call.results[0] for call in law.calls]
    assert [call.arguments for call in law.calls] == \
        [tuple(results[each] if isinstance(each, int) else each for each in some) for some in arguments]
    assert law.assumes is assumes and spec.requires is TRUE and spec.ensures is TRUE
    words = {"a": A, "b": B, **{str(index): node for index, node in enumerate(results)}}
    op, *args = condition[1:-1].split()
    assert law.condition is apply(op, *(words[arg] for arg in args))
    assert [variable.value for variable in law.variables] == [node for node in (A, B) if node in leaves(law.roots)]


def test_an_assumption_over_calls_of_different_arguments_belongs_to_each():
    spec = spec_of("(assume (bvult a b))(constraint (= (f a b) a))(constraint (= (f b a) a))")
    value = spec.reference.results[0].value
    for x, y in ((1, 2), (2, 1), (7, 7)):
        word, said = evaluate([value, spec.reference.domain], {X: x, Y: y})
        assert said == (x != y) and (not said or word == 1), (x, y)


def test_a_constraint_that_is_never_true_leaves_nothing():
    assert spec_of("(constraint (= (f a b) a))(constraint (bvult #x02 #x01))").ensures is FALSE


def test_names_are_made_plain_and_kept_for_the_answer():
    spec = parse_sygus("(set-logic BV)(synth-fun |g 1| ((x.y Bool) (x_y Bool)) Bool)"
                       "(declare-var p Bool)(declare-var q Bool)"
                       "(constraint (= (|g 1| p q) (and p (not q))))(check-synth)")
    assert spec.name == "g_1" and [p.name for p in spec.parameters] == ["x_y", "x_y_"]
    answer = spec.syntax.define(spec.reference.results[0].value)
    assert answer == "(define-fun |g 1| ((x.y Bool) (x_y Bool)) Bool (and x.y (not x_y)))"


def test_both_ways_to_write_a_grammar():
    new = spec_of("", "((S (_ BitVec 8))) ((S (_ BitVec 8) (x y (bvadd S S))))")
    old = spec_of("", "((S (_ BitVec 8) (x y (bvadd S S))))")
    assert new.syntax == old.syntax
    assert spec_of("", "((T Bool ((= S S))) (Start (BitVec 8) (x)) (S (BitVec 8) (y)))").syntax.grammar.start == "Start"


def test_a_spec_survives_pickling():
    spec = spec_of("(constraint (= (f a b) (bvadd a b)))", FLAT)
    assert pickle.loads(pickle.dumps(spec)) == spec


# --- grammars ---------------------------------------------------------------------------------------------------------

NESTED = "((S (_ BitVec 8)) (T (_ BitVec 8))) ((S (_ BitVec 8) (T (bvsub T x))) (T (_ BitVec 8) (x #x01 (bvadd x T))))"
CALLS = "(define-fun half ((z (_ BitVec 8))) (_ BitVec 8) (bvlshr z #x01))\n"
ANY = "((S (_ BitVec 8))) ((S (_ BitVec 8) (x (bvand S (Constant (_ BitVec 8))) (bvadd (Variable (_ BitVec 8)) S))))"


def member(grammar, text):
    """How the program `text`, over a and b, is written in the grammar, or None."""
    spec = spec_of("", grammar)
    found = Language(spec.syntax.grammar).member(value_of(text))
    if found is None:
        return None
    head = "(define-fun f ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8) "
    return spec.syntax.define(found).removeprefix(head)[:-1]


@pytest.mark.parametrize("grammar, text, written", [
    (FLAT, "(bvadd a (bvneg b))", "(bvadd x (bvneg y))"),
    (FLAT, "(ite (bvugt a b) a b)", "(ite (bvult y x) x y)"),
    (FLAT, "(ite (distinct a b) a b)", None),
    (FLAT, "(ite (not (= a b)) a b)", "(ite (not (= x y)) x y)"),
    (FLAT, "(bvsub a b)", None),
    (FLAT, "(bvadd a #x02)", "(bvadd x (bvadd #x01 #x01))"),
    (FLAT, "(bvadd a #xff)", "(bvadd x (bvneg #x01))"),
    (FLAT, "(bvadd a #x77)", None),
    (FLAT, "((_ extract 7 0) (bvadd ((_ zero_extend 8) a) ((_ zero_extend 8) b)))", None),
    (NESTED, "(bvsub (bvadd a #x01) a)", "(bvsub (bvadd x #x01) x)"),
    (NESTED, "(bvsub (bvadd #x01 a) a)", "(bvsub (bvadd x #x01) x)"),
    (NESTED, "(bvadd a (bvadd a a))", "(bvadd x (bvadd x x))"),
    (NESTED, "(bvadd #x01 #x01)", None),
    (NESTED, "(bvsub a #x01)", None),
    (NESTED, "(bvsub (bvsub a a) a)", None),
    (NESTED, "b", None),
    (ANY, "(bvand #x1f a)", "(bvand x #x1f)"),
    (ANY, "(bvadd a (bvand b #x1f))", None),
    (ANY, "(bvadd (bvand a #x1f) b)", "(bvadd y (bvand x #x1f))"),
    (ANY, "#x1f", None),
])
def test_exactly_the_programs_of_the_grammar_are_members(grammar, text, written):
    assert member(grammar, text) == written


def test_functions_of_the_file_are_productions():
    spec = parse_sygus(CALLS + HEAD.format("((S (_ BitVec 8))) ((S (_ BitVec 8) (x (half S) (bvnot S))))", ""))
    language = Language(spec.syntax.grammar)
    one = const(1, 8)
    twice = apply("lshr", apply("not", apply("lshr", X, one)), one)
    assert language.text(twice) == "(half (bvnot (half x)))"
    assert language.member(apply("lshr", X, const(2, 8))) is None
    assert language.member(apply("lshr", X, X)) is None


def test_a_program_without_a_grammar_is_any_term():
    text = "((_ zero_extend 7) (bvcomp (ite (bvslt a #x80) (bvsrem a b) ((_ sign_extend 3) ((_ extract 4 0) a))) b))"
    spec = spec_of(f"(constraint (= (f a b) {text}))")
    value = spec.reference.results[0].value
    answer = spec.syntax.define(value)
    again = parse_answer(answer, spec, HEAD.format("", ""))
    a, b, f = *z3.BitVecs("a b", 8), z3.Function("f", *[z3.BitVecSort(8)] * 3)
    claims = z3.parse_smt2_string(f"{answer}(assert (distinct (f a b) {text}))", decls={"a": a, "b": b})
    solver = z3.Solver()
    solver.add(claims)
    assert solver.check() == z3.unsat, (answer, f)
    assert evaluate([again.results[0].value], {X: 0x85, Y: 0x85}) == evaluate([value], {X: 0x85, Y: 0x85})


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, place, message", [
    ("(set-logic LIA)", "1:12", "the logic LIA is not understood"),
    ("(set-logic BV", "1:1", "this bracket is never closed"),
    ("(set-logic BV))", "1:15", "this bracket closes nothing"),
    ("set-logic", "1:1", "a command stands in brackets"),
    ("(check-synth)", "1:1", "there is no function to find"),
    ("(synth-fun f () Bool)", "1:1", "there is no (check-synth)"),
    ("(synth-fun f () Bool)\n(synth-fun f () Bool)", "2:12", "f is already defined"),
    ("(synth-fun f () Bool)\n(synth-fun g () Bool)\n(constraint (or f g))\n(check-synth)", "3:13",
     "this constraint relates f and g, which is not understood"),
    ("(synth-fun f () Int)", "1:17", "there is no sort Int here"),
    ("(synth-fun f () (_ BitVec 129))", "1:17", "a word has 1 to 128 bits, not 129"),
    ("(synth-inv f ())", "1:2", "synth-inv: invariants are not understood"),
    ("(constrain true)", "1:2", "there is no command constrain"),
    ("(constraint (bvredor #x00))", "1:14", "there is no function bvredor here"),
    ("(constraint (= #x0 #x00))", "1:20", "this is (_ BitVec 8), and #x0 is (_ BitVec 4)"),
    ("(constraint (= x #x00))", "1:16", "nothing here is called x"),
    ("(constraint (= #x0g #x00))", "1:16", "#x0g is no word"),
    ("(constraint (forall ((x Bool)) x))", "1:13", "`forall` is not understood"),
    ("(constraint ())", "1:13", "there is nothing in these brackets"),
    ("(constraint (bvadd true #x00))", "1:20", "this is a Bool, and no word"),
    ("(constraint #x00)", "1:13", "constraint takes a Bool, and this is (_ BitVec 8)"),
    ("(constraint (= 3 #x03))", "1:16", "3 is no term of bit-vectors or Booleans"),
    ('(set-info :a "b)', "1:14", "this string is never closed"),
    ("(constraint €)", "1:13", "U+20AC (EURO SIGN) cannot stand here"),
])
def test_what_is_wrong_is_said_at_its_place(text, place, message):
    with pytest.raises(PrimirError) as caught:
        parse_sygus(text, "f.sl")
    assert caught.value.message == message
    assert str(caught.value).startswith(f"f.sl:{place}: ")


@pytest.mark.parametrize("constraints, message", [
    ("(constraint (bvult a b))", "this constraint says nothing about f"),
    ("(constraint (= (f a) a))", "f takes 2 arguments, not 1"),
    ("(define-fun g () (_ BitVec 8) a)", "a definition depends on its parameters alone"),
    ("(define-fun g () (_ BitVec 8) (f #x00 #x00))", "a definition depends on its parameters alone"),
])
def test_what_a_spec_cannot_say_is_refused(constraints, message):
    with pytest.raises(PrimirError) as caught:
        spec_of(constraints)
    assert caught.value.message == message and caught.value.place.line is not None


@pytest.mark.parametrize("grammar, message", [
    ("((S Bool)) ((S Bool (true)))", "S is Bool, and f gives (_ BitVec 8)"),
    ("((S (_ BitVec 8))) ((S (_ BitVec 8) (T)))", "nothing here is called T"),
    ("((S (_ BitVec 8))) ((S (_ BitVec 8) (#x0)))", "S is (_ BitVec 8), and this is (_ BitVec 4)"),
    ("((S (_ BitVec 8))) ((T (_ BitVec 8) (x)))", "the group that belongs here is that of T, (_ BitVec 8)"),
    ("((S (_ BitVec 8) (x)) (S (_ BitVec 8) (y)))", "S stands for two things here"),
    ("((S (_ BitVec 8) (x (f S S))))", "there is no function f here"),
    ("((S (_ BitVec 8) ((let ((z S)) z))))", "a let in a grammar is not understood"),
    ("()", "this grammar has no nonterminal"),
    ("x", "a grammar is a list"),
])
def test_grammars_that_are_refused(grammar, message):
    with pytest.raises(PrimirError) as caught:
        spec_of("", grammar)
    assert caught.value.message == message and caught.value.place.line is not None


def test_deep_terms_are_read_and_deeper_ones_refused():
    deep = "(bvnot " * 900 + "a" + ")" * 900
    assert evaluate([value_of(deep)], {X: 5, Y: 0}) == [5]
    with pytest.raises(PrimirError, match="more than 1000 brackets are open here"):
        value_of("(bvnot " * 1100 + "a" + ")" * 1100)


def test_a_file_is_a_source(tmp_path):
    path = tmp_path / "f.sl"
    path.write_text(HEAD.format("", "(constraint (= (f a b) a))"))
    (spec,) = lift_specs(str(path))
    assert spec.name == "f"
    with pytest.raises(PrimirError, match="there is no function to find g"):
        lift_specs(f"{path}:g")


@pytest.mark.parametrize("annotated", ["(! Start Start)", "(! Start :named Start)", "(! (! Start) :k (Start))"])
def test_an_annotation_in_a_grammar_is_left_out(annotated):
    (production,) = [each for each in parse_sygus(
        f"(set-logic BV)(synth-fun f ((x (_ BitVec 8))) (_ BitVec 8) ((Start (_ BitVec 8) (x (bvnot {annotated})))))"
        "(constraint (= (f #x01) #xfe))(check-synth)").syntax.grammar.productions if each.holes]
    assert production.text == ("(bvnot ", 0, ")") and len(production.holes) == 1
