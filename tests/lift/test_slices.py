"""Slices: where they end and begin, what they are called, where they stand, and that they mean what the code does."""

import random
from collections import Counter

import pytest
from mutations import functions, mutations
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.ir.graph import TRUE
from primir.ir.text import parse_functions, print_shared
from primir.lift import slices
from primir.lift.llvm.front import lift_llvm
from primir.lift.slices import Census, slices_of


def found(text):
    """The slices of a module: what their roots are, and their values as they are written."""
    return [f"{each.kind}: {print_shared(each.value)}" for each in slices_of(text).slices]


def f(body, parameters="i32 noundef %x, i32 noundef %y, ptr %p, float %z", result="i32"):
    return f"define {result} @f({parameters}) {{\nentry:\n{body}\n}}\n"


SUM = "  %s = add i32 %x, %y\n"
ROOTS = [
    ("  ret i32 %s", "returned"),
    ("  store i32 %s, ptr %p\n  ret i32 0", "stored"),
    ("  store volatile i32 %s, ptr %p\n  ret i32 0", "stored"),
    ("  %old = atomicrmw add ptr %p, i32 %s seq_cst\n  ret i32 %old", "stored"),
    ("  %old = cmpxchg ptr %p, i32 %s, i32 0 seq_cst seq_cst\n  ret i32 0", "stored"),
    ("  switch i32 %s, label %a [\n    i32 1, label %b\n  ]\na:\n  ret i32 0\nb:\n  ret i32 1", "branched"),
    ("  call void @g(i32 %s)\n  ret i32 0", "passed"),
    ("  call void %p(i32 %s)\n  ret i32 0", "passed"),
    ("  call void (ptr, ...) @v(ptr %p, i32 noundef %s)\n  ret i32 0", "passed"),
    ('  call void asm sideeffect "nop", "r"(i32 %s)\n  ret i32 0', "passed"),
    ("  %q = getelementptr i8, ptr %p, i32 %s\n  store ptr %q, ptr %p\n  ret i32 0", "index"),
    ("  %q = inttoptr i32 %s to ptr\n  store ptr %q, ptr %p\n  ret i32 0", "address"),
    ("  %q = sitofp i32 %s to float\n  store float %q, ptr %p\n  ret i32 0", "converted"),
    ("  %q = bitcast i32 %s to float\n  store float %q, ptr %p\n  ret i32 0", "converted"),
    ("  %q = alloca i8, i32 %s\n  store ptr %q, ptr %p\n  ret i32 0", "size"),
    ("  %q = insertvalue { ptr, i32 } poison, i32 %s, 1\n  store { ptr, i32 } %q, ptr %p\n  ret i32 0", "passed"),
    ("  %q = insertelement <2 x ptr> poison, ptr %p, i32 %s\n  store <2 x ptr> %q, ptr %p\n  ret i32 0", "index"),
]


@pytest.mark.parametrize("rest, kind", ROOTS)
def test_a_slice_ends_where_a_value_is_used_by_what_is_no_integer_operation(rest, kind):
    text = f(SUM + rest) + "declare void @g(i32)\ndeclare void @v(ptr, ...)\n"
    assert found(text) == [f"{kind}: (add %x %y)"]


@pytest.mark.parametrize("rest, root", [
    ("  %c = icmp eq i32 %s, 0\n  br i1 %c, label %a, label %b\na:\n  ret i32 0\nb:\n  ret i32 1", "branched"),
    ("  %c = icmp eq i32 %s, 0\n  %q = select i1 %c, ptr %p, ptr null\n  store ptr %q, ptr %p\n  ret i32 0", "chosen"),
    ("  %c = icmp eq i32 %s, 0\n  call void @llvm.assume(i1 %c)\n  ret i32 0", "passed"),
])
def test_a_condition_is_a_root_where_it_decides(rest, root):
    assert found(f(SUM + rest)) == [f"{root}: (eq (add %x %y) 0:32)"]


