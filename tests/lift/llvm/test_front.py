"""LLVM IR lifted is what LLVM's own code does, wherever that is defined; where it is not, each case says what it is."""

import ctypes
import os
import random
import re
from pathlib import Path

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.ir.graph import CHOICE, FALSE, TRUE, leaf, topological
from primir.ir.primes import TABLE
from primir.ir.text import parse_functions, print_function
from primir.lift.llvm.front import functions_of, lift_llvm
from primir.lift.llvm.opcodes import entries
from primir.lift.python.lowering import RAISE

CASES = Path(__file__).parents[1] / "cases"
SHARED = Path(os.environ.get("PRIMIR_CASES", Path(__file__).parents[4] / "shared" / "bench"))

# --- LLVM's own code --------------------------------------------------------------------------------------------------

BINARY = [
    "add", "add nsw", "add nuw", "add nuw nsw", "sub", "sub nsw", "sub nuw", "mul", "mul nsw", "mul nuw", "udiv",
    "udiv exact", "sdiv", "sdiv exact", "urem", "srem", "shl", "shl nsw", "shl nuw", "lshr", "lshr exact", "ashr",
    "ashr exact", "and", "or", "or disjoint", "xor",
]  # fmt: skip
COMPARE = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge", "samesign ult", "samesign sge"]
CALLED = ["umin", "umax", "smin", "smax", "uadd.sat", "usub.sat", "sadd.sat", "ssub.sat"]
OVERFLOWING = ["uadd", "usub", "umul", "sadd", "ssub", "smul"]
ONE = ["abs", "ctpop", "ctlz", "cttz", "bitreverse", "bswap"]
OTHER = [
    ("icmp_const", "i1", "icmp ugt iW %x, 5"),
    ("select", "iW", "select i1 %c, iW %x, iW %y"),
    ("select_const", "iW", "select i1 %c, iW -2, iW %y"),
    ("not", "iW", "xor iW %x, -1"),
    ("freeze", "iW", "freeze iW %x"),
    ("fshl", "iW", "call iW @llvm.fshl.iW(iW %x, iW %y, iW %x)"),
    ("fshr", "iW", "call iW @llvm.fshr.iW(iW %x, iW %y, iW 3)"),
    ("wider", "i128", "zext iW %x to i128"),
    ("wider_nneg", "i128", "zext nneg iW %x to i128"),
    ("wider_signed", "i99", "sext iW %x to i99"),
    ("narrower", "i3", "trunc iW %x to i3"),
    ("narrower_nuw", "i3", "trunc nuw iW %x to i3"),
    ("narrower_nsw", "i3", "trunc nsw iW %x to i3"),
    ("same", "iW", "bitcast iW %x to iW"),
]


def instructions(width):
    """One function for each instruction and flag, at one width."""
    found = [(text, "iW", f"{text} iW %x, %y") for text in BINARY]
    found += [(f"icmp_{text}", "i1", f"icmp {text} iW %x, %y") for text in COMPARE]
    found += [(text, "iW", f"call iW @llvm.{text}.iW(iW %x, iW %y)") for text in CALLED]
    found += [(text, "{ iW, i1 }", f"call {{ iW, i1 }} @llvm.{text}.with.overflow.iW(iW %x, iW %y)")
              for text in OVERFLOWING]
    flag = {"abs": ", i1 true", "ctlz": ", i1 true", "cttz": ", i1 false"}
    found += [(text, "iW", f"call iW @llvm.{text}.iW(iW %x{flag.get(text, '')})") for text in ONE
              if text != "bswap" or width % 16 == 0]
    found += OTHER
    text = "".join(
        f'define {type_} @"{name.replace(" ", "_")}"(iW %x, iW %y, i1 %c) {{\n  %r = {body}\n  ret {type_} %r\n}}\n'
        for name, type_, body in found
    )
    return (text + declarations(text)).replace("iW", f"i{width}")


def declarations(text):
    """A declaration of each function that is called with plain arguments."""
    calls = set(re.findall(r"call (\{.*?\}|\w+) (@[\w.]+)\((.*?)\)", text)) - {("void", "@primir.raise", "")}
    return "".join({name: f"declare {type_} {name}({', '.join(part.split()[0] for part in given.split(','))})\n"
                    for type_, name, given in sorted(calls)}.values())


