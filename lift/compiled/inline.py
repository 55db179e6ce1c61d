"""Calls of functions whose body is at hand, replaced by the body, on LLVM's text.

LLVM's own inliner simplifies what it copies (`x + 1 > x` becomes true) and forgets that an argument may not be poison.
Here a call becomes a jump into a copy of the body with other names; what `noundef` says is said by `llvm.assume`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ..llvm.assembly import NAME
from ..llvm.instructions import Call, Operand, Refused, call, operands, split
from ..python.lowering import RAISE
from .procedures import GLOBAL, Assembly, Line, Names, Procedure, defined, lines_at, renamed

LINES = 10_000  # of a function with all that was inlined
_COPIED = ("byval", "inalloca", "preallocated", "range(", "...")
_REPLACED = {"weak", "linkonce"}  # by another definition, when the program is linked


def inlined(assembly: Assembly, name: str, never_returns: Callable[[str, str], bool]) -> Assembly:
    """The function `name` alone, with every function that it calls, and whose body is at hand, in place of the call.

    A recursive call stays. A call of what `never_returns` (by name, and by what the call says) leaves the domain.
    """
    procedure = assembly.procedures[name]
    lines = list(procedure.lines)
    types = {found[1] for line in assembly.others if (found := re.match(rf"(%{NAME}) = type ", line))}
    count = index = 0
    while index < len(lines):
        line = lines[index]
        called = called_in(line.code)
        body = assembly.procedures.get(called.callee) if called is not None else None
        if called is not None and body is not None and _fits(called, body, (name, *line.within)) \
                and len(lines) + len(body.lines) <= LINES:
            count += 1
            lines = _spliced(lines, index, called, body, f"primir.i{count}.", types)
            continue
        if called is not None and body is None and never_returns(called.callee, line.text):
            lines[index] = replace(line, text=f"call void @{RAISE}()")
        elif called is not None and called.callee.startswith("@llvm.is.constant."):  # which may say yes or no
            lines[index] = replace(line, text=f"{line.result} = freeze i1 undef")
        index += 1
    header = procedure.header
    if " personality " not in header and (raising := next((found for body in assembly.procedures.values() if
                                          (found := re.search(rf" personality ptr @{NAME}", body.header))), None)):
        header += raising[0]  # what is inlined may say how exceptions are handled
    others = _with_declarations(assembly, name, [Line(header), *lines])
    return Assembly({name: Procedure(header, tuple(lines))}, others)


def called_in(code: str) -> Call | None:
    """The call that an instruction is; None for other instructions, and for calls that are not of a function."""
    found = re.match(r"(?:(?:tail|musttail|notail) )?call ", code)
    if found is None:
        return None
    try:
        return call(re.sub(r"(?: #\d+)+$", "", code[found.end():]))
    except Refused:
        return None


def _parameters(body: Procedure) -> list[Operand]:
    return [Operand(part[0], part[-1], tuple(part[1:-1])) for part in split(body.inside) if part]


def _fits(called: Call, body: Procedure, within: tuple[str, ...]) -> bool:
    """Whether the call can be replaced by the body: the types agree, it comes back, and all it says can be kept."""
    parameters = _parameters(body)
    words = [word for operand in (*parameters, *called.arguments) for word in operand.attributes]
    return (
        body.name not in within
        and not called.bundles
        and not _REPLACED & set(body.attributes)
        and not any(word.startswith(_COPIED) for word in (*words, *called.attributes, *body.attributes))
        and [each.type for each in parameters] == [each.type for each in called.arguments]
        and called.type == body.attributes[-1]
        and not any("noundef" in operand.attributes and operand.type[0] in "<[{%" for operand in parameters)
        and any(re.match(r"ret\b", line.text) for line in body.lines)
    )


def _spliced(lines: Sequence[Line], index: int, called: Call, body: Procedure, prefix: str,
             types: AbstractSet[str]) -> list[Line]:
    """`lines` with `body` in the place of the call at `index`; `types` are the names that mean the same in both.

    The block is cut in two. The first half goes on to the body's entry, and the body's returns to the second half.
    """
    site = lines[index]
    fresh = Names(f"%{prefix}")
    given = dict(zip(types, types))
    given |= {each.value: argument.value for each, argument in zip(_parameters(body), called.arguments)}
    variables = [_renamed_line(Line(str(line.result)), given, prefix) for line in body.lines
                 if line.code.startswith("alloca ")]  # which are gone when it returns
    after = f"{prefix}.after"  # a label that no compiler writes
    inner, returns = [], []
    block = ""
    for line in body.lines:
        new = replace(line, text=_renamed_line(line, given, prefix), within=(*site.within, body.name))
        if new.label is not None:
            block = new.label
        elif new.place is None:
            new = replace(new, place=site.place)
        if returned := re.match(r"ret (?:void|(.*))$", new.text):
            value = operands(returned[1])[0].value if returned[1] is not None else ""
            returns.append(f"[ {value}, %{block} ]")
            if "noundef" in (*body.attributes, *called.attributes):
                inner += lines_at(new, defined(called.type, value, fresh))
            inner += lines_at(new, [f"call void @llvm.lifetime.end.p0(ptr {name})" for name in variables])
            new = replace(new, text=f"br label %{after}")
        inner.append(new)
    checks = [text for each, argument in zip(_parameters(body), called.arguments)
              if "noundef" in (*each.attributes, *argument.attributes)
              for text in defined(each.type, argument.value, fresh)]
    entry = lines_at(site, [*checks, f"br label %{inner[0].label}"])
    result = lines_at(site, [f"{site.result} = phi {called.type} {', '.join(returns)}"]) if site.result else []
    here = next(line.label for line in reversed(lines[:index]) if line.label is not None)
    first, rest = ([_from_block(line, here, after) for line in part] for part in (lines[:index], lines[index + 1:]))
    return [*first, *entry, *inner, Line(f"{after}:"), *result, *rest]


def _renamed_line(line: Line, given: Mapping[str, str], prefix: str) -> str:
    """A line of a body among the caller's: its own names begin with `prefix`, and parameters are what is `given`."""

    def rename(name: str) -> str:
        return given.get(name) or f"%{_prefixed(name[1:], prefix)}"

    return f"{_prefixed(line.label, prefix)}:" if line.label is not None else renamed(line.text, rename)


def _prefixed(name: str, prefix: str) -> str:
    return f'"{prefix}{name[1:]}' if name.startswith('"') else prefix + name


def _from_block(line: Line, old: str, new: str) -> Line:
    """A phi that is told apart by the block `old` is now by `new`."""
    if f", %{old} ]" not in line.text or not line.code.startswith("phi "):
        return line
    return replace(line, text=line.text.replace(f", %{old} ]", f", %{new} ]"))


def _with_declarations(assembly: Assembly, name: str, lines: Sequence[Line]) -> tuple[str, ...]:
    """What else the module holds, and declarations of what is still called or pointed at but no longer defined."""
    others = (*assembly.others, f"declare void @{RAISE}()")
    if not any("@llvm.assume(" in line for line in others):
        others = (*others, "declare void @llvm.assume(i1)")
    named = {found for text in (*others, *(line.text for line in lines)) for found in GLOBAL.findall(text)}
    return (*others, *(_declaration(procedure) for symbol, procedure in assembly.procedures.items()
                       if symbol in named and symbol != name))


def _declaration(procedure: Procedure) -> str:
    types = ", ".join("..." if part == ["..."] else part[0] for part in split(procedure.inside) if part)
    return f"declare {procedure.attributes[-1]} {procedure.name}({types})"