@pytest.mark.parametrize("definition, name", [
    ("load i32, ptr %p", "p"),
    ("load volatile i32, ptr %p", "p"),
    ("load i32, ptr @counter", "counter"),
    ("call i32 @g()", "v"),
    ("call i32 (ptr, ...) @v(ptr %p)", "v"),
    ("call noundef i32 %p()", "v"),
    ('call i32 asm "nop", "=r"()', "v"),
    ("fptosi float %z to i32", "v"),
    ("bitcast float %z to i32", "v"),
    ("ptrtoint ptr %p to i32", "v"),
    ("atomicrmw add ptr %p, i32 1 seq_cst", "v"),
    ("va_arg ptr %p, i32", "v"),
    ("call i32 @llvm.objectsize.i32.p0(ptr %p, i1 false, i1 false, i1 false)", "v"),
])
def test_what_is_no_integer_operation_is_an_input(definition, name):
    text = f(f"  %v = {definition}\n  %s = add i32 %v, 1\n  ret i32 %s")
    assert found(text + OTHERS) == [f"returned: (add %{name} 1:32)"]


OTHERS = "@counter = global i32 0\ndeclare i32 @g()\ndeclare i32 @v(ptr, ...)\n"


@pytest.mark.parametrize("body, slice_", [
    ("  %v = icmp ult ptr %p, null\n  %s = zext i1 %v to i32\n  ret i32 %s", "(zext:32 %v)"),
    ("  %v = fcmp olt float %z, 0.0\n  %s = zext i1 %v to i32\n  ret i32 %s", "(zext:32 %v)"),
    ("  %a = call { ptr, i32 } @a()\n  %v = extractvalue { ptr, i32 } %a, 1\n  %s = add i32 %v, 1\n  ret i32 %s",
     "(add %v 1:32)"),
    ("  %a = call { i32, i32 } @b()\n  %v = extractvalue { i32, i32 } %a, 1\n  %s = add i32 %v, 1\n  ret i32 %s",
     "(add %a.1 1:32)"),
    ("  %a = cmpxchg ptr %p, i32 0, i32 1 seq_cst seq_cst\n  %v = extractvalue { i32, i1 } %a, 1\n"
     "  %s = zext i1 %v to i32\n  ret i32 %s", "(zext:32 %a.1)"),
    ("  %v = load <2 x i32>, ptr %p\n  %w = extractelement <2 x i32> %v, i32 1\n  %s = add i32 %w, 1\n  ret i32 %s",
     "(add %p.1 1:32)"),
    ("  %s = add i32 %x, ptrtoint (ptr @counter to i32)\n  ret i32 %s", "(add %x %counter.address)"),
    ("  %s = call i32 @llvm.umin.i32(i32 %x, i32 5)\n  ret i32 %s", "(umin %x 5:32)"),
    ("  %s = call i32 @llvm.expect.i32(i32 %x, i32 5)\n  %t = add i32 %s, 1\n  ret i32 %t", "(add %x 1:32)"),
    ("  %s = load i32, ptr getelementptr ([2 x i32], ptr @table, i64 0, i64 1)\n  %t = add i32 %s, 1\n  ret i32 %t",
     "(add %s 1:32)"),
])
def test_inputs_of_several_words_conditions_and_constants(body, slice_):
    others = "declare { ptr, i32 } @a()\ndeclare { i32, i32 } @b()\n@table = constant [2 x i32] [i32 1, i32 2]\n"
    assert found(f(body) + others + OTHERS) == [f"returned: {slice_}"]


# --- control flow -----------------------------------------------------------------------------------------------------

DIAMOND = """
  %c = icmp ult i32 %x, %y
  br i1 %c, label %a, label %b
a:
  %i = add i32 %x, 1
  br label %end
b:
  %j = mul i32 %y, 3
  br label %end
end:
  %r = phi i32 [ %i, %a ], [ %j, %b ]
  ret i32 %r"""
SWITCH = """
  switch i32 %x, label %c [
    i32 1, label %a
    i32 2, label %b
  ]
a:
  br label %end
b:
  br label %end
c:
  br label %end
end:
  %r = phi i32 [ 10, %a ], [ 20, %b ], [ %y, %c ]
  ret i32 %r"""