def compiled(text, functions):
    """LLVM's unoptimized code for some lifted functions of a module: each takes and gives a list of words."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    wrappers = "\n".join(wrapper(text, function, index) for index, function in enumerate(functions))
    module = llvm.parse_assembly(text + wrappers)
    machine = llvm.Target.from_default_triple().create_target_machine(opt=0, jit=True)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()

    def call(index, words):
        size = max(len(words), len(functions[index].results)) + 1
        given = (ctypes.c_uint64 * (2 * size))()
        for at, word in enumerate(words):
            given[2 * at], given[2 * at + 1] = word & (1 << 64) - 1, word >> 64
        found = (ctypes.c_uint64 * (2 * size + 2))()
        aligned = ctypes.addressof(found)
        ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(engine.get_function_address(f"wrapped{index}"))(
            ctypes.addressof(given), aligned
        )
        return tuple(found[2 * at] | found[2 * at + 1] << 64 for at in range(len(functions[index].results)))

    return call


def wrapper(text, function, index):
    """IR that loads the arguments of `function`, 128 bits each, calls it, and stores its results."""
    name = f'@"{function.name}"'
    type_ = re.search(rf"define (.*) (?:{re.escape(name)}|@{re.escape(function.name)})\(", text)[1]
    lines = [f"define void @wrapped{index}(ptr %in, ptr %out) {{"]
    for at, parameter in enumerate(function.parameters):
        width = parameter.type.width
        lines += [f"  %p{at} = getelementptr i128, ptr %in, i32 {at}", f"  %l{at} = load i128, ptr %p{at}, align 8",
                  f"  %a{at} = trunc i128 %l{at} to i{width}" if width < 128 else f"  %a{at} = add i128 %l{at}, 0"]
    arguments = ", ".join(f"i{p.type.width} %a{at}" for at, p in enumerate(function.parameters))
    lines.append(f"  %r = call {type_} {name}({arguments})")
    for at, (result, path) in enumerate(zip(function.results, paths(type_, text))):
        width = result.type.width
        value = f"  %e{at} = extractvalue {type_} %r, {path}" if path else f"  %e{at} = freeze {type_} %r"
        wide = f"zext i{width} %e{at} to i128" if width < 128 else f"add i128 %e{at}, 0"
        lines += [value, f"  %w{at} = {wide}",
                  f"  %q{at} = getelementptr i128, ptr %out, i32 {at}", f"  store i128 %w{at}, ptr %q{at}, align 8"]
    return "\n".join([*lines, "  ret void", "}", ""])


def paths(type_, text):
    """Where the words of a result are, for extractvalue: for the types that the cases use."""
    if re.fullmatch(r"i\d+", type_):
        return [""]
    if type_ == "%S":
        return ["0", "1, 0"]
    return ["0", "1"] if type_.count("{") == 1 else ["0", "1, 0", "1, 1, 0", "1, 1, 1"]


def words(width, random_):
    """Corners of a width, and random words."""
    mask = (1 << width) - 1
    corners = {0, 1, 2, 3, 5, width - 1, width, width + 1, mask, mask - 1, 1 << width - 1, (1 << width - 1) - 1}
    return sorted({corner & mask for corner in corners}) + [random_.getrandbits(width) for _ in range(6)]


def agrees(text, seed=2):
    """Every function of a module does what LLVM's code does, on all pairs of some words."""
    functions = functions_of(text)
    assert functions.refused == {}
    listed = list(functions.values())
    native = compiled(text, listed)
    random_ = random.Random(seed)
    for index, function in enumerate(listed):
        assert " " in function.name or parse_functions(print_function(function)) == [function]
        given = [words(parameter.type.width, random_) for parameter in function.parameters]
        first, second, *others = *given, [0], [0]
        compared = 0
        for a in first:
            for b in second:
                inputs = [a, b, *(random_.choice(other) for other in others)][: len(function.parameters)]
                outcome = run(function, {p.value: word for p, word in zip(function.parameters, inputs)})
                assert outcome.domain
                if outcome.ub or None in outcome.results:
                    continue
                assert native(index, inputs) == outcome.results, (seed, function.name, inputs)
                compared += 1
        assert compared


@pytest.mark.parametrize("width", [8, 13, 32, 64])
def test_instructions_do_what_llvm_does(width):
    agrees(instructions(width))


def test_every_row_is_an_instruction():
    """`not` and `neg` are LLVM's xor and sub with a constant."""
    assert set(TABLE) - {entry.row.name for entry in entries().values()} == {"not", "neg"}


@pytest.mark.parametrize("width", [8, 33, 64])
def test_shapes_do_what_llvm_does(width):
    agrees((CASES / "shapes.ll").read_text().replace("i33", f"i{width}"))


@pytest.mark.parametrize("file", ["vectors.ll", "tables.ll"])
def test_lanes_and_tables_do_what_llvm_does(file):
    agrees((CASES / file).read_text())


# --- poison and undefined behaviour -----------------------------------------------------------------------------------


def outcome(signature, body, inputs, raises=frozenset()):
    """What a function does: `signature` its parameters, `body` without the braces, `inputs` words or "poison"."""
    returns = re.findall(r"ret (.+) \S+", body)
    parameters, _, type_ = signature.partition("->")
    text = f"define {type_.strip() or returns[0]} @f({parameters}) {{\n{body}\n}}\n"
    text += declarations(re.sub(r"\w+\(i\d+ -?\d+, -?\d+\) |noundef ", "", text))
    function = lift_llvm(text, "f", raises=raises)
    given = {}
    for parameter, word in zip(function.parameters, inputs, strict=True):
        if word == "poison":
            assert parameter.poison is not FALSE
            given[parameter.poison] = 1
        else:
            given[parameter.value] = word
    found = run(function, given)
    if not found.domain:
        return "outside"
    if found.ub:
        return "ub"
    return "poison" if None in found.results else found.results[0]


