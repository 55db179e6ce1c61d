"""All readings of every row agree: integers, the compiled kernel, the meaning in primes, both solvers, and LLVM.

Every check takes the row as an argument, and is itself checked at the end on rows that were broken on purpose.
"""

import contextlib
import ctypes
import dataclasses
import functools
import itertools
import random
from types import MappingProxyType

import pytest
from primir.ir import evaluate, graph, kernel, samples, smt, terms
from primir.ir.graph import apply, const, leaf
from primir.ir.primes import MAX_WIDTH, TABLE, Undefined, operations

ROWS = list(TABLE.values())
# the widths that casts lead to from a width
CASTS = {4: (1, 3, 5, 8), 8: (1, 7, 9, 32), 16: (8, 17), 32: (1, 31, 33, 64), 64: (8, 32, 63, 65, 128),
         128: (1, 64, 127)}

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def result_widths(row, w):
    """The widths of the results that are tested for arguments of `w` bits; none where the row does not take them."""
    if w % row.multiple:
        return []
    if row.cast:
        return [v for v in CASTS[w] if (v < w) == (row.name == "trunc")]
    return [1 if row.predicate else w]


def argument_widths(row, w):
    return [1 if letter == "1" else w for letter in row.arguments]


def all_inputs(row, w):
    return list(itertools.product(*(range(1 << width) for width in argument_widths(row, w))))


def corner_inputs(row, w):
    return list(itertools.product(*map(samples.corners, argument_widths(row, w))))


def random_inputs(row, w, count, seed=1):
    rng = random.Random(seed)  # the seed is the argument's default
    dense = [tuple(rng.getrandbits(width) for width in argument_widths(row, w)) for _ in range(count // 2)]
    return dense + list(itertools.islice(samples.samples(argument_widths(row, w), seed=seed), count - len(dense)))


@contextlib.contextmanager
def using(row):
    """Readings are taken from a table that holds `row`, which may be a broken one."""
    if TABLE[row.name] is row:
        yield
        return
    table = MappingProxyType({**TABLE, row.name: row})
    modules = (evaluate, smt, terms)
    try:
        for module in modules:
            module.TABLE = table
        evaluate._functions.cache_clear()
        yield
    finally:
        for module in modules:
            module.TABLE = TABLE
        evaluate._functions.cache_clear()


# --- readings: each gives the row's values on `inputs`, words for arguments of w bits and a result of v bits ----------


def operation(row, w, v):
    """The row over fresh inputs: those, and the node."""
    leaves = [leaf(name, width) for name, width in zip("xyz", argument_widths(row, w))]
    return leaves, apply(row.name, *leaves, width=v)


def by_integers(row, w, v, inputs):
    widths = argument_widths(row, w)
    return [evaluate.evaluate_row(row, words, widths, v) for words in inputs]


def by_meaning(row, w, v, inputs):
    if row.prime:
        return None
    leaves, _ = operation(row, w, v)
    (meaning,) = terms.to_primes([terms.expand(row, tuple(leaves), v)])
    function = evaluate.compiled([meaning], leaves)
    return [function(*words)[0] for words in inputs]


def by_kernel(row, w, v, inputs):
    import numpy as np

    if max(w, v) > kernel.MAX_KERNEL_WIDTH:
        return None
    arguments = [np.array(words, dtype=np.uint64) for words in zip(*inputs)]
    if TABLE[row.name] is row:
        leaves, node = operation(row, w, v)
        (found,) = kernel.evaluate_batch([node], dict(zip(leaves, arguments)))
        return found.tolist()
    compiled = compiled_alone(row)
    with np.errstate(all="ignore"):
        return [int(compiled(*words, *kernel.unsigned(w, v))) for words in zip(*arguments)]


def compiled_alone(row):
    """A broken row, compiled without caching."""
    from numba import njit

    space = kernel.rows().namespace()
    exec(evaluate._definition(row, plain=False), space)
    return njit(error_model="numpy")(space[f"op_{row.name}"])


def solver_script(row, w, v):
    leaves, node = operation(row, w, v)
    script = smt.Script()
    for each in leaves:
        script.define(each)
    if row.smt is None:  # a broken meaning is read from the row at hand
        node = terms.expand(row, tuple(leaves), v)
    return leaves, script, script.define(node)


def by_bitwuzla(row, w, v, inputs):
    import bitwuzla

    leaves, script, name = solver_script(row, w, v)
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.PRODUCE_MODELS, True)
    manager = bitwuzla.TermManager()
    parser = bitwuzla.Parser(manager, options)
    script.lines.append(f"(assert (= {name} {name}))")
    parser.parse("\n".join(script.lines), True, False)
    term = parser.parse_term(name)
    symbols = [parser.parse_term(smt.symbol(each)) for each in leaves]
    sorts = [manager.mk_bv_sort(each.width) for each in leaves]
    solver = bitwuzla.Bitwuzla(manager, options)
    solver.check_sat()
    found = []
    for words in inputs:
        values = {symbol: manager.mk_bv_value(sort, word) for symbol, sort, word in zip(symbols, sorts, words)}
        found.append(int(solver.get_value(manager.substitute_term(term, values)).value(10)))
    return found


def by_z3(row, w, v, inputs):
    import z3

    leaves, script, name = solver_script(row, w, v)
    script.lines.append(f"(assert (= {name} #b{0:0{v}b}))")
    (equation,) = z3.parse_smt2_string("\n".join(script.lines))
    term = equation.arg(0)
    symbols = [z3.BitVec(str(each.data), each.width) for each in leaves]
    found = []
    for words in inputs:
        values = [(symbol, z3.BitVecVal(word, symbol.size())) for symbol, word in zip(symbols, words)]
        found.append(z3.simplify(z3.substitute(term, *values)).as_long())
    return found


def by_llvm(row, w, v, inputs):
    return run_llvm(row, row.llvm, w, v, inputs)


def by_mirror(row, w, v, inputs):
    return run_llvm(row, row.mirror, w, v, inputs) if row.mirror is not None else None


SLOT = 16  # bytes


def run_llvm(row, text, w, v, inputs):
    """`text` compiled by LLVM, in a loop over an array of 128-bit slots; None on inputs where it is undefined."""
    defined = [words for words in inputs if not oracle_undefined(row, w, words)]
    given = b"".join(word.to_bytes(SLOT, "little") for words in defined for word in words)
    out = ctypes.create_string_buffer(SLOT * max(len(defined), 1))
    with engine(llvm_loop(row, text, w, v)) as address:
        run = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64)(address)
        run(given, ctypes.addressof(out), len(defined))
    found = iter([int.from_bytes(out.raw[k * SLOT:][:SLOT], "little") for k in range(len(defined))])
    return [None if oracle_undefined(row, w, words) else next(found) for words in inputs]


