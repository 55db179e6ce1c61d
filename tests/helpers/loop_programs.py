"""Random functions in LLVM IR with one loop, or two in sequence, of two words; and the same with something changed."""

from dataclasses import dataclass, replace

OPS = ("add", "sub", "mul", "and", "or", "xor", "shl", "lshr", "udiv", "urem", "add nuw", "add nsw", "sub nsw")
PREDICATES = ("ult", "ule", "ugt", "ne", "eq", "slt", "sge")


@dataclass(frozen=True)
class Line:
    op: str
    a: str
    b: str


@dataclass(frozen=True)
class Loop:
    """Two words: what they are at first, the lines of a run, which of those are the next words, and when it goes on."""

    first: tuple[str, str]
    lines: tuple[Line, ...]
    then: tuple[str, str]
    goes_on: Line


@dataclass(frozen=True)
class Program:
    width: int
    loops: tuple[Loop, ...]
    result: Line
    noundef: bool = True

    def text(self):
        type_ = f"i{self.width}"
        before = "entry"
        blocks = []
        for n, loop in enumerate(self.loops):
            end = f"head{n + 1}" if n + 1 < len(self.loops) else "exit"
            back = f"body{n}"

            def named(word, n=n):
                return word.replace("#", str(n))

            phis = [f"  %{name}{n} = phi {type_} [ {named(first)}, %{before} ], [ {named(then)}, %{back} ]"
                    for name, first, then in zip("ab", loop.first, loop.then)]
            test = f"  %c{n} = icmp {loop.goes_on.op} {type_} {named(loop.goes_on.a)}, {named(loop.goes_on.b)}"
            lines = [f"  %v{n}.{k} = {line.op} {type_} {named(line.a)}, {named(line.b)}"
                     for k, line in enumerate(loop.lines)]
            blocks += [f"head{n}:", *phis, test, f"  br i1 %c{n}, label %{back}, label %{end}", f"{back}:", *lines,
                       f"  br label %head{n}"]
            before = f"head{n}"
        a, b = (word.replace("#", str(len(self.loops) - 1)) for word in (self.result.a, self.result.b))
        result = f"  %r = {self.result.op} {type_} {a}, {b}"
        return "\n".join([f"define {type_} @f({type_} noundef %x, {type_} noundef %y) {{", "entry:",
                          "  br label %head0", *blocks, "exit:", result, f"  ret {type_} %r", "}", ""])


def _word(rng, width, lines=0, inner=True):
    kinds = ["%x", "%y", str(rng.randrange(1 << width)), "1"]
    if inner:
        kinds += ["%a#", "%b#"] * 2 + ([f"%v#.{rng.randrange(lines)}"] * 3 if lines else [])
    return rng.choice(kinds)


def _line(rng, width, lines, ops=OPS):
    return Line(rng.choice(ops), _word(rng, width, lines), _word(rng, width, lines))


def _loop(rng, width, nth):
    before = [f"%a{nth - 1}", f"%b{nth - 1}"] if nth else []
    first = tuple(rng.choice([_word(rng, width, inner=False), "0", *before]) for _ in "ab")
    if rng.random() < 0.6:  # one that counts, or comes to an end in another way that programs have
        step = rng.choice([Line("add", "%a#", "1"), Line("sub", "%a#", "1"), Line("lshr", "%a#", "1")])
        lines = (step, *(_line(rng, width, k + 1) for k in range(rng.randrange(1, 3))))
        test = Line("ult", "%a#", "%x") if step.op == "add" else Line("ne", "%a#", "0")
        return Loop(first, lines, ("%v#.0", f"%v#.{len(lines) - 1}"), test)
    lines = tuple(_line(rng, width, k) for k in range(rng.randrange(1, 4)))
    then = tuple(_word(rng, width, len(lines)) for _ in "ab")
    return Loop(first, lines, then, Line(rng.choice(PREDICATES), _word(rng, width), _word(rng, width)))


def random_program(rng, width):
    loops = tuple(_loop(rng, width, n) for n in range(1 if rng.random() < 0.75 else 2))
    return Program(width, loops, Line(rng.choice(OPS[:6]), "%b#", rng.choice(["0", "%a#", "%x"])))


def changed(rng, program, times):
    """`program` with something changed, so many times: often it means the same."""
    for _ in range(times):
        at = rng.randrange(len(program.loops))
        loop = program.loops[at]
        match rng.randrange(6):
            case 0:
                k = rng.randrange(2)
                first = list(loop.first)
                first[k] = _word(rng, program.width, inner=False)
                loop = replace(loop, first=tuple(first))
            case 1 | 2:
                k = rng.randrange(len(loop.lines))
                line = loop.lines[k]
                swapped = replace(line, a=line.b, b=line.a)
                other = rng.choice([swapped, replace(line, op=rng.choice(OPS)), replace(line, op=line.op.split()[0]),
                                    replace(line, b=_word(rng, program.width, k))])
                loop = replace(loop, lines=(*loop.lines[:k], other, *loop.lines[k + 1:]))
            case 3:
                loop = replace(loop, goes_on=replace(loop.goes_on, op=rng.choice(PREDICATES)))
            case 4:
                loop = replace(loop, goes_on=replace(loop.goes_on, b=_word(rng, program.width)))
            case _:
                return replace(program, result=Line(program.result.op, program.result.b, program.result.a))
        program = replace(program, loops=(*program.loops[:at], loop, *program.loops[at + 1:]))
    return program
