"""Random functions in Python, on numbers that stay far below 2**63, so that plain Python is what they mean."""

import random

TYPES = ("u8", "u16", "i8", "i16", "u8", "i16", "bool")
HEAD = "from primir import i8, i16, i32, i64, u8, u16, u32, u64\n\nTABLE = (3, 250, 17, 0, 128, 255, 64, 9)\n"


def source(seed, count):
    """A module with functions f0, f1 ... and helpers that they call."""
    rng = random.Random(seed)
    helpers = [_Function(rng, f"g{index}", ()) for index in range(2)]
    functions = [_Function(rng, f"f{index}", helpers) for index in range(count)]
    return HEAD + "".join(f"\n\n{function.text}" for function in (*helpers, *functions))


class _Function:
    """One function; `text` is its Python."""

    def __init__(self, rng, name, helpers):
        self.rng, self.name, self.helpers = rng, name, helpers
        self.lines, self.depth, self.loops, self.count = [], 1, 0, 0
        self.parameters = [(f"p{index}", rng.choice(TYPES)) for index in range(rng.randint(1, 3))]
        self.variables = [name for name, _ in self.parameters]
        for _ in range(rng.randint(1, 3)):
            self.say(f"{self.fresh('v')} = {self.small(2)}")
            self.variables.append(f"v{self.count}")
        self.locals = [variable for variable in self.variables if variable[0] == "v"]
        self.statements(rng.randint(2, 6))
        self.results = ("i64",) if not helpers else rng.choice((("i64",), ("u16",), ("i8",), ("bool",), ("u32", "i64")))
        self.leave()
        given = ", ".join(f"{parameter}: {type_}" for parameter, type_ in self.parameters)
        type_ = self.results[0] if len(self.results) == 1 else f"tuple[{', '.join(self.results)}]"
        self.text = f"def {name}({given}) -> {type_}:\n" + "\n".join(self.lines) + "\n"

    def say(self, text):
        self.lines.append("    " * self.depth + text)

    def fresh(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    # --- expressions ---

    def leaf(self):
        return self.rng.choice(self.variables) if self.rng.random() < 0.75 else str(self.rng.choice(
            (0, 1, 2, 3, 7, 10, 100, 255, -1, -5, self.rng.randrange(1000))))

    def value(self, depth):
        """An integer expression of some 40 bits at most."""
        if not depth:
            return self.leaf()
        a, b = self.value(depth - 1), self.value(depth - 1)
        x, y = self.leaf(), self.leaf()
        return self.rng.choice((
            f"({a} + {b})", f"({a} - {b})", f"({a} & {b})", f"({a} | {b})", f"({a} ^ {b})", f"({x} * {y})",
            f"(({a}) >> {self.rng.randrange(9)})", f"(({x}) << {self.rng.randrange(5)})", f"(~({a} + 0))", f"(-({a}))",
            f"({a} // {self.rng.choice((3, 10, -7, 16))})", f"({a} % {self.rng.choice((3, 10, -7, 16))})",
            f"({a} // (abs({x}) + 1))", f"({a} % (({x} & 7) + 1))", f"({x} // {self.rng.choice(self.variables)})",
            f"min({a}, {b})", f"max({a}, {b}, {x})", f"abs({a})", f"({x}) ** 2",
            f"({a} if {self.truth(depth - 1)} else {b})", f"TABLE[{a} & 7]", f"int({self.truth(depth - 1)})",
            f"({a} * {self.rng.randrange(1, 9)})", f"{self.rng.choice(TYPES[:-1])}({a})",
        ))

    def truth(self, depth):
        a, b, c = (self.value(depth) for _ in range(3))
        compare = [self.rng.choice(("<", "<=", ">", ">=", "==", "!=")) for _ in range(2)]
        return self.rng.choice((
            f"{a} {compare[0]} {b}", f"{a} {compare[0]} {b}", f"{a} {compare[0]} {b} {compare[1]} {c}",
            f"({a} {compare[0]} {b} and {c} != 0)", f"({a} {compare[0]} 0 or {b} {compare[1]} {c})",
            f"not {a} {compare[0]} {b}",
        ))

    def small(self, depth):
        """An expression that is a number of 16 bits at most."""
        value = self.value(depth)
        return self.rng.choice((f"{value} & 0xFFFF", f"({value}) % 1000", f"i16({value})", f"u8({value})"))

    # --- statements ---

    def statements(self, count):
        for _ in range(count):
            kind = self.rng.randrange(9) if self.depth < 4 else 0
            if kind < 3:
                self.say(f"{self.rng.choice(self.locals)} = {self.small(2)}")
            elif kind == 3:
                op = self.rng.choice(("&", "|", "^"))
                self.say(f"{self.rng.choice(self.locals)} {op}= {self.small(1)}")
            elif kind < 6:
                self.branching()
            elif kind == 6 and self.loops < 2:
                self.looping()
            elif kind == 7 and self.helpers:
                helper = self.rng.choice(self.helpers)
                given = ", ".join(f"{type_}({self.leaf()})" if type_ != "bool" else self.truth(0)
                                  for _, type_ in helper.parameters)
                self.say(f"{self.rng.choice(self.locals)} = {helper.name}({given}) & 0x7FFF")
            elif self.rng.random() < 0.5:
                self.say(f"assert {self.truth(1)} or {self.leaf()} != {self.rng.randrange(100)}")

    def inside(self, count):
        self.depth += 1
        self.statements(count)
        if not self.lines[-1].startswith("    " * self.depth):
            self.say("pass")
        self.depth -= 1

    def branching(self):
        self.say(f"if {self.truth(1)}:")
        self.inside(self.rng.randint(1, 2))
        if self.rng.random() < 0.5:
            self.say("else:")
            self.inside(self.rng.randint(1, 2))

    def looping(self):
        self.loops += 1
        variable = self.rng.choice(self.locals)
        if self.rng.random() < 0.5:
            index = self.fresh("k")
            self.say(f"for {index} in range({self.rng.choice(('4', '1, 6, 2', '5, 0, -1', '3'))}):")
            self.depth += 1
            self.say(f"{variable} = ({variable} * 3 + {index}) & 0xFFF")
            self.statements(1)
            if self.rng.random() < 0.4:
                self.say(f"if {self.truth(0)}:")
                self.say(f"    {self.rng.choice(('break', 'continue'))}")
                self.statements(1)
            self.depth -= 1
            return
        bits = self.fresh("n")
        self.say(f"{bits} = ({self.value(1)}) & 0xFF")
        self.say(f"while {bits}:" if self.rng.random() < 0.5 else f"while {bits} > 0:")
        self.depth += 1
        self.say(f"{bits} >>= 1")
        self.statements(1)
        self.depth -= 1

    def leave(self):
        total = " + ".join(f"{variable} * {self.rng.randrange(1, 9)}" for variable in self.variables)
        values = [f"{total} + {self.value(1)}" if result != "bool" else self.truth(1) for result in self.results]
        self.say(f"return {', '.join(values)}")