def llvm_loop(row, text, w, v):
    count = len(row.arguments)
    lines = ["define void @run(ptr %in, ptr %out, i64 %n) {", "entry:", "  %none = icmp eq i64 %n, 0",
             "  br i1 %none, label %done, label %loop", "loop:", "  %k = phi i64 [ 0, %entry ], [ %next, %loop ]",
             f"  %first = mul i64 %k, {count}"]
    for index, width in enumerate(argument_widths(row, w)):
        name = "xyz"[index]
        lines += [f"  %i{name} = add i64 %first, {index}", f"  %p{name} = getelementptr i128, ptr %in, i64 %i{name}",
                  f"  %w{name} = load i128, ptr %p{name}, align 8",
                  f"  %{name} = {f'trunc i128 %w{name} to i{width}' if width < 128 else f'add i128 %w{name}, 0'}"]
    *before, last = text.format(w=f"i{w}", v=f"i{v}", x="%x", y="%y", z="%z", t="%t").split("\n")
    lines += [f"  %t = {line}" for line in before] + [f"  %r = {last}"]
    lines += [f"  %wide = {f'zext i{v} %r to i128' if v < 128 else 'add i128 %r, 0'}",
              "  %pr = getelementptr i128, ptr %out, i64 %k", "  store i128 %wide, ptr %pr, align 8",
              "  %next = add i64 %k, 1", "  %more = icmp ult i64 %next, %n",
              "  br i1 %more, label %loop, label %done", "done:", "  ret void", "}"]
    return "\n".join(lines)


@contextlib.contextmanager
def engine(text):
    """The address of @run in the compiled module."""
    import llvmlite.binding as llvm
    from primir.emit.native import _DIVISION

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(_DIVISION)  # LLVM calls functions for 128-bit division
    module.link_in(llvm.parse_assembly(text))
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=0)
    compiler = llvm.create_mcjit_compiler(module, machine)
    compiler.finalize_object()
    yield compiler.get_function_address("run")
    compiler.close()