COUNT = """
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %more, %body ]
  %c = icmp ult i32 %i, %x
  br i1 %c, label %body, label %end
body:
  %more = add i32 %i, 1
  br label %head
end:
  %r = mul i32 %i, %y
  ret i32 %r"""
EARLY = """
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %more, %body ]
  %c = icmp ult i32 %i, %x
  br i1 %c, label %body, label %end
body:
  %more = add i32 %i, 1
  %d = icmp eq i32 %more, %y
  br i1 %d, label %end, label %head
end:
  %r = phi i32 [ %i, %head ], [ %more, %body ]
  %s = mul i32 %r, 3
  ret i32 %s"""
TWO_EXITS = """
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %more, %body ]
  %c = icmp ult i32 %i, %x
  br i1 %c, label %body, label %end
body:
  %more = add i32 %i, 1
  %d = icmp eq i32 %more, %y
  br i1 %d, label %other, label %head
other:
  br label %end
end:
  %r = phi i32 [ %i, %head ], [ %y, %other ]
  %s = mul i32 %r, 3
  ret i32 %s"""
IRREDUCIBLE = """
  %c = icmp ult i32 %x, %y
  br i1 %c, label %a, label %b
a:
  %i = phi i32 [ 0, %entry ], [ %k, %b ]
  %j = add i32 %i, 1
  br label %b
b:
  %k = phi i32 [ 1, %entry ], [ %j, %a ]
  %d = icmp ult i32 %k, %y
  br i1 %d, label %a, label %end
end:
  %r = mul i32 %k, 3
  ret i32 %r"""


@pytest.mark.parametrize("body, slices_", [
    (DIAMOND, ["branched: (ult %x %y)", "returned: (select (ult %x %y) (add %x 1:32) (mul %y 3:32))"]),
    (SWITCH, ["returned: (select (eq %x 2:32) 0x14:32 (select (eq %x 1:32) 0xa:32 %y))"]),
    (COUNT, ["branched: (ult %i %x)", "returned: (mul %i %y)", "carried: (add %i 1:32)"]),
    (EARLY, ["branched: (ult %i %x)", "branched: (eq (add %i 1:32) %y)",
             "returned: (mul (select (ult %i %x) (add %i 1:32) %i) 3:32)", "carried: (add %i 1:32)"]),
    (TWO_EXITS, ["branched: (ult %i %x)", "branched: (eq (add %i 1:32) %y)", "returned: (mul %r 3:32)",
                 "carried: (add %i 1:32)"]),
    (IRREDUCIBLE, ["branched: (ult %x %y)", "branched: (ult %k %y)", "returned: (mul %k 3:32)",
                   "carried: (add %i 1:32)"]),
])
def test_ways_that_come_together_are_selects_where_nothing_is_carried_around_a_loop(body, slices_):
    assert sorted(found(f(body))) == sorted(slices_)


def switch_of(ways):
    cases = "\n".join(f"    i32 {way}, label %a{way}" for way in range(1, ways))
    blocks = "\n".join(f"a{way}:\n  br label %end" for way in range(ways))
    phi = ", ".join(f"[ {way * way}, %a{way} ]" for way in range(ways))
    return f(f"  switch i32 %x, label %a0 [\n{cases}\n  ]\n{blocks}\nend:\n  %r = phi i32 {phi}\n"
             "  %s = add i32 %r, 1\n  ret i32 %s")


def test_where_many_ways_come_together_the_value_is_an_input():
    assert found(switch_of(slices.WAYS))[0].startswith("returned: (add (select (eq %x ")
    assert found(switch_of(slices.WAYS + 1)) == ["returned: (add %r 1:32)"]


def test_a_large_expression_is_cut():
    lines = [f"  %v{n} = {'mul' if n % 2 else 'add'} i32 %v{n - 1}, %y" for n in range(1, slices.LARGEST + 3)]
    body = "\n".join(["  %v0 = add i32 %x, %y", *lines, f"  ret i32 %v{slices.LARGEST + 2}"])
    cut, returned = found(f(body))
    assert cut.startswith("cut: ") and cut.count("(") == slices.LARGEST + 1
    assert returned == f"returned: (add (mul %v{slices.LARGEST} %y) %y)"