P = "poison"
DIVIDES = "br i1 %c, label %a, label %b\na:\n %d = udiv i8 1, %x\n ret i8 %d\nb:\n ret i8 2"
MERGES = "br i1 %c, label %a, label %b\na:\n br label %b\nb:\n %r = phi i8 [ poison, %a ], [ 1, %0 ]\n ret i8 %r"
DECLARES = f"\n}}\ndeclare void @{RAISE}()\ndefine void @g() {{\n ret void"
RAISES = "br i1 %c, label %a, label %b\na:\n call void @primir.raise()\n unreachable\nb:\n ret i8 2"


@pytest.mark.parametrize(
    ("signature", "body", "inputs", "expected"),
    [
        # flags
        ("i8 %x", "%r = add nsw i8 %x, 1\n ret i8 %r", [127], P),
        ("i8 %x", "%r = add nsw i8 %x, 1\n ret i8 %r", [126], 127),
        ("i8 %x", "%r = add nsw i8 %x, 1\n ret i8 %r", [255], 0),
        ("i8 %x", "%r = add nuw i8 %x, 1\n ret i8 %r", [255], P),
        ("i8 %x", "%r = sub nuw i8 %x, 1\n ret i8 %r", [0], P),
        ("i8 %x", "%r = sub nsw i8 0, %x\n ret i8 %r", [128], P),
        ("i8 %x", "%r = mul nsw i8 %x, -1\n ret i8 %r", [128], P),
        ("i8 %x", "%r = mul nuw i8 %x, 16\n ret i8 %r", [16], P),
        ("i8 %x", "%r = shl nsw i8 %x, 1\n ret i8 %r", [64], P),
        ("i8 %x", "%r = shl nuw i8 %x, 1\n ret i8 %r", [64], 128),
        ("i8 %x", "%r = shl nuw i8 %x, 1\n ret i8 %r", [128], P),
        ("i8 %x", "%r = lshr exact i8 %x, 1\n ret i8 %r", [3], P),
        ("i8 %x", "%r = ashr exact i8 %x, 1\n ret i8 %r", [254], 255),
        ("i8 %x", "%r = udiv exact i8 %x, 3\n ret i8 %r", [10], P),
        ("i8 %x", "%r = sdiv exact i8 %x, -3\n ret i8 %r", [9], 253),
        ("i8 %x", "%r = or disjoint i8 %x, 1\n ret i8 %r", [1], P),
        ("i8 %x", "%r = zext nneg i8 %x to i16\n ret i16 %r", [128], P),
        ("i8 %x", "%r = trunc nuw i8 %x to i4\n ret i4 %r", [16], P),
        ("i8 %x", "%r = trunc nsw i8 %x to i4\n ret i4 %r", [248], 8),
        ("i8 %x", "%r = trunc nsw i8 %x to i4\n ret i4 %r", [8], P),
        ("i8 %x", "%r = icmp samesign ult i8 %x, 5\n ret i1 %r", [128], P),
        # shifts by the width or more
        ("i8 %x", "%r = shl i8 1, %x\n ret i8 %r", [8], P),
        ("i8 %x", "%r = lshr i8 1, %x\n ret i8 %r", [7], 0),
        ("i8 %x", "%r = ashr i8 %x, 9\n ret i8 %r", [1], P),
        # division
        ("i8 %x", "%r = udiv i8 1, %x\n ret i8 %r", [0], "ub"),
        ("i8 %x", "%r = srem i8 1, %x\n ret i8 %r", [0], "ub"),
        ("i8 %x, i8 %y", "%r = sdiv i8 %x, %y\n ret i8 %r", [128, 255], "ub"),
        ("i8 %x, i8 %y", "%r = srem i8 %x, %y\n ret i8 %r", [128, 255], "ub"),
        ("i8 %x, i8 %y", "%r = sdiv i8 %x, %y\n ret i8 %r", [P, 255], "ub"),
        ("i8 %x, i8 %y", "%r = sdiv i8 %x, %y\n ret i8 %r", [P, 3], P),
        ("i8 %x, i8 %y", "%r = sdiv i8 %x, %y\n ret i8 %r", [3, P], "ub"),
        ("i8 %x, i8 %y", "%r = udiv i8 %x, %y\n ret i8 %r", [P, 255], P),
        ("i8 %x", "%r = udiv i8 %x, 0\n ret i8 %r", [1], "ub"),
        ("i8 %x", "%r = udiv i8 %x, poison\n ret i8 %r", [1], "ub"),
        ("i8 %x", "%r = udiv i8 1, %x\n ret i8 3", [0], "ub"),
        # poison goes through, and stops at select and freeze
        ("i8 %x", "%r = and i8 %x, 0\n ret i8 %r", [P], P),
        ("i8 %x", "%r = add i8 poison, 1\n ret i8 %r", [1], P),
        ("i8 %x", "ret i8 %x", [P], P),
        ("i8 %x", "ret i8 3", [P], 3),
        ("i1 %c, i8 %x, i8 %y", "%r = select i1 %c, i8 %x, i8 %y\n ret i8 %r", [1, 5, P], 5),
        ("i1 %c, i8 %x, i8 %y", "%r = select i1 %c, i8 %x, i8 %y\n ret i8 %r", [0, 5, P], P),
        ("i1 %c, i8 %x, i8 %y", "%r = select i1 %c, i8 %x, i8 %y\n ret i8 %r", [P, 5, 5], P),
        ("i8 %x", "%f = freeze i8 %x\n %r = xor i8 %f, %f\n ret i8 %r", [P], 0),
        ("i8 %x", "%f = freeze i8 %x\n ret i8 %f", [9], 9),
        # branches
        ("i1 %c", "br i1 %c, label %a, label %b\na:\n ret i8 1\nb:\n ret i8 1", [P], "ub"),
        ("i1 %c", "br i1 %c, label %a, label %a\na:\n ret i8 1", [P], "ub"),
        ("i8 %c", "switch i8 %c, label %a [ i8 1, label %a ]\na:\n ret i8 1", [P], "ub"),
        ("i1 %c", "br i1 %c, label %a, label %b\na:\n ret i8 1\nb:\n unreachable", [1], 1),
        ("i1 %c", "br i1 %c, label %a, label %b\na:\n ret i8 1\nb:\n unreachable", [0], "ub"),
        ("-> i8", "unreachable", [], "ub"),
        ("i1 %c, i8 %x", DIVIDES, [0, 0], 2),
        ("i1 %c, i8 %x", DIVIDES, [0, P], 2),
        ("i1 %c, i8 %x", DIVIDES, [1, 0], "ub"),
        ("i1 %c", MERGES, [0], 1),
        ("i1 %c", MERGES, [1], P),
        ("i1 %c, i1 %d", "br i1 %c, label %a, label %b\na:\n br i1 %d, label %b, label %b\nb:\n ret i8 1", [0, P], 1),
        # undef: what the choice 0 gives here, and undefined where it decides
        ("i8 %x", "ret i8 undef", [1], 0),
        ("i8 %x", "%r = udiv i8 %x, undef\n ret i8 %r", [1], "ub"),
        # attributes
        ("i8 noundef %x -> noundef i8", "ret i8 %x", [3], 3),
        ("i8 %x -> noundef i8", "ret i8 %x", [P], "ub"),
        ("i8 %x -> noundef i8", "ret i8 poison", [3], "ub"),
        ("i8 range(i8 1, 5) %x", "ret i8 %x", [5], P),
        ("i8 range(i8 1, 5) %x", "ret i8 %x", [4], 4),
        ("i8 range(i8 -2, 2) %x", "ret i8 %x", [254], 254),
        ("i8 range(i8 -2, 2) %x", "ret i8 %x", [2], P),
        ("i8 noundef range(i8 1, 5) %x", "ret i8 0", [0], "ub"),
        ("i8 %x -> range(i8 0, 5) i8", "ret i8 %x", [5], P),
        ("i8 %x -> noundef range(i8 0, 5) i8", "ret i8 %x", [5], "ub"),
        ("i8 zeroext %x -> signext i8", "ret i8 %x", [5], 5),
        ("i8 returned %x", "ret i8 %x", [5], 5),
        ("i8 returned %x", "ret i8 %x", [P], P),
        ("i8 returned %x", "%r = and i8 %x, 3\n ret i8 %r", [3], 3),
        ("i8 returned %x", "%r = and i8 %x, 3\n ret i8 %r", [5], "ub"),
        ("i8 returned %x", "ret i8 poison", [5], "ub"),
        # calls that are operations
        ("i8 %x", "%r = call i8 @llvm.abs.i8(i8 %x, i1 true)\n ret i8 %r", [128], P),
        ("i8 %x", "%r = call i8 @llvm.abs.i8(i8 %x, i1 false)\n ret i8 %r", [128], 128),
        ("i8 %x", "%r = call i8 @llvm.ctlz.i8(i8 %x, i1 true)\n ret i8 %r", [0], P),
        ("i8 %x", "%r = call i8 @llvm.cttz.i8(i8 %x, i1 false)\n ret i8 %r", [0], 8),
        ("i8 %x", "%r = call noundef i8 @llvm.umin.i8(i8 %x, i8 3)\n ret i8 7", [P], "ub"),
        ("i8 %x", "%r = call i8 @llvm.umin.i8(i8 noundef %x, i8 3)\n ret i8 7", [P], "ub"),
        ("i8 %x", "%r = call range(i8 0, 3) i8 @llvm.umin.i8(i8 %x, i8 3)\n ret i8 %r", [9], P),
        ("i1 %c", "call void @llvm.assume(i1 %c)\n ret i8 7", [1], 7),
        ("i1 %c", "call void @llvm.assume(i1 %c)\n ret i8 7", [0], "ub"),
        ("i1 %c", "call void @llvm.assume(i1 %c)\n ret i8 7", [P], "ub"),
        # exceptions of the language that was compiled
        ("i1 %c", RAISES, [1], "outside"),
        ("i1 %c", RAISES, [0], 2),
        ("i1 %c", RAISES.replace("unreachable", "ret i8 1"), [1], "outside"),
        ("i1 %c", RAISES.replace("unreachable", "ret i8 1"), [P], "ub"),
    ],
)
def test_undefined(signature, body, inputs, expected):
    if "@primir.raise" in body:
        body += DECLARES
    assert outcome(signature, body, inputs, RAISE if DECLARES in body else None) == expected