READINGS = {"integers": by_integers, "kernel": by_kernel, "meaning": by_meaning, "bitwuzla": by_bitwuzla, "z3": by_z3,
            "llvm": by_llvm, "mirror": by_mirror}
QUICK = [name for name in READINGS if name != "z3"]


def disagreements(row, w, inputs, readings=tuple(READINGS)):
    """Where a reading of `row` differs from its first reading, in words."""
    found = []
    for v in result_widths(row, w):
        with using(row):
            values = {name: READINGS[name](row, w, v, inputs) for name in readings}
        first = values.pop(readings[0])
        for name, others in values.items():
            if others is None:
                continue
            assert len(others) == len(first) == len(inputs)
            wrong = [(words, a, b) for words, a, b in zip(inputs, first, others) if b is not None and a != b]
            found += [f"{row.name} at {w} bits on {words}: {readings[0]} {a}, {name} {b}" for words, a, b in wrong[:1]]
    return found


@each_row
def test_readings_agree_on_all_inputs_at_4_bits(row):
    assert disagreements(row, 4, all_inputs(row, 4), QUICK) == []


@each_row
@pytest.mark.parametrize("w", [8, 16, 32, 64, 128])
def test_readings_agree_at_corners(row, w):
    assert disagreements(row, w, corner_inputs(row, w), QUICK) == []


@pytest.mark.slow
@each_row
@pytest.mark.parametrize("w", [4, 8, 16, 32, 64, 128])
def test_z3_agrees(row, w):
    inputs = all_inputs(row, w) if w == 4 else corner_inputs(row, w)
    assert disagreements(row, w, inputs, ["integers", "z3"]) == []


@pytest.mark.slow
@each_row
def test_readings_agree_on_10_000_random_inputs_at_64_bits(row):
    assert disagreements(row, 64, random_inputs(row, 64, 10_000), QUICK) == []
    heavy = row.smt is None  # expanded to hundreds of operations
    assert disagreements(row, 64, random_inputs(row, 64, 500 if heavy else 10_000), ["integers", "z3"]) == []


# --- composites mean what they are called -----------------------------------------------------------------------------


def smear(x):
    """`x` with every bit below its highest one set."""
    step = 1
    while step < x.width:
        x = apply("or", x, apply("lshr", x, const(step, x.width)))
        step *= 2
    return x


def swapped(x, step):
    """Blocks of `step` bits exchanged pairwise, then of twice as many, and so on; the width must be a power of two."""
    w = x.width
    while step < w:
        low = sum(((1 << step) - 1) << k for k in range(0, w, 2 * step))
        up = apply("shl", apply("and", x, const(low, w)), const(step, w))
        down = apply("and", apply("lshr", x, const(step, w)), const(low, w))
        x = apply("xor", up, down)
        step *= 2
    return x


def popcount(x):
    """Sums of neighbouring fields, pairwise; the width must be a power of two."""
    w, step = x.width, 1
    while step < w:
        low = const(sum(((1 << step) - 1) << k for k in range(0, w, 2 * step)), w)
        x = apply("add", apply("and", x, low), apply("and", apply("lshr", x, const(step, w)), low))
        step *= 2
    return x


def minimum(x, y, less):
    """y ^ ((x ^ y) & -(x < y))"""
    w = x.width
    truth = apply(less, x, y)
    mask = apply("sext", truth, width=w) if w > 1 else truth
    return apply("xor", y, apply("and", apply("xor", x, y), mask))


def maximum(x, y, less):
    return apply("xor", apply("xor", x, y), minimum(x, y, less))


def clamped(op, extend, x, y, low, high, less):
    """x op y in two bits more, brought between `low` and `high`."""
    wide = x.width + 2
    exact = apply(op, apply(extend, x, width=wide), apply(extend, y, width=wide))
    least = maximum(exact, const(low, wide), less)
    return apply("trunc", minimum(least, const(high, wide), less), width=x.width)