def test_a_shared_part_counts_once():
    lines = [f"  %v{n} = mul i32 %v{n - 1}, %v{n - 1}" for n in range(1, slices.LARGEST)]
    body = "\n".join(["  %v0 = add i32 %x, %y", *lines, f"  ret i32 %v{slices.LARGEST - 1}"])
    assert [each.split(":")[0] for each in found(f(body))] == ["returned"]


def test_long_ways_through_a_function_are_no_problem():
    count = 1500  # tests one after the other; at the end, one value for the last and one for all others
    tests = "".join(f"t{n}:\n  %c{n} = icmp eq i32 %x, {n}\n  br i1 %c{n}, label %out, label %t{n + 1}\n"
                    for n in range(count))
    text = f(f"  br label %t0\n{tests}t{count}:\n  br label %end\nout:\n  br label %end\nend:\n"
             f"  %r = phi i32 [ %x, %out ], [ %y, %t{count} ]\n  %s = add i32 %r, 1\n  ret i32 %s")
    values = found(text)
    assert (len(values), values[-1]) == (count + 1, "returned: (add %r 1:32)")


def test_a_large_condition_of_undefined_behaviour_is_not_kept():
    def divided(count):
        lines = [f"  %v{n} = udiv i8 %v{n - 1}, %a{n}" for n in range(1, count)]
        parameters = ", ".join(f"i8 %a{n}" for n in range(count))
        body = "\n".join(["  %v0 = udiv i8 1, %a0", *lines, f"  ret i8 %v{count - 1}"])
        return only(f(body, parameters, "i8"))

    assert print_shared(divided(2).ub) != "0:1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "CONDITION", 20)
        assert print_shared(divided(8).ub) == "0:1"


def test_blocks_that_are_never_reached_have_no_slices():
    assert found(f("  ret i32 0\ndead:\n" + SUM + "  ret i32 %s")) == []
    assert found(f("  br i1 false, label %a, label %b\na:\n" + SUM + "  ret i32 %s\nb:\n  ret i32 0")) == []


# --- what counts, and how often ---------------------------------------------------------------------------------------


def test_inputs_and_constants_alone_are_trivial():
    text = f("  store i32 %x, ptr %p\n  %s = add i32 1, 2\n  store i32 %s, ptr %p\n  ret i32 %x")
    result = slices_of(text)
    assert (found(text), result.trivial) == ([], 3)


def test_a_value_with_several_roots_has_a_slice_for_each_place():
    store = "  store i32 %s, ptr %p\n"
    assert found(f(SUM + store + "  ret i32 %s")) == ["stored: (add %x %y)", "returned: (add %x %y)"]


def test_one_value_in_two_registers_has_one_slice_for_a_place():
    text = f(SUM + "  %t = add i32 %x, %y\n  call void @g(i32 %s, i32 %t)\n  ret i32 0") + "declare void @g(i32, i32)\n"
    assert found(text) == ["passed: (add %x %y)"]


def test_a_root_within_a_slice_has_its_own():
    text = f(SUM + "  store i32 %s, ptr %p\n  %t = mul i32 %s, 3\n  ret i32 %t")
    assert found(text) == ["stored: (add %x %y)", "returned: (mul (add %x %y) 3:32)"]


def test_parts_of_aggregates_and_vectors_are_roots_of_their_own():
    text = f("  %a = add <2 x i32> %v, splat (i32 1)\n  store <2 x i32> %a, ptr %p\n  ret void",
             "<2 x i32> %v, ptr %p", "void")
    assert found(text) == ["stored: (add %v.0 1:32)", "stored: (add %v.1 1:32)"]