def test_only_our_own_lowering_raises():  # a call by that name in IR of somebody else's is a call as any other
    text = f"define i8 @f(i1 %c) {{\n{RAISES}{DECLARES}\n}}"
    assert lift_llvm(text, "f", raises={RAISE}).domain is not TRUE
    with pytest.raises(PrimirError, match="a call of @primir.raise cannot be lifted"):
        lift_llvm(text, "f")
    with pytest.raises(PrimirError, match="a call of @primir.raise cannot be lifted"):
        functions_of(text)["f"]


def choices(body, type_="i8"):
    return lift_llvm(f"define {type_} @f(i8 %x) {{\n{body}\n}}", "f")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("ret i8 undef", 1),
        ("%f = freeze i8 %x\n ret i8 %f", 1),
        ("%f = freeze i8 7\n ret i8 %f", 0),
        ("%r = xor i8 undef, undef\n ret i8 %r", 2),
        ("%u = add i8 undef, %x\n ret i8 %u", 1),
        ("%u = add i8 undef, %x\n %r = xor i8 %u, %u\n ret i8 %r", 2),  # undef is another value at each use
        ("%u = add i8 undef, %x\n %f = freeze i8 %u\n %r = mul i8 %f, %f\n ret i8 %r", 2),  # until it is frozen: u, x
        ("%f = freeze i8 undef\n %r = mul i8 %f, %f\n ret i8 %r", 1),
        ("%r = insertvalue [2 x i8] undef, i8 %x, 0\n %s = extractvalue [2 x i8] %r, 0\n ret i8 %s", 0),
    ],
)
def test_a_value_left_open_is_a_choice(body, count):
    function = choices(body)
    assert len(function.choices) == count
    assert all(re.fullmatch(r"choice\d+|undef\.\d+", str(node.data)) for node in function.choices)