def funnel(x, y, z, left):
    """A window on the double word (x, y)."""
    w, double = x.width, 2 * x.width
    both = apply("xor", apply("shl", apply("zext", x, width=double), const(w, double)), apply("zext", y, width=double))
    by = apply("zext", apply("urem", z, const(w, w)), width=double)
    if left:
        both = apply("lshr", apply("shl", both, by), const(w, double))
    else:
        both = apply("lshr", both, by)
    return apply("trunc", both, width=w)


def ones(w):
    return (1 << w) - 1


# For what solvers have no operator for: the same once more, by another way.
SECOND = {
    "abs": lambda x: (lambda s: apply("sub", apply("xor", x, s), s))(apply("ashr", x, const(x.width - 1, x.width))),
    "umin": lambda x, y: minimum(x, y, "ult"),
    "umax": lambda x, y: maximum(x, y, "ult"),
    "smin": lambda x, y: minimum(x, y, "slt"),
    "smax": lambda x, y: maximum(x, y, "slt"),
    "uadd_sat": lambda x, y: clamped("add", "zext", x, y, 0, ones(x.width), "slt"),
    "usub_sat": lambda x, y: clamped("sub", "zext", x, y, 0, ones(x.width), "slt"),
    "sadd_sat": lambda x, y: clamped("add", "sext", x, y, -(1 << x.width - 1), ones(x.width - 1), "slt"),
    "ssub_sat": lambda x, y: clamped("sub", "sext", x, y, -(1 << x.width - 1), ones(x.width - 1), "slt"),
    "ctpop": popcount,
    "ctlz": lambda x: popcount(apply("not", smear(x))),
    "cttz": lambda x: popcount(apply("not", smear(swapped(x, 1)))),
    "bitreverse": lambda x: swapped(x, 1),
    "bswap": lambda x: swapped(x, 8),
    "fshl": lambda x, y, z: funnel(x, y, z, True),
    "fshr": lambda x, y, z: funnel(x, y, z, False),
}
PROOF_WIDTHS = (1, 2, 4, 8, 16, 32, 64)
# Where the solvers do not finish in PROOF_SECONDS; everything else is proved at all of PROOF_WIDTHS.
PROVED_UP_TO = {"umul_overflow": 16, "smul_overflow": 8}
PROOF_SECONDS = 60
COMPOSITES = [row for row in ROWS if not row.prime]


def proof_widths(row):
    """The widths of arguments and result at which the composite `row` is proved."""
    fits = [w for w in PROOF_WIDTHS if w % row.multiple == 0 and w <= PROVED_UP_TO.get(row.name, MAX_WIDTH)]
    if row.cast:
        return [(w, v) for w in fits for v in PROOF_WIDTHS if v > w]
    return [(w, 1 if row.predicate else w) for w in fits]


def meaning_differs(row, w, v, seconds=PROOF_SECONDS):
    """"unsat" where the row's meaning is proved equal to the solver's operator or to the second definition."""
    import bitwuzla

    leaves, node = operation(row, w, v)
    with using(row):
        script = smt.Script()
        meaning = script.define(terms.expand(row, tuple(leaves), v))
        other = script.define(node if row.smt is not None else SECOND[row.name](*leaves))
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, seconds * 1000)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse("\n".join([*script.lines, f"(assert (distinct {meaning} {other}))"]), True, False)
    return str(parser.bitwuzla().check_sat()).rpartition(".")[2].lower()


def test_every_composite_has_another_definition():
    assert all((row.smt is None) == (row.name in SECOND) for row in COMPOSITES)


@pytest.mark.parametrize("row", COMPOSITES, ids=lambda row: row.name)
def test_composites_are_proved_at_small_widths(row):
    for w, v in proof_widths(row):
        if w <= 8:
            assert meaning_differs(row, w, v) == "unsat", f"{row.name} at {w} bits"


@pytest.mark.slow
@pytest.mark.parametrize("row", COMPOSITES, ids=lambda row: row.name)
def test_composites_are_proved(row, record_property):
    proved = []
    for w, v in proof_widths(row):
        assert meaning_differs(row, w, v) == "unsat", f"{row.name} at {w} bits"
        proved.append(w)
    record_property("proved at", sorted(set(proved)))


# --- laws, and where LLVM leaves things undefined ---------------------------------------------------------------------


