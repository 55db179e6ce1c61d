"""Random functions in LLVM IR: well typed, loops bounded, every kind of instruction; poison and UB now and then.

A program is grown statement by statement. `_Function.known` holds the values that can be used here; what is defined in
an arm or in a loop is forgotten behind it, but for what phis bring out.
"""

import random
import re

WIDTHS = (1, 1, 2, 3, 5, 7, 8, 8, 8, 12, 16, 16, 24, 31, 32, 32, 32, 33, 48, 63, 64, 64, 64, 65, 80, 127, 128)
LANES = (8, 16, 32)
BINARY = ("add", "sub", "mul", "and", "or", "xor", "add", "sub", "xor")
PREDICATES = ("eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge")
TWO = ("smin", "smax", "umin", "umax", "uadd.sat", "usub.sat", "sadd.sat", "ssub.sat")
SHIFTED = ("ushl.sat", "sshl.sat")
ONE = ("ctpop", "bitreverse", "bswap", "abs", "ctlz", "cttz")
OVERFLOWING = ("uadd", "usub", "umul", "sadd", "ssub", "smul")
RISK = 0.06  # how often something is done that may be poison or undefined
TABLE = (3, 250, 17, 0, 128, 255, 64, 9)


def module(seed, count):
    """IR text with functions f0, f1 ... and what they call, from a seed."""
    rng = random.Random(seed)
    texts = [f"@table = internal constant [{len(TABLE)} x i8] [{', '.join(f'i8 {n}' for n in TABLE)}]\n"]
    helpers = [_Function(rng, f"g{index}", []) for index in range(2)]
    functions = [_Function(rng, f"f{index}", helpers) for index in range(count)]
    texts += [function.text for function in (*helpers, *functions)]
    called = {(name, type_, given) for function in (*helpers, *functions) for name, type_, given in function.declared}
    texts += [f"declare {type_} @{name}({given})\n" for name, type_, given in sorted(called)]
    return "\n".join(texts)