def test_a_census_counts_forms_and_how_many_cover_a_share():
    census = Census()
    census.add(slices_of(f("  %s = add i32 %x, %y\n  store i32 %s, ptr %p\n  %t = add i32 %y, %x\n  ret i32 %t")))
    census.add(slices_of(f("  %s = sub i32 %x, %y\n  ret i32 %s")))
    census.add(slices_of(f("  %n = sub i32 0, %x\n  %s = sub i32 %y, %n\n  ret i32 %s")))
    assert (census.files, census.slices, len(census.canonical), len(census.plain)) == (3, 4, 2, 3)
    assert (census.covering(0.5), census.covering(0.75), census.covering(0.9)) == (1, 1, 2)
    assert (census.functions, census.instructions) == (3, 4 + 2 + 3)


def test_a_module_that_llvm_refuses_is_one_error():
    with pytest.raises(PrimirError, match="LLVM does not read this"):
        slices_of("define i32 @f() {\n  ret i32 %x\n}")


def test_damaged_modules_are_sliced_or_refused():
    texts = [text for body in (DIAMOND, SWITCH, COUNT, EARLY, TWO_EXITS, IRREDUCIBLE) for text in functions(f(body))]
    outcomes = Counter()
    for data in mutations(texts, [], 3, 150):
        try:
            slices_of(data)
            outcomes["sliced"] += 1
        except PrimirError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 15, outcomes


def test_functions_beyond_the_time_are_counted():
    result = slices_of(f(SUM + "  ret i32 %s"), seconds=30)
    assert not result.skipped
    late = slices.sliced(slices.read_module(f(SUM + "  ret i32 %s"), None, 30), 1, slices.Deadline(0))
    assert (late.slices, dict(late.skipped)) == ((), {slices.TOO_LONG: 1})


# --- poison and undefined behaviour -----------------------------------------------------------------------------------


def only(text):
    (each,) = [each for each in slices_of(text).slices if each.kind == "returned"]
    return each


@pytest.mark.parametrize("body, poison, ub", [
    ("  %s = add i32 %x, 1\n  ret i32 %s", "0:1", "0:1"),
    ("  %s = shl i32 %x, %y\n  ret i32 %s", "(ule 0x20:32 %y)", "0:1"),
    ("  %s = udiv i32 %x, %y\n  ret i32 %s", "0:1", "(eq %y 0:32)"),
    ("  %s = udiv i32 %x, %y\n  %t = add i32 %s, 1\n  ret i32 %t", "0:1", "(eq %y 0:32)"),
    ("  %v = load i32, ptr %p\n  %s = add i32 %v, 1\n  ret i32 %s", "%p!poison", "0:1"),
    ("  %v = load i32, ptr %p, !noundef !0\n  %s = add i32 %v, 1\n  ret i32 %s", "0:1", "0:1"),
    ("  %v = call noundef i32 @g()\n  %s = add i32 %v, 1\n  ret i32 %s", "0:1", "0:1"),
    ("  %v = call range(i32 0, 5) i32 @g()\n  %s = add i32 %v, 1\n  ret i32 %s", "(or %v!poison (ule 5:32 %v))", "0:1"),
    ("  %v = load i32, ptr %p, !range !1\n  %s = add i32 %v, 1\n  ret i32 %s", "(or %p!poison (ule 5:32 %p))", "0:1"),
])
def test_poison_and_undefined_behaviour_of_a_slice(body, poison, ub):
    each = only(f(body) + OTHERS + "!0 = !{}\n!1 = !{i32 0, i32 5}\n")
    assert (print_shared(each.poison), print_shared(each.ub)) == (poison, ub)


def test_a_way_not_taken_is_not_undefined():
    body = DIAMOND.replace("mul i32 %y, 3", "udiv i32 3, %y")
    assert print_shared(only(f(body)).ub) == "(select (ult %x %y) 0:1 (eq %y 0:32))"


def test_to_branch_on_poison_is_undefined():
    each = only(f(DIAMOND, "i32 %x, i32 noundef %y, ptr %p"))
    assert print_shared(each.ub) == "%x!poison"


def test_to_branch_on_poison_is_undefined_where_it_is_reached():
    body = """
  %c = icmp eq i32 %y, 0
  br i1 %c, label %a, label %b
a:
  %d = icmp eq i32 %x, 0
  br i1 %d, label %b, label %end
b:
  br label %end
end:
  %r = phi i32 [ 1, %a ], [ 2, %b ]
  ret i32 %r"""
    assert print_shared(only(f(body, "i32 %x, i32 noundef %y")).ub) == "(and (eq %y 0:32) %x!poison)"