def test_undef_at_two_uses_is_two_values():
    function = choices("%u = and i8 undef, 1\n %r = xor i8 %u, %u\n ret i8 %r")
    first, second = function.choices
    assert run(function, {first: 1, second: 0}).results == (1,)


def test_a_frozen_value_is_one_value():
    function = choices("%u = and i8 undef, 1\n %f = freeze i8 %u\n %v = xor i8 %f, %f\n %r = or i8 %v, %u\n ret i8 %r")
    first, second = function.choices
    assert {run(function, {first: a, second: b}).results for a in (0, 1) for b in (0, 1)} == {(0,), (1,)}
    assert len({run(function, {first: a, second: 0}).results for a in (0, 1)} | {
        run(function, {first: 0, second: b}).results for b in (0, 1)}) == 2


@pytest.mark.parametrize(
    ("body", "type_", "decides"),
    [
        ("br i1 undef, label %a, label %b\na:\n ret i8 1\nb:\n ret i8 1", "i8", True),
        ("%u = or i1 undef, true\n br i1 %u, label %a, label %b\na:\n ret i8 1\nb:\n ret i8 1", "i8", False),
        ("switch i8 undef, label %a [ i8 1, label %a ]\na:\n ret i8 1", "i8", True),
        ("ret i8 undef", "noundef i8", True),
        ("ret i8 undef", "i8", False),
        ("%f = freeze i8 undef\n ret i8 %f", "noundef i8", False),
        ("%u = and i8 undef, 0\n ret i8 %u", "noundef i8", False),
    ],
)
def test_to_decide_by_undef_is_undefined(body, type_, decides):
    function = choices(body, type_)
    leaves = {node for node in topological(function.roots) if node.op == CHOICE}
    ubs = {run(function, dict.fromkeys(leaves, word)).ub for word in (0, 1, 255)}
    assert (True in ubs) == decides


