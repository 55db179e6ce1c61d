"""Random functions in C: local variables of every type, arrays, structs, pointers to them, branches, loops, helpers.

Arithmetic is unsigned more often than signed, so that a good part of the inputs is defined.
"""

import random

TYPES = ("int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t", "uint32_t", "_Bool")
MEMBERS = {"a": "int32_t", "b": "uint8_t", "c": "uint64_t", "d": "int16_t"}
HEAD = "#include <stdint.h>\nstruct S { int32_t a; uint8_t b; uint64_t c; int16_t d; };\n"


def unit(seed, count):
    """A translation unit with functions f0, f1 ... and helpers, and how many parameters each of them has."""
    rng = random.Random(seed)
    helpers = [_Helper(rng, f"g{index}") for index in range(3)]
    functions = [_Function(rng, f"f{index}", helpers) for index in range(count)]
    text = HEAD + "\n".join(function.text for function in (*helpers, *functions))
    return text, {function.name: len(function.parameters) for function in functions}


class _Function:
    """One function; `text` is its C."""

    static = ""

    def __init__(self, rng, name, helpers=()):
        self.rng, self.name, self.helpers = rng, name, helpers
        self.lines, self.depth, self.loops, self.number = [], 1, 0, 0
        self.parameters = [(f"p{index}", rng.choice(TYPES)) for index in range(rng.randint(1, 3))]
        self.lvalues = list(self.parameters)  # what can be read and written, with its type
        self.type = rng.choice(TYPES)
        self.declare()
        self.statements(rng.randint(3, 9))
        self.say(f"return {self.summed()};")
        given = ", ".join(f"{type_} {name}" for name, type_ in self.parameters)
        self.text = f"{self.static}{self.type} {name}({given}) {{\n" + "\n".join(self.lines) + "\n}\n"

    def say(self, text):
        self.lines.append("    " * self.depth + text)

    def fresh(self, letter):
        self.number += 1
        return f"{letter}{self.number}"

    def declare(self):
        for _ in range(self.rng.randint(1, 3)):
            name, type_ = self.fresh("v"), self.rng.choice(TYPES)
            self.say(f"{type_} {name} = {self.value(2)};")
            self.lvalues.append((name, type_))
        if self.rng.random() < 0.4:
            name, type_ = self.fresh("t"), self.rng.choice(TYPES)
            self.say(f"{type_} {name}[3] = {{{self.value(1)}, {self.value(1)}, {self.value(0)}}};")
            self.lvalues += [(f"{name}[{index}]", type_) for index in range(3)]
        if self.rng.random() < 0.4:
            name = self.fresh("s")
            self.say(f"struct S {name} = {{{self.value(1)}, .c = {self.value(1)}}};")
            self.lvalues += [(f"{name}.{member}", type_) for member, type_ in MEMBERS.items()]
        if self.rng.random() < 0.5:
            place, type_ = self.rng.choice(self.lvalues)
            same = [other for other, known in self.lvalues if known == type_]
            name, other = self.fresh("q"), self.rng.choice(same)
            self.say(f"{type_} *{name} = " + (f"&{place};" if self.rng.random() < 0.5 else
                                             f"{self.value(1)} ? &{place} : &{other};"))
            self.lvalues.append((f"*{name}", type_))

    # --- expressions ---

    def value(self, depth):
        """An expression of some type, in parentheses where it needs them."""
        kind = self.rng.randrange(14) if depth else self.rng.randrange(4)
        if kind < 3:
            return self.rng.choice(self.lvalues)[0]
        if kind == 3:
            number = self.rng.choice((0, 1, 2, 3, 7, 255, 256, 65535, 0x7FFFFFFF, self.rng.getrandbits(32)))
            return f"{number}{self.rng.choice(('u', 'u', 'll', ''))}" if number < 1 << 31 else f"{number}u"
        a, b = self.value(depth - 1), self.value(depth - 1)
        wide = f"({self.rng.choice(('uint32_t', 'uint64_t', 'uint32_t', 'uint16_t'))})"
        match kind:
            case 4 | 5 | 6:
                op = self.rng.choice(("+", "-", "*", "+", "&", "|", "^"))
                plain = op in "&|^" or self.rng.random() < 0.15
                return f"({a} {op} {b})" if plain else f"({wide}{a} {op} (uint64_t){b})"
            case 7:
                return f"({a} {self.rng.choice(('<', '<=', '>', '>=', '==', '!='))} {b})"
            case 8:
                return f"({a} {self.rng.choice(('&&', '||'))} {b})"
            case 9:
                return f"({a} ? {b} : {self.value(depth - 1)})"
            case 10:
                return f"({self.rng.choice(TYPES)}){a}"
            case 11:
                return f"({wide}{a} {self.rng.choice(('<<', '>>'))} ({b} & 15))"
            case 12:
                return f"({a} {self.rng.choice(('/', '%'))} ({wide}{b} | 1))"
            case _:
                called = self.rng.choice(("__builtin_popcount", "__builtin_bswap32", "~", "-(uint32_t)", "!"))
                return f"{called}({a})"

    def summed(self):
        total = self.value(2)
        for place, _ in self.rng.sample(self.lvalues, min(4, len(self.lvalues))):
            total = f"(uint64_t){total} * 3 + (uint64_t){place}"
        return f"({self.type})({total})"

    # --- statements ---

    def statements(self, count):
        for _ in range(count):
            kind = self.rng.randrange(12)
            if kind < 5 or self.depth > 3:
                self.assignment()
            else:
                (self.branching, self.branching, self.counting, self.looping, self.switching, self.calling,
                 self.leaving)[kind - 5]()

    def inside(self, count):
        self.depth += 1
        self.statements(count)
        self.depth -= 1

    def assignment(self):
        place, _ = self.rng.choice(self.lvalues)
        kind = self.rng.randrange(8)
        if kind < 4:
            self.say(f"{place} = {self.value(3)};")
        elif kind == 4:
            self.say(f"({place}) {self.rng.choice(('&', '|', '^'))}= {self.value(2)};")
        elif kind == 5:
            self.say(f"({place}) {self.rng.choice(('+', '-', '*'))}= (uint64_t){self.value(2)};")
        elif kind == 6:
            self.say(f"({place}) >>= {self.value(1)} & 7;")
        else:
            other, _ = self.rng.choice(self.lvalues)
            self.say(f"{place} = ({other} ^= {self.value(1)});")

    def branching(self):
        self.say(f"if ({self.value(2)}) {{")
        self.inside(self.rng.randint(1, 2))
        if self.rng.random() < 0.5:
            self.say("} else {")
            self.inside(self.rng.randint(1, 2))
        self.say("}")

    def counting(self):
        name = self.fresh("i")
        self.say(f"for (unsigned {name} = 0; {name} < {self.rng.randint(1, 4)}; {name}++) {{")
        self.depth += 1
        place, _ = self.rng.choice(self.lvalues)
        self.say(f"{place} = {place} ^ (uint64_t){name} * {self.value(1)};")
        self.statements(1)
        if self.rng.random() < 0.4:
            self.say(f"if ({self.value(1)}) {self.rng.choice(('break', 'continue'))};")
            self.statements(1)
        self.depth -= 1
        self.say("}")

    def looping(self):
        """A loop that a byte, halved in each round, ends."""
        name = self.fresh("n")
        self.say(f"uint8_t {name} = {self.value(1)};")
        if self.rng.random() < 0.5:
            self.say(f"while ({name}) {{")
            self.inside(1)
            self.say(f"    {name} >>= 1;")
            self.say("}")
        else:
            self.say("do {")
            self.inside(1)
            self.say(f"}} while ({name} >>= {self.rng.randint(1, 3)});")

    def switching(self):
        self.say(f"switch ({self.value(2)} & 7) {{")
        for number in self.rng.sample(range(8), self.rng.randint(1, 4)):
            self.say(f"case {number}:;")
            self.inside(1)
            if self.rng.random() < 0.7:
                self.say("    break;")
        if self.rng.random() < 0.6:
            self.say("default:;")
            self.inside(1)
        self.say("}")

    def calling(self):
        if not self.helpers:
            return self.assignment()
        helper = self.rng.choice(self.helpers)
        place, _ = self.rng.choice(self.lvalues)
        given = []
        for _, type_ in helper.parameters:
            same = [known for known, other in self.lvalues if f"{other} *" == type_]
            if type_.endswith("*") and not same:
                return self.assignment()
            given.append(f"&{self.rng.choice(same)}" if type_.endswith("*") else self.value(1))
        return self.say(f"{place} = {helper.name}({', '.join(given)});")

    def leaving(self):
        self.say(f"if ({self.value(2)} == {self.rng.randint(0, 3)}) return {self.value(2)};")


class _Helper(_Function):
    """A static function that writes through its pointers."""

    static = "static "

    def declare(self):
        type_ = self.rng.choice(TYPES)
        self.parameters.append(("w", f"{type_} *"))
        self.lvalues.append(("*w", type_))