def test_a_case_that_leads_where_all_others_do_is_one_of_them():
    body = """
  switch i32 %y, label %a [
    i32 7, label %a
    i32 1, label %b
  ]
a:
  %d = icmp eq i32 %x, 0
  br i1 %d, label %b, label %end
b:
  br label %end
end:
  %r = phi i32 [ 1, %a ], [ 2, %b ]
  ret i32 %r"""
    assert print_shared(only(f(body, "i32 %x, i32 noundef %y")).ub) == "(and (not (eq %y 1:32)) %x!poison)"


def test_an_undef_is_chosen_anew_at_each_use():
    text = f("  %u = phi i32 [ undef, %entry ]\n".replace("phi i32 [ undef, %entry ]", "add i32 undef, 0")
             + "  store i32 %u, ptr %p\n  %s = sub i32 %u, %u\n  ret i32 %s")
    assert found(text)[1].count("undef") == 2


# --- names and places -------------------------------------------------------------------------------------------------

DEBUG = """
define i32 @f(i32 noundef %0, ptr %1) !dbg !4 {
    #dbg_value(i32 %0, !8, !DIExpression(), !10)
  %n = alloca i32
    #dbg_declare(ptr %n, !9, !DIExpression(), !10)
  call void @g(ptr %n), !dbg !10
  %3 = load i32, ptr %n, !dbg !11
  %4 = load i32, ptr %1, !dbg !11
  %5 = add i32 %0, %3, !dbg !11
  %6 = add i32 %5, %4, !dbg !11
  ret i32 %6, !dbg !12
}
declare void @g(ptr)
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "some.c", directory: "/src")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !DISubroutineType(types: !5)
!4 = distinct !DISubprogram(name: "f", file: !1, line: 7, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!5 = !{!6, !6}
!6 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!8 = !DILocalVariable(name: "count", arg: 1, scope: !4, file: !1, line: 7, type: !6)
!9 = !DILocalVariable(name: "more", scope: !4, file: !1, line: 8, type: !6)
!10 = !DILocation(line: 8, column: 3, scope: !4)
!11 = !DILocation(line: 9, column: 5, scope: !4)
!12 = !DILocation(line: 10, column: 7, scope: !4)
"""


def test_debug_information_names_inputs_and_lines():
    each = only(DEBUG)
    assert print_shared(each.value) == "(add (add %count %more) %v4)"
    assert str(each.place) == "/src/some.c:10:7"
    assert [parameter.name for parameter in each.parameters] == ["count", "more", "v4"]


def test_without_debug_information_a_place_is_the_line_of_the_ir():
    (each,) = slices_of(f(SUM + "  ret i32 %s"), file="some.ll").slices
    assert (str(each.place), each.within) == ("some.ll:4:3", "f")


def test_variables_in_memory_are_values_first():
    body = """  %v = alloca i32
  store i32 %x, ptr %v
  %a = load i32, ptr %v
  %s = add i32 %a, %y
  ret i32 %s"""
    (each,) = slices_of(f(body), file="some.ll").slices
    assert print_shared(each.value) == "(add %x %y)"
    assert str(each.place) == "some.ll:1:1"  # lines inside the function are not known any more


def test_names_are_kept_apart():
    body = "  %a = load i32, ptr %p\n  %b = load i32, ptr %p\n  %s = sub i32 %a, %b\n  ret i32 %s"
    assert found(f(body)) == ["returned: (sub %p %p.2)"]
    assert found(f('  %"7" = load i32, ptr %p\n  %s = add i32 %choice1, 1\n  ret i32 %s', "i32 %choice1, ptr %p")) == [
        "returned: (add %_choice1 1:32)"]