def test_a_diamond_leaves_no_condition_behind():
    text = (CASES / "shapes.ll").read_text()
    assert print_function(lift_llvm(text, "diamond")) == "\n".join([
        "function diamond(%x?: u33, %y?: u33) -> u33",
        "  %1 = (ult %x %y)",
        "  value (select %1 (add %x 5:33) (mul %y 3:33))",
        "  poison (select %1 %x!poison %y!poison)",
        "  ub (or %x!poison %y!poison)",
    ])  # fmt: skip


def test_long_functions_stay_small():
    block = """b{i}:
      %c{i} = icmp ult i32 %x{i}, {i}
      br i1 %c{i}, label %t{i}, label %e{i}
    t{i}:
      %d{i} = udiv i32 %x{i}, 3
      br label %e{i}
    e{i}:
      %x{j} = phi i32 [ %d{i}, %t{i} ], [ %x{i}, %b{i} ]
      br label %b{j}
    """
    text = "".join(block.format(i=i, j=i + 1) for i in range(200))
    function = lift_llvm(f"define i32 @f(i32 noundef %x0) {{\n{text}\nb200:\n ret i32 %x200\n}}")
    assert function.ub is FALSE
    assert sum(1 for _ in topological(function.roots)) < 200 * 5


# --- signatures -------------------------------------------------------------------------------------------------------


def test_parameters_keep_their_names_and_numbers_become_words():
    text = 'define i8 @f(i8 %x, i16 noundef %0, i1 %"a b", i8 %"a!b", i8 %"1", i8 %choice1) {\n ret i8 %x\n}'
    function = lift_llvm(text)
    assert [p.name for p in function.parameters] == ["x", "arg1", "a_b", "a_b_", "_1", "_choice1"]
    assert [str(p.type) for p in function.parameters] == ["u8", "u16", "u1", "u8", "u8", "u8"]
    assert [p.noundef for p in function.parameters] == [False, True, False, False, False, False]
    assert function.results[0].value is leaf("x", 8)
    assert function.domain is TRUE


def test_void_has_no_results():
    function = lift_llvm("define void @f(i8 %x) {\n %d = udiv i8 1, %x\n ret void\n}")
    assert function.results == ()
    assert run(function, {leaf("x", 8): 0}).ub


def test_all_functions_and_pairs():
    text = "\n".join(f"define i8 @{name}(i8 %x) {{\n ret i8 %x\n}}" for name in ("src", "tgt", "src2", "tgt2", "src3"))
    functions = functions_of(text + "\ndefine float @g(float %x) {\n ret float %x\n}\n@h = alias i8 (i8), ptr @src\n")
    assert functions.names == ["src", "tgt", "src2", "tgt2", "src3", "g", "h"]
    assert functions.pairs == [("src", "tgt"), ("src2", "tgt2")]
    assert "floating-point" in functions.refused["g"].message
    assert functions["h"].name == "h"
    with pytest.raises(PrimirError, match="floating-point"):
        functions["g"]
    with pytest.raises(PrimirError, match="there is no function nope"):
        functions["nope"]


def test_bitcode_is_read_like_text():
    from llvmlite import binding as llvm

    text = "define i8 @f(i8 %x) {\n %r = mul i8 %x, 3\n ret i8 %r\n}\ndefine ptr @g() {\n ret ptr null\n}"
    data = llvm.parse_assembly(text).as_bitcode()
    assert lift_llvm(data, "f") == lift_llvm(text, "f") == lift_llvm(text.encode(), "f")
    with pytest.raises(PrimirError, match="a pointer cannot be lifted") as raised:
        lift_llvm(data, "g", file="g.bc")
    assert (raised.value.place.file, raised.value.place.line) == ("g.bc", None)


# --- what is refused --------------------------------------------------------------------------------------------------


def f(body, parameters="i8 %x", type_="i8"):
    return f"; a comment\ndefine {type_} @f({parameters}) {{\n{body}\n}}\n"