def lawless(row, widths=(1, 2, 3, 4)):
    """The laws that `row` claims and breaks."""
    broken = set()
    for w in widths:
        with using(row):
            if len(row.arguments) != 2:
                break
            table = dict(zip(all_inputs(row, w), by_integers(row, w, w, all_inputs(row, w))))
        words = range(1 << w)
        if any(table[a, b] != table[b, a] for a in words for b in words):
            broken.add("commutative")
        if any(table[a, a] != a for a in words):
            broken.add("idempotent")
        if not row.predicate and any(table[table[a, b], c] != table[a, table[b, c]]
                                     for a in words for b in words for c in words):
            broken.add("associative")
    return sorted(row.laws & broken)


@each_row
def test_laws_hold(row):
    assert lawless(row) == []
    assert row.laws <= {"commutative", "associative", "idempotent"}
    assert not row.laws or len(row.arguments) == 2


@functools.cache
def signed(w, word):
    return word - (1 << w) if word >> w - 1 else word


def outside(w, number):
    """Whether a number is no signed word of w bits."""
    return not -(1 << w - 1) <= number < 1 << w - 1


def divided(a, b):
    """The quotient rounded toward zero, and the remainder."""
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return quotient, a - quotient * b


def signs_differ(w, v, x, y):
    return signed(w, x) < 0 <= signed(w, y) or signed(w, y) < 0 <= signed(w, x)


def bits_lost(w, v, x, y):
    return x % (1 << y) != 0


# LLVM's language reference, read by hand into integers: (operation, flag) -> whether the result is poison.
FLAGS = {
    ("add", "nsw"): lambda w, v, x, y: outside(w, signed(w, x) + signed(w, y)),
    ("add", "nuw"): lambda w, v, x, y: x + y >= 1 << w,
    ("sub", "nsw"): lambda w, v, x, y: outside(w, signed(w, x) - signed(w, y)),
    ("sub", "nuw"): lambda w, v, x, y: x < y,
    ("mul", "nsw"): lambda w, v, x, y: outside(w, signed(w, x) * signed(w, y)),
    ("mul", "nuw"): lambda w, v, x, y: x * y >= 1 << w,
    ("shl", "nsw"): lambda w, v, x, y: outside(w, signed(w, x) << y),
    ("shl", "nuw"): lambda w, v, x, y: x << y >= 1 << w,
    ("udiv", "exact"): lambda w, v, x, y: x % y != 0,
    ("sdiv", "exact"): lambda w, v, x, y: divided(signed(w, x), signed(w, y))[1] != 0,
    ("lshr", "exact"): bits_lost,
    ("ashr", "exact"): bits_lost,
    ("or", "disjoint"): lambda w, v, x, y: any(x >> k & 1 and y >> k & 1 for k in range(w)),
    ("zext", "nneg"): lambda w, v, x: signed(w, x) < 0,
    ("trunc", "nuw"): lambda w, v, x: x >= 1 << v,
    ("trunc", "nsw"): lambda w, v, x: outside(v, signed(w, x)),
    ("abs", "int_min_poison"): lambda w, v, x: signed(w, x) == -(1 << w - 1),
    ("ctlz", "zero_poison"): lambda w, v, x: x == 0,
    ("cttz", "zero_poison"): lambda w, v, x: x == 0,
    **{(name, "samesign"): signs_differ for name in ("eq", "ne", "ult", "ule", "slt", "sle")},
}


def too_far(w, x, y):
    return "poison" if y >= w else None


def by_zero(w, x, y):
    return "ub" if y == 0 else None


def by_zero_or_too_large(w, x, y):
    return "ub" if y == 0 or (signed(w, y) == -1 and outside(w, -signed(w, x))) else None


# Where the operation without flags is undefined: "poison", "ub", or None where it is defined.
UNDEFINED = {"shl": too_far, "lshr": too_far, "ashr": too_far, "udiv": by_zero, "urem": by_zero,
             "sdiv": by_zero_or_too_large, "srem": by_zero_or_too_large}


def oracle_undefined(row, w, words):
    return UNDEFINED[row.name](w, *words) if row.name in UNDEFINED else None


