"""What machine code must not have that is to be without conditional branches, or to take the same time on all data.

What LLVM IR promises is nothing here, as a compiler may turn a select into a branch. So the assembly is read, the one
that `native.assembly` makes for this machine, and whatever is not known to be harmless is named. Of processors only
those of the table are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..ir.errors import PrimirError
from ..ir.primes import TABLE, Row
from .native import assembly, host_triple

_INSTRUCTION = re.compile(r"\t([a-z]\S*)(?:\s+(.*?))?\s*(?:[#;].*|//.*)?$")


@dataclass(frozen=True, slots=True)
class _Processor:
    """Patterns of whole instructions, `mnemonic operands`, in the assembly of one kind of processor."""

    branch: str  # conditional
    leaves: str  # goes elsewhere: a call, or a jump out of the function or by a table
    varies: str  # its time depends on its operands
    reads: str  # memory at an address that may depend on data


_PROCESSORS = {
    "x86_64": _Processor(branch=r"(j(?!mp)|loop|xbegin)\w*\b", leaves=r"(call\w*|jmp\w*)\b(?! \.L)",
                         varies=r"i?div\w*\b",
                         reads=r"(?!lea|nop)\S+ .*\([^)]*,|(?!lea|nop)\S+ .*\((?!%r[sbi]p\))[^)]*\),"),
    "aarch64": _Processor(branch=r"(b\.|bc\.|cbn?z|tbn?z)", leaves=r"(bl|blr|br)\b|b (?!\.L)", varies=r"[us]div\b",
                          reads=r"ld\w* .*\[(?!sp|x29)"),
}


def violation(llvm_text: str, constant_time: bool) -> str | None:
    """What speaks against a program, in words; None where nothing does.

    A conditional branch in the machine code of this host always does; with `constant_time` also an instruction whose
    time depends on data, a call, memory read at an address from data, and in the LLVM IR a choice or a division, which
    another compiler may translate otherwise. PrimirError on a processor that is not understood.
    """
    if constant_time and (operation := next(_unsteady(llvm_text), None)):
        return f"its LLVM IR has `{operation}`"
    return violation_in(assembly(llvm_text), constant_time, host_triple())


def violation_in(text: str, constant_time: bool, triple: str) -> str | None:
    """The same for assembly, of the processor that `triple` begins with."""
    processor = _PROCESSORS.get(triple.split("-")[0])
    if processor is None:
        raise PrimirError(f"the assembly of {triple} is not understood, so that nothing can be said of its branches",
                          hint=f"what is understood is {' and '.join(_PROCESSORS)}")
    patterns = [(processor.branch, "the conditional branch"), (processor.leaves, "the jump elsewhere")]
    if constant_time:
        patterns += [(processor.varies, "an instruction whose time depends on data,"),
                     (processor.reads, "a read from memory by data,")]
    for line in text.splitlines():
        found = _INSTRUCTION.match(line)
        instruction = f"{found[1]} {found[2] or ''}".strip() if found else ""
        for pattern, what in patterns:
            if re.match(pattern, instruction):
                return f"its machine code has {what} `{instruction}`"
    return None


def _unsteady(llvm_text: str) -> Iterator[str]:
    """The instructions of LLVM IR that are a choice or a division, or a conditional branch."""
    names = [_llvm_name(row) for row in TABLE.values() if row.timing != "fixed" and row.llvm is not None]
    pattern = re.compile(rf"^\s*(br i1|switch)\b|= ({'|'.join(names)}) |@({'|'.join(names)})\.i\d+\(")
    for line in llvm_text.splitlines():
        found = None if line.startswith("declare") else pattern.search(line)
        if found:
            yield next(filter(None, found.groups()))


def _llvm_name(row: Row) -> str:
    """The first word of its instruction, or the intrinsic that it calls: `udiv`, `@llvm.umin`."""
    template = row.llvm or ""
    return re.escape(template.split("@")[1].split(".{")[0] if "@" in template else template.split(" ")[0])