class _Function:
    """One function; `text` is its IR."""

    def __init__(self, rng, name, helpers):
        self.rng, self.name, self.helpers = rng, name, helpers
        self.lines, self.declared = [], set()
        self.count, self.block = 0, "entry"
        small = bool(helpers) and rng.random() < 0.75  # mostly words that the compiled kernels take
        self.widths = [width for width in WIDTHS if width <= 64] if small or not helpers else WIDTHS
        self.parameters = [(f"%p{index}", self.width()) for index in range(rng.randint(1, 4))]
        self.known = list(self.parameters)
        self.results = [self.width() for _ in range(1 if not helpers or rng.random() < 0.7 else rng.randint(2, 3))]
        self.statements(rng.randint(3, 14), depth=0)
        self.leave()
        attributes = ["noundef " if rng.random() < 0.2 else "" for _ in self.parameters]
        given = ", ".join(f"i{width} {attribute}{value}"
                          for (value, width), attribute in zip(self.parameters, attributes))
        linkage = "" if helpers else "internal "
        self.text = f"define {linkage}{self.type} @{name}({given}) {{\nentry:\n" + "\n".join(self.lines) + "\n}\n"

    # --- values ---

    @property
    def type(self):
        types = ", ".join(f"i{width}" for width in self.results)
        return types if len(self.results) == 1 else f"{{ {types} }}"

    def width(self):
        return self.rng.choice(self.widths)

    def fresh(self):
        self.count += 1
        return f"v{self.count}"

    def emit(self, text, width=None):
        """An instruction; its value, which is known from now on where it is a word `width` bits wide."""
        value = f"%{self.fresh()}"
        self.lines.append(f"  {value} = {text}")
        if width is not None:
            self.known.append((value, width))
        return value

    def constant(self, width):
        top = 1 << width - 1
        number = self.rng.choice([0, 1, -1, 2, 3, width - 1, top - 1, -top, self.rng.getrandbits(width) - top])
        number = (number + top) % (2 * top) - top
        return ("true" if number else "false") if width == 1 else str(number)

    def word(self, width):
        """Some value of this width: a known one, a constant, or another one cast."""
        fitting = [value for value, known in self.known if known == width]
        if fitting and self.rng.random() < 0.8:
            return self.rng.choice(fitting[-6:] if self.rng.random() < 0.6 else fitting)
        if self.rng.random() < 0.35 or not self.known:
            return self.constant(width)
        value, known = self.rng.choice(self.known)
        if known == width:
            return value
        op = "trunc" if known > width else self.rng.choice(("zext", "sext"))
        return self.emit(f"{op} i{known} {value} to i{width}", width)

    def truth(self):
        """A value of width 1, mostly a comparison."""
        if self.rng.random() < 0.2:
            return self.word(1)
        width = self.width()
        return self.emit(f"icmp {self.rng.choice(PREDICATES)} i{width} {self.word(width)}, {self.word(width)}", 1)

    def risky(self):
        return self.rng.random() < RISK

    def call(self, name, width, *given, result=None):
        """A call of an intrinsic on words of one width, and further arguments that are written out."""
        type_ = result or f"i{width}"
        words = [f"i{width} {value}" if not value.startswith("i1 ") else value for value in given]
        kinds = ", ".join(word.split()[0] for word in words)
        self.declared.add((f"llvm.{name}.i{width}", type_, kinds))
        return f"call {type_} @llvm.{name}.i{width}({', '.join(words)})"

    # --- statements ---

    def statements(self, count, depth):
        kinds = [self.binary] * 6 + [self.shift, self.selecting, self.flagged, self.intrinsic] * 2
        kinds += [self.division, self.casting, self.comparing, self.overflowing, self.frozen, self.vector, self.table]
        if depth < 2:
            kinds += [self.branching, self.branching, self.switching]
        if depth < 1:
            kinds += [self.loop]
        if self.helpers:
            kinds += [self.helper]
        for _ in range(count):
            kind = self.rng.choice(kinds)
            kind(*[depth] * (kind in (self.branching, self.switching, self.loop)))

    def binary(self):
        width = self.width()
        op = self.rng.choice(BINARY)
        flags = ""
        if op in ("add", "sub", "mul") and self.risky():
            flags = self.rng.choice((" nsw", " nuw", " nuw nsw"))
        self.emit(f"{op}{flags} i{width} {self.word(width)}, {self.word(width)}", width)

    def shift(self):
        width = self.width()
        op, value = self.rng.choice(("shl", "lshr", "ashr")), self.word(width)
        self.emit(f"{op} i{width} {value}, {self.amount(width)}", width)

    def amount(self, width):
        """By how much to shift: mostly less than the width."""
        if width == 1:
            return "false"
        if self.rng.random() < 0.3:
            return str(self.rng.randrange(width))
        value = self.word(width)
        return value if self.risky() else self.emit(f"urem i{width} {value}, {width}", width)

    def division(self):
        width = self.width()
        op = self.rng.choice(("udiv", "urem", "sdiv", "srem"))
        value, divisor = self.word(width), self.word(width)
        if not self.risky():
            divisor = self.emit(f"or i{width} {divisor}, {'true' if width == 1 else 1}", width)
        self.emit(f"{op} i{width} {value}, {divisor}", width)

    def casting(self):
        source, target = self.width(), self.width()
        if source != target:
            op = "trunc" if source > target else self.rng.choice(("zext", "sext"))
            flags = ""
            if self.risky():
                flags = {"trunc": " nuw", "zext": " nneg"}.get(op, "")
            self.emit(f"{op}{flags} i{source} {self.word(source)} to i{target}", target)

    def comparing(self):
        self.truth()

    def selecting(self):
        width = self.width()
        condition, a, b = self.truth(), self.word(width), self.word(width)
        if self.risky():
            b = self.rng.choice(("poison", "undef"))
        self.emit(f"select i1 {condition}, i{width} {a}, i{width} {b}", width)

    def flagged(self):
        """A flag that holds: the operands are made so."""
        width = self.rng.choice([width for width in self.widths if width >= 5])
        x, y = self.word(width), self.word(width)
        n = self.rng.randrange(1, width)
        match self.rng.randrange(10):
            case 0:
                a, b = (self.emit(f"lshr i{width} {value}, 2", width) for value in (x, y))
                self.emit(f"{self.rng.choice(('add nuw nsw', 'sub nsw'))} i{width} {a}, {b}", width)
            case 1:
                a, b = (self.emit(f"lshr i{width} {value}, {width // 2 + 1}", width) for value in (x, y))
                self.emit(f"mul nuw nsw i{width} {a}, {b}", width)
            case 2:
                a = self.emit(f"lshr i{width} {x}, {n}", width)
                self.emit(f"shl nuw i{width} {a}, {n}", width)
            case 3:
                a = self.emit(f"ashr i{width} {x}, {n}", width)
                self.emit(f"shl nsw i{width} {a}, {n}", width)
            case 4:
                a = self.emit(f"shl i{width} {x}, {n}", width)
                self.emit(f"{self.rng.choice(('lshr', 'ashr'))} exact i{width} {a}, {n}", width)
            case 5:
                mask = self.emit(f"and i{width} {x}, {y}", width)
                rest = self.emit(f"xor i{width} {mask}, -1", width)
                other = self.emit(f"and i{width} {rest}, {self.word(width)}", width)
                self.emit(f"or disjoint i{width} {mask}, {other}", width)
            case 6:
                a = self.emit(f"lshr i{width} {x}, 1", width)
                self.emit(f"zext nneg i{width} {a} to i{width + 1}") if width < 128 else None
                b = self.emit(f"lshr i{width} {y}, 1", width)
                self.emit(f"icmp samesign {self.rng.choice(PREDICATES)} i{width} {a}, {b}", 1)
            case 7:
                a = self.emit(f"lshr i{width} {x}, {n}", width)
                self.emit(f"trunc nuw i{width} {a} to i{width - n}", width - n)
            case 8:
                a = self.emit(f"ashr i{width} {x}, {n}", width)
                self.emit(f"trunc nsw i{width} {a} to i{width - n}", width - n)
            case _:
                divisor = self.rng.randint(1, (1 << min(width, 20) - 2) - 1)
                a = self.emit(f"urem i{width} {x}, {divisor}", width)
                b = self.emit(f"sub i{width} {x}, {a}", width)
                self.emit(f"udiv exact i{width} {b}, {divisor}", width)

    def intrinsic(self):
        width, kind = self.width(), self.rng.randrange(5)
        if kind == 0:
            name = self.rng.choice(ONE)
            if name == "bswap":
                width = self.rng.choice([known for known in (16, 32, 48, 64, 80, 128) if known in self.widths])
            flag = {"abs", "ctlz", "cttz"} & {name}
            given = [self.word(width), *([f"i1 {'true' if self.risky() else 'false'}"] if flag else [])]
            text = self.call(name, width, *given)
        elif kind == 1:
            text = self.call(self.rng.choice(("fshl", "fshr")), width, *(self.word(width) for _ in range(3)))
        elif kind == 2:
            value = self.word(width)
            text = self.call(self.rng.choice(SHIFTED), width, value, self.amount(width))
        elif kind == 3:
            result = self.rng.choice([known for known in self.widths if known > 1])
            name, words = self.rng.choice(("scmp", "ucmp")), [f"i{width} {self.word(width)}" for _ in range(2)]
            self.declared.add((f"llvm.{name}.i{result}.i{width}", f"i{result}", f"i{width}, i{width}"))
            self.emit(f"call i{result} @llvm.{name}.i{result}.i{width}({', '.join(words)})", result)
            return
        else:
            text = self.call(self.rng.choice(TWO), width, self.word(width), self.word(width))
        self.emit(text, width)

    def overflowing(self):
        width = self.width()
        type_ = f"{{ i{width}, i1 }}"
        text = self.call(f"{self.rng.choice(OVERFLOWING)}.with.overflow", width, self.word(width), self.word(width),
                         result=type_)
        both = self.emit(text)
        self.emit(f"extractvalue {type_} {both}, 0", width)
        self.emit(f"extractvalue {type_} {both}, 1", 1)

    def frozen(self):
        width = self.width()
        value = self.rng.choice(("undef", "poison")) if self.rng.random() < 0.15 else self.word(width)
        frozen = self.emit(f"freeze i{width} {value}")
        if value in ("undef", "poison"):
            frozen = self.emit(f"and i{width} {frozen}, {'false' if width == 1 else 0}")
        self.known.append((frozen, width))

    def vector(self):
        """A few lanes put together, worked on, and taken apart."""
        lanes, width = self.rng.choice((2, 3, 4)), self.rng.choice(LANES)
        type_ = f"<{lanes} x i{width}>"
        x, y = (self.vector_of(lanes, width) for _ in range(2))
        match self.rng.randrange(4):
            case 0:
                found = self.emit(f"{self.rng.choice(BINARY)} {type_} {x}, {y}")
            case 1:
                decided = self.emit(f"icmp {self.rng.choice(PREDICATES)} {type_} {x}, {y}")
                found = self.emit(f"select <{lanes} x i1> {decided}, {type_} {x}, {type_} {y}")
            case 2:
                mask = ", ".join(f"i32 {self.rng.randrange(2 * lanes)}" for _ in range(lanes))
                found = self.emit(f"shufflevector {type_} {x}, {type_} {y}, <{lanes} x i32> <{mask}>")
            case _:
                name = f"llvm.{self.rng.choice(TWO)}.v{lanes}i{width}"
                self.declared.add((name, type_, f"{type_}, {type_}"))
                found = self.emit(f"call {type_} @{name}({type_} {x}, {type_} {y})")
        for lane in self.rng.sample(range(lanes), 2):
            self.emit(f"extractelement {type_} {found}, i32 {lane}", width)

    def vector_of(self, lanes, width):
        type_ = f"<{lanes} x i{width}>"
        value = "<" + ", ".join(f"i{width} {self.constant(width)}" for _ in range(lanes)) + ">"
        for lane in self.rng.sample(range(lanes), self.rng.randint(1, lanes)):
            value = self.emit(f"insertelement {type_} {value}, i{width} {self.word(width)}, i32 {lane}")
        return value

    def table(self):
        index = self.emit(f"and i64 {self.word(64)}, {len(TABLE) - 1}", 64)
        place = self.emit(f"getelementptr inbounds [{len(TABLE)} x i8], ptr @table, i64 0, i64 {index}")
        self.emit(f"load i8, ptr {place}", 8)

    def helper(self):
        helper = self.rng.choice(self.helpers)
        given = ", ".join(f"i{width} {self.word(width)}" for _, width in helper.parameters)
        self.emit(f"call {helper.type} @{helper.name}({given})", helper.results[0])

    # --- control flow ---

    def open(self, label):
        self.lines.append(f"{label}:")
        self.block = label

    def branching(self, depth):
        condition, yes, no, join = self.truth(), self.fresh(), self.fresh(), self.fresh()
        self.lines.append(f"  br i1 {condition}, label %{yes}, label %{no}")
        self.arms([yes, no], join, depth)

    def switching(self, depth):
        width = self.rng.choice([width for width in self.widths if width > 1])
        value, join = self.word(width), self.fresh()
        labels = [self.fresh() for _ in range(self.rng.randint(2, 4))]
        numbers = self.rng.sample(range(-2, 2) if width == 2 else range(-4, 4), 3 if width > 2 else 2)
        cases = " ".join(f"i{width} {number}, label %{self.rng.choice(labels)}" for number in numbers)
        low = self.emit(f"and i{width} {value}, {self.rng.choice((1, 3 if width > 2 else 1, -1))}", width)
        self.lines.append(f"  switch i{width} {low}, label %{labels[0]} [ {cases} ]")
        reached = [label for label in labels if label == labels[0] or f"%{label} " in f"{cases} "]
        self.arms(reached, join, depth)

    def arms(self, labels, join, depth):
        """Each arm, and phis of what they have where they meet; an arm may leave, but not the last that meets."""
        before = list(self.known)
        ends = []
        for number, label in enumerate(labels):
            self.known = list(before)
            self.open(label)
            self.statements(self.rng.randint(0, 3), depth + 1)
            if (ends or number < len(labels) - 1) and self.rng.random() < 0.12:
                if self.risky():
                    self.lines.append("  unreachable")
                else:
                    self.leave()
                continue
            wanted = [self.width() for _ in range(2)] if not ends else [width for _, width in ends[0][1]]
            ends.append(([self.word(width) for width in wanted], [(None, width) for width in wanted], self.block))
            self.lines.append(f"  br label %{join}")
        self.known = before
        self.open(join)
        for at, (_, width) in enumerate(ends[0][1]):
            pairs = ", ".join(f"[ {values[at]}, %{block} ]" for values, _, block in ends)
            self.emit(f"phi i{width} {pairs}", width)

    def loop(self, depth):
        """A loop of at most 8 runs that carries two words, and may be left in the middle."""
        head, exit_, before = self.fresh(), self.fresh(), self.block
        carried = [self.width() for _ in range(2)]
        start = [self.word(width) for width in carried]
        limit = str(self.rng.randint(1, 6))
        if self.rng.random() < 0.5:
            masked = self.emit(f"and i8 {self.word(8)}, 7", 8)
            limit = self.emit(f"add nuw nsw i8 {masked}, 1", 8)
        before = self.block
        self.lines.append(f"  br label %{head}")
        outside = list(self.known)
        self.open(head)
        at = len(self.lines)  # where the phis go, once it is known what comes round
        phis = [f"%{self.fresh()}" for _ in range(3)]
        self.known += [(phis[0], 8), *zip(phis[1:], carried)]
        self.statements(self.rng.randint(1, 4), depth + 1)
        ways = []
        if self.rng.random() < 0.4:
            condition, on = self.truth(), self.fresh()
            ways.append(([self.word(width) for width in carried], self.block))
            self.lines.append(f"  br i1 {condition}, label %{exit_}, label %{on}")
            self.open(on)
            self.statements(self.rng.randint(0, 2), depth + 1)
        after = [self.word(width) for width in carried]
        following = self.emit(f"add nuw nsw i8 {phis[0]}, 1", 8)
        more = self.emit(f"icmp ult i8 {following}, {limit}", 1)
        ways.append((after, self.block))
        self.lines.append(f"  br i1 {more}, label %{head}, label %{exit_}")
        rows = zip(phis, [8, *carried], ["0", *start], [following, *after])
        self.lines[at:at] = [f"  {phi} = phi i{width} [ {first}, %{before} ], [ {again}, %{self.block} ]"
                             for phi, width, first, again in rows]
        self.known = outside
        self.open(exit_)
        for index, width in enumerate(carried):
            self.emit(f"phi i{width} " + ", ".join(f"[ {values[index]}, %{block} ]" for values, block in ways), width)

    def summed(self, width):
        """Some values, as words of this width, joined to one."""
        total = self.word(width)
        for value, known in self.rng.sample(self.known, min(len(self.known), 5)):
            if known != width:
                op = "trunc" if known > width else self.rng.choice(("zext", "sext"))
                value = self.emit(f"{op} i{known} {value} to i{width}", width)
            total = self.emit(f"{self.rng.choice(('add', 'xor'))} i{width} {total}, {value}", width)
        return total

    def leave(self):
        """Return one word or a struct of them: sums of several values, so that little of the function is dead."""
        values = [self.summed(width) for width in self.results]
        if len(values) == 1:
            self.lines.append(f"  ret {self.type} {values[0]}")
            return
        whole = self.rng.choice(("poison", "undef", "zeroinitializer"))
        for index, (value, width) in enumerate(zip(values, self.results)):
            whole = self.emit(f"insertvalue {self.type} {whole}, i{width} {value}, {index}")
        self.lines.append(f"  ret {self.type} {whole}")


def definition(text, name):
    """The text of one function of a module."""
    found = re.search(rf"^define [^\n]*@{name}\(.*?^\}}", text, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[0]