DECLARED = "declare i8 @g(i8)\n@v = global i8 3\n"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (f("e:\n br label %top\ntop:\n br label %top"), "this loop runs more than 256 times", 5),
        (f("  br label %1\n1:\n  %2 = add i8 %x, 1\n  br label %1"), "this loop runs more than 256 times", 4),
        (f("e:\n %c = icmp eq i8 %x, 0\n br i1 %c, label %a, label %b\na:\n br label %b\nb:\n br label %a"),
         "a loop with several ways in cannot be lifted", 6),
        (f("  %p = alloca i8\n  ret i8 %x"), "a variable in memory cannot be lifted", 3),
        (f("  %y = add i8 %x, 1\n  %p = load i8, ptr null\n  ret i8 %p"), "a load from memory cannot be lifted", 4),
        (f("  store i8 1, ptr null\n  ret i8 %x"), "a store to memory cannot be lifted", 3),
        (f("  fence seq_cst\n  ret i8 %x"), "an atomic operation cannot be lifted", 3),
        (f("  %a = getelementptr i8, ptr null, i8 %x\n  ret i8 %x"), "address arithmetic cannot be lifted", 3),
        (f("  %a = inttoptr i8 %x to ptr\n  ret i8 %x"), "a pointer cannot be lifted", 3),
        (f("  ret i8 0", "i8 %x,\n   ptr %p"), "a pointer cannot be lifted", 2),
        (f("  %a = uitofp i8 %x to double\n  ret i8 %x"), "floating-point arithmetic cannot be lifted", 3),
        (f("  ret i8 0", "double %d"), "the floating-point type double cannot be lifted", 2),
        (f("  ret i8 0", "<2 x float> %d"), "the vector type <2 x float> cannot be lifted", 2),
        (f("  ret i8 0", "<vscale x 2 x i8> %d"), "the vector type <vscale x 2 x i8> cannot be lifted", 2),
        (f("  ret i8 0", "i129 %d"), "the type i129 cannot be lifted", 2),
        (f("  %w = zext i8 %x to i1000\n  ret i8 %x"), "the type i1000 cannot be lifted", 3),
        (f("  ret [999999999 x i8] undef", type_="[999999999 x i8]"), "an aggregate of more than 256 words", 2),
        (f("  ret i8 0", "i8 %x, ..."), "a variadic function cannot be lifted", 2),
        (f("  %r = call i8 @g(i8 %x)\n  ret i8 %r") + DECLARED, "a call of @g cannot be lifted", 3),
        (f("  %r = call i8 @f(i8 %x)\n  ret i8 %r"), "a recursive call cannot be lifted", 3),
        (f("  %r = call i8 %p(i8 1)\n  ret i8 %r", "i8 %x, ptr %p"), "a pointer cannot be lifted", 2),
        (f("  %r = call i8 null(i8 1)\n  ret i8 %r"), "a call through a pointer cannot be lifted", 3),
        (f('  %r = call i8 asm "neg $0", "=r,0"(i8 %x)\n  ret i8 %r'), "inline assembly cannot be lifted", 3),
        (f("  %r = add i8 %x, ptrtoint (ptr @v to i8)\n  ret i8 %r") + DECLARED, "a constant expression", 3),
        (f("  %c = icmp eq ptr @v, null\n  ret i8 %x") + DECLARED, "a pointer cannot be lifted", 3),
        (f("  %c = icmp eq i8 %x, 1\n\n  %1 = sext i1 %c to i8\n  %2 = fneg float 0.0\n  ret i8 %x"),
         "floating-point arithmetic", 6),
        (f('  %"to i8" = add i8 %x, 1\n  %"; @f(" = call i8 @f(i8 %"to i8")\n ret i8 %x'), "a recursive call", 4),
        (f("  call void @llvm.assume(i1 true) [ \"nonnull\"(ptr null) ]\n  ret i8 %x")
         + "declare void @llvm.assume(i1)", "an operand bundle", 3),
        # not LLVM IR, or not valid
        (f("  %r = addd i8 %x, 1\n  ret i8 %r"), "LLVM does not read this: expected instruction opcode", 3),
        (f("  %r = add i8 %y, 1\n  ret i8 %r"), "LLVM does not read this: use of undefined value '%y'", 3),
        (f("  %r = add i8 %q, 1\n  %q = add i8 %x, 1\n  ret i8 %r"), "does not dominate all uses", 4),
        ("int f(int x) { return x; }", "LLVM does not read this", 1),
        ("", "this text is empty", None),
        (" \n\n", "this text is empty", None),
        ("define i8 @f(\0", "it holds a zero byte", 1),
        (b"\xff\xfe\x00", "this is neither LLVM IR text nor bitcode", None),
        (b"BC\xc0\xde1234", "LLVM does not read this", None),
        ("; nothing\n", "this module defines no function", None),
        ("declare i8 @f(i8)", "this module defines no function", None),
        (f("  ret i8 0") + f("  ret i8 0").replace("@f", "@k"), "this module defines 2 functions", None),
        # guards
        (f("  ret i8 1" + "0" * 1000), "a number has 1001 digits", 3),
        (f("  ret i8 0") + "@a = global " + "{" * 20000, "brackets are nested more than 1000 deep", 5),
        (";" + "x" * (17 << 20), "this module is 17 MiB large", None),
    ],
)
def test_refused(text, message, line):
    with pytest.raises(PrimirError, match=re.escape(message)) as raised:
        lift_llvm(text, file="f.ll" if isinstance(text, str) and text.strip() else None)
    assert raised.value.place.line == line, raised.value
    if raised.value.place.text is not None and "cannot be lifted" in message:
        assert raised.value.place.text in text.splitlines()


def test_an_empty_file_is_called_a_file():
    with pytest.raises(PrimirError, match="a.ll: this file is empty"):
        lift_llvm(b"", file="a.ll")