def undefined_differs(row, widths=(1, 2, 3, 4)):
    """Where the column `undefined` differs from LLVM's reference, or does not say what the total operation gives."""
    found = []
    for w in widths:
        leaves = [leaf(name, width) for name, width in zip("xyz", argument_widths(row, w))]
        conditions = [terms.condition(u.when, row, tuple(leaves), w) for u in row.undefined]
        gives = [terms.total_value(u.gives, row, tuple(leaves), w) for u in row.undefined]
        function = evaluate.compiled([*conditions, *gives], leaves)
        for words in all_inputs(row, w):
            values = function(*words)
            cases = zip(row.undefined, values, values[len(conditions):])
            held = [(undefined.kind, given) for undefined, holds, given in cases if holds]
            wanted = oracle_undefined(row, w, words)
            if {kind for kind, _ in held} != ({wanted} if wanted else set()):
                found.append(f"{row.name} at {w} bits on {words}: {held}, not {wanted}")
            if held and {given for _, given in held} != set(by_integers(TABLE[row.name], w, w, [words])):
                found.append(f"{row.name} at {w} bits on {words}: the total operation does not give {held}")
    return found


def flags_differ(row, widths=(1, 2, 3, 4)):
    """Where a flag's condition differs from LLVM's reference, on inputs where the plain operation is defined."""
    found = []
    for w in widths:
        for v in ([v for v in range(1, 9) if v != w and (v < w) == (row.name == "trunc")] if row.cast else [w]):
            leaves = [leaf(name, width) for name, width in zip("xyz", argument_widths(row, w))]
            for flag, when in row.flags.items():
                condition = terms.condition(when, row, tuple(leaves), 1 if row.predicate else v)
                function = evaluate.compiled([condition], leaves)
                for words in all_inputs(row, w):
                    if oracle_undefined(row, w, words) is not None:
                        continue
                    if function(*words)[0] != FLAGS[row.name, flag](w, v, *words):
                        found.append(f"{row.name} {flag} at {w} bits on {words}")
    return found


def test_the_oracle_covers_every_flag_and_every_undefined_row():
    assert {(row.name, flag) for row in ROWS for flag in row.flags} == set(FLAGS)
    assert {row.name for row in ROWS if row.undefined} == set(UNDEFINED)


@each_row
def test_undefined_is_what_llvm_says(row):
    if row.multiple == 1:
        assert undefined_differs(row) == []


@each_row
def test_flags_are_what_llvm_says(row):
    if row.multiple == 1:
        assert flags_differ(row) == []


# --- signatures -------------------------------------------------------------------------------------------------------


@each_row
def test_widths_that_do_not_fit_are_refused(row):
    wrong = tuple(2 if letter == "1" else 16 for letter in row.arguments)
    for widths in [(16,) * (len(row.arguments) + 1), (), (*wrong[:-1], 8) if len(wrong) > 1 else (16, 16), wrong]:
        if widths == (16,) * len(row.arguments) and "1" not in row.arguments and not row.cast:
            continue
        with pytest.raises(TypeError):
            row.result_width(widths, 16)


def test_a_row_reads_its_own_table():
    assert all(row.meaning is None or terms.parse(row.meaning) for row in ROWS)
    plain, full = ({row.name for row in operations(named)} for named in ("plain", "full"))
    assert plain < full == set(TABLE)


def test_meanings_use_earlier_rows_only():
    """So that every meaning ends in primes."""
    seen = set()
    for row in ROWS:
        if row.meaning is not None and row.multiple == 1:
            width = 8 if row.cast else None
            leaves, _ = operation(row, 4, width if row.cast else (1 if row.predicate else 4))
            meaning = terms.expand(row, tuple(leaves), 8 if row.cast else 1 if row.predicate else 4)
            used = {node.op for node in graph.topological([meaning])} - graph.LEAVES
            assert used <= seen, f"{row.name} uses {used - seen}"
        seen.add(row.name)


# --- rows broken on purpose -------------------------------------------------------------------------------------------


def broken(name, **columns):
    return dataclasses.replace(TABLE[name], **columns)


def values_differ(row):
    found = disagreements(row, 4, all_inputs(row, 4), QUICK) if row.multiple == 1 else []
    return found or disagreements(row, 64, corner_inputs(row, 64), QUICK)


def proof_fails(row):
    return [w for w, v in proof_widths(row) if w <= 8 and meaning_differs(row, w, v) != "unsat"]