def test_a_slice_is_a_function_of_its_inputs():
    function = only(f(SUM + "  %t = mul i32 %s, %x\n  ret i32 %t")).function
    assert [(p.name, str(p.type), p.noundef) for p in function.parameters] == [("x", "u32", True), ("y", "u32", True)]
    (again,) = parse_functions("function f(%x: u32, %y: u32) -> u32\n  value (mul (add %x %y) %x)\n")
    assert function.roots == again.roots


def test_the_canonical_value_is_over_the_same_inputs():
    each = only(f("  %n = sub i32 0, %x\n  %s = sub i32 %y, %n\n  ret i32 %s"))
    assert print_shared(each.value) == "(sub %y (sub 0:32 %x))"
    assert print_shared(each.canonical) in ("(add %x %y)", "(add %y %x)")


# --- what a slice means is what the function does ---------------------------------------------------------------------

OPERATIONS = ("add", "add nsw", "sub", "sub nuw", "mul", "and", "or", "xor", "shl", "lshr", "ashr exact", "udiv",
              "srem")
COMPARISONS = ("eq", "ne", "ult", "sge", "sgt")


def program(source):
    """A function without loops: ladders of diamonds and of switches, and some freeze, over two words."""
    values, lines, here = ["%a", "%b"], [], "entry"

    def value(values):
        return source.choice([*values[-6:], str(source.choice([0, 1, 3, 7, -1]))])

    def operation(name, values):
        lines.append(f"  %{name} = {source.choice(OPERATIONS)} i8 {value(values)}, {value(values)}")
        return f"%{name}"

    for n in range(source.randint(1, 4)):
        values.append(operation(f"s{n}", values))
        if source.random() < 0.3:
            lines.append(f"  %z{n} = freeze i8 {values[-1]}")
            values.append(f"%z{n}")
        ends = []
        if source.random() < 0.5:
            lines += [f"  %c{n} = icmp {source.choice(COMPARISONS)} i8 {value(values)}, {value(values)}",
                      f"  br i1 %c{n}, label %l{n}.0, label %l{n}.1"]
        else:
            cases = "\n".join(source.sample([f"    i8 1, label %l{n}.1", f"    i8 7, label %l{n}.0"], 2))
            lines.append(f"  switch i8 {values[-1]}, label %l{n}.0 [\n{cases}\n  ]")
        for way in range(2):
            lines.append(f"l{n}.{way}:")
            ends.append((operation(f"v{n}.{way}", values), f"%l{n}.{way}"))
            lines.append(f"  br label %m{n}")
        phi = ", ".join(f"[ {end}, {block} ]" for end, block in ends)
        lines += [f"m{n}:", f"  %p{n} = phi i8 {phi}"]
        values.append(f"%p{n}")
    lines += [f"  %r = xor i8 {values[-1]}, 85", "  ret i8 %r"]
    noundef = source.choice(["", "noundef "])
    return f"define i8 @f(i8 {noundef}%a, i8 %b) {{\n{here}:\n" + "\n".join(lines) + "\n}\n"


def agree(text, source, seed):
    """The return slice and the whole function do the same for inputs for which the function is defined; how many."""
    whole = lift_llvm(text)
    part = next((each.function for each in slices_of(text).slices if each.kind == "returned"), None)
    if part is None:
        return 0  # the result is an input or a constant
    assert part.domain is TRUE
    defined = 0
    leaves = [node for parameter in whole.parameters for node in (parameter.value, parameter.poison) if node.args == ()]
    for _ in range(60):
        inputs = {node: source.choice([0, 1, 7, 127, 128, 255, source.randrange(256)]) if node.width > 1
                  else source.random() < 0.1 for node in leaves if not node.is_const}
        wanted, given = run(whole, inputs), run(part, inputs)
        if not wanted.ub:
            defined += 1
            assert (given.ub, given.results) == (False, wanted.results), (seed, text, inputs)
    return defined


def test_a_slice_of_a_function_without_loops_is_what_the_function_does(monkeypatch):
    monkeypatch.setattr(slices, "LARGEST", 1 << 20)
    seed = random.randrange(1 << 32)
    source = random.Random(seed)
    programs = [program(source) for _ in range(60)]
    assert sum(agree(text, source, seed) for text in programs) > 600, seed