@pytest.mark.parametrize(
    ("symbol", "message", "hint"),
    [
        ("averge", "there is no function averge", "did you mean average?"),
        ("zzz", "there is no function zzz", "there is average"),
        ("g", "g is declared here, but not defined", None),
    ],
)
def test_an_unknown_function_is_named(symbol, message, hint):
    text = f("  ret i8 0").replace("@f", "@average") + DECLARED
    with pytest.raises(PrimirError, match=message) as raised:
        lift_llvm(text, symbol)
    assert raised.value.hint == hint


def test_undef_in_too_many_ways_is_refused():
    body = "".join(f" %u{i + 1} = add i8 %u{i}, %u{i}\n" for i in range(40))
    with pytest.raises(PrimirError, match="more than 1024 values open"):
        lift_llvm(f(f" %u0 = add i8 undef, %x\n{body} ret i8 %u40"))


def test_a_limit_of_time_is_kept():
    with pytest.raises(PrimirError, match="did not read this within"):
        lift_llvm(f("  ret i8 0"), seconds=1e-6)


def test_types_that_are_nested_by_name_are_refused():
    types = "".join(f"%t{i} = type {{ %t{i + 1} }}\n" for i in range(5000))
    with pytest.raises(PrimirError, match="nested more than 16 deep"):
        lift_llvm(f"{types}%t5000 = type {{ i8 }}\ndefine %t0 @f() {{\n ret %t0 undef\n}}")


def test_damaged_bitcode_is_lifted_or_refused():
    """LLVM dies of some of this: that is a refusal, too."""
    from llvmlite import binding as llvm

    data = llvm.parse_assembly((CASES / "shapes.ll").read_text()).as_bitcode()
    seed = 5
    random_ = random.Random(seed)
    refusals = []
    for _ in range(100):
        damaged = bytearray(data)
        damaged[random_.randrange(4, len(damaged))] ^= 1 << random_.randrange(8)
        try:
            functions_of(bytes(damaged))
        except PrimirError as problem:
            refusals.append(problem.message)
    print(f"seed {seed}: {len(refusals)} of 100 refused")  # noqa: T201
    assert refusals


KINDS = [r"%[\w.]+", r"-?\d+|true|poison|undef", r"i\d+", "|".join({text.split()[0] for text in BINARY}),
         "nsw|nuw|exact|disjoint", "[a-z]+", r"\W"]


def mutated(text, random_):
    """`text` with a few tokens replaced, mostly by others of their kind, or taken out, or put in."""
    tokens = re.findall(r'[%@]?"[^"]*"|[%@]?[-\w.]+|\s+|.', text)
    for _ in range(random_.randint(1, 2)):
        at = random_.choice([at for at, token in enumerate(tokens) if random_.random() < 0.1 or token[-1].isalnum()])
        kind = next((kind for kind in KINDS if re.fullmatch(kind, tokens[at])), r"\S+")
        alike = sorted({token for token in tokens if re.fullmatch(kind, token)}) + ["poison", "undef", "nsw", "noundef"]
        match random_.randrange(6):
            case 0:
                del tokens[at]
            case 1:
                tokens[at] += f" {random_.choice(alike)} "
            case _:
                tokens[at] = random_.choice(alike[:-4] or alike)
    return "".join(tokens)


def test_mutated_text_is_lifted_or_refused():
    seed = 7
    random_ = random.Random(seed)
    texts = [(CASES / "shapes.ll").read_text(), instructions(16)]
    lifted = refused = 0
    for number in range(200):
        original = random_.choice(texts)
        function = random_.choice(re.findall(r"^define.*?^}", original, re.MULTILINE | re.DOTALL))
        declared = "\n".join(line for line in original.splitlines() if line.startswith(("declare", "%")))
        text = f"{mutated(function, random_)}\n{declared}"
        try:
            found = functions_of(text)
        except PrimirError:
            refused += 1
            continue
        except Exception as problem:
            raise AssertionError(f"seed {seed}, number {number}:\n{text}") from problem
        lifted += len(found)
        refused += len(found.refused)
    print(f"seed {seed}: {lifted} lifted, {refused} refused")  # noqa: T201
    assert lifted > 30


# --- public cases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "least"), [("alive2/loop-free", 80), ("souper", 500), ("llvm-issues", 30), ("arith", 150)]
)
def test_public_cases_are_lifted_or_refused_by_name(folder, least):
    if not SHARED.is_dir():
        pytest.skip(f"the public cases are not here: {SHARED} (set PRIMIR_CASES)")
    lifted = 0
    for file in sorted((SHARED / folder).glob("*.ll")):
        functions = functions_of(file.read_bytes(), file=file.name)
        lifted += len(functions)
        assert len(functions) + len(functions.refused) == len(functions.names)
        assert all(re.search("cannot be lifted$", problem.message) for problem in functions.refused.values())
        assert all(problem.place.line is not None for problem in functions.refused.values())
    assert lifted >= least