FAULTS = [
    ("value", values_differ, broken("shl", value="x << y & M if y <= W else Z")),  # the processor shifts by 64 - 64
    ("value", values_differ, broken("ult", value="x <= y")),
    ("value", values_differ, broken("uadd_sat", value="x + y if y < M - x else M - O")),
    ("value", values_differ, broken("ctpop", value="popcount(x) & M - O")),  # the kernel alone
    ("value", values_differ, broken("umul_overflow", value="(M // x if x else M) <= y")),
    ("value", values_differ, broken("sext", value="(x ^ T) - T")),
    ("python", values_differ, broken("cttz", python="(~x & x - 1).bit_count()")),
    ("python", values_differ, broken("umin", python="max(x, y)")),
    ("python", values_differ, broken("bitreverse", python="int(f'{x:b}'[::-1], 2)")),
    ("python", values_differ, broken("bswap", python="int.from_bytes(x.to_bytes(W // 8, 'big'), 'big')")),
    ("smt", values_differ, broken("lshr", smt="(bvashr x y)")),
    ("smt", values_differ, broken("sub", smt="(bvsub y x)")),
    ("smt", values_differ, broken("sle", smt="(bvslt x y)")),
    ("smt", proof_fails, broken("urem", smt="(bvsmod x y)")),
    ("smt", proof_fails, broken("sadd_overflow", smt="(bvuaddo x y)")),
    ("llvm", values_differ, broken("sub", llvm="sub {w} {y}, {x}")),
    ("llvm", values_differ, broken("neg", llvm="sub {w} 1, {x}")),
    ("llvm", values_differ, broken("fshl", llvm="call {w} @llvm.fshr.{w}({w} {x}, {w} {y}, {w} {z})")),
    ("mirror", values_differ, broken("slt", mirror="icmp sge {w} {y}, {x}")),
    ("meaning", values_differ, broken("ctlz", meaning="(fold add i (select (eq (shl x i) 0) 1 0))")),
    ("meaning", proof_fails, broken("ctlz", meaning="(fold add i (select (eq (shl x i) 0) 1 0))")),
    ("meaning", proof_fails, broken("or", meaning="(xor x y)")),
    ("meaning", values_differ, broken("smax", meaning="(select (ult x y) y x)")),
    ("meaning", proof_fails, broken("fshr", meaning="(or (shl x (sub w z)) (lshr y z))")),
    ("meaning", proof_fails, broken("sext", meaning="(zext:v x)")),
    ("laws", lawless, broken("sub", laws=frozenset({"commutative"}))),
    ("laws", lawless, broken("uadd_sat", laws=frozenset({"idempotent"}))),
    ("laws", lawless, broken("sadd_sat", laws=frozenset({"associative"}))),
    ("undefined", undefined_differs, broken("shl", undefined=(Undefined("poison", "(ult w y)", "0"),))),
    ("undefined", undefined_differs, broken("shl", undefined=(Undefined("ub", "(ule w y)", "0"),))),
    ("undefined", undefined_differs, broken("ashr", undefined=(Undefined("poison", "(ule w y)", "0"),))),
    ("undefined", undefined_differs, broken("udiv", undefined=())),
    ("undefined", undefined_differs, broken("sdiv", undefined=TABLE["sdiv"].undefined[:1])),
    ("undefined", undefined_differs, broken("add", undefined=(Undefined("poison", "(eq x 1)", "0"),))),
    ("flags", flags_differ, broken("add", flags={**TABLE["add"].flags, "nsw": "(uadd_overflow x y)"})),
    ("flags", flags_differ, broken("shl", flags={**TABLE["shl"].flags, "nsw": "(ne (lshr (shl x y) y) x)"})),
    ("flags", flags_differ, broken("trunc", flags={"nuw": "(ne (sext:w (trunc:v x)) x)"})),
    ("flags", flags_differ, broken("abs", flags={"int_min_poison": "(slt x 0)"})),
    ("flags", flags_differ, broken("eq", flags={"samesign": "(slt x 0)"})),
]


@pytest.mark.parametrize("column, check, row", FAULTS, ids=lambda part: getattr(part, "name", part))
def test_a_broken_row_is_caught(column, check, row):
    assert getattr(row, column) != getattr(TABLE[row.name], column)
    assert check(TABLE[row.name]) == []  # the row itself is right
    assert check(row) != []
    assert evaluate.evaluate_row(TABLE["shl"], (1, 3), (4, 4), 4) == 8  # and the table is whole again
