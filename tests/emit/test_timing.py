"""What is seen in assembly and LLVM IR: planted violations, one line a case, beside what is harmless."""

import pytest
from primir.emit.llvm import module
from primir.emit.timing import violation, violation_in
from primir.ir.errors import PrimirError
from primir.ir.graph import Function, Parameter, Result, apply
from primir.ir.primes import TABLE
from primir.ir.types import Type

X86, ARM = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"

PLANTED = [  # a line of assembly, the target, what is said of it: without branches, and in constant time
    ("jne\t.LBB0_2", X86, "conditional branch", "conditional branch"),
    ("jrcxz\t.LBB0_2", X86, "conditional branch", "conditional branch"),
    ("loop\t.LBB0_2", X86, "conditional branch", "conditional branch"),
    ("callq\t__udivti3@PLT", X86, "jump elsewhere", "jump elsewhere"),
    ("jmp\t__udivti3@PLT                    # TAILCALL", X86, "jump elsewhere", "jump elsewhere"),
    ("jmpq\t*.LJTI0_0(,%rdi,8)", X86, "jump elsewhere", "jump elsewhere"),
    ("jmp\t.LBB0_2", X86, None, None),
    ("divl\t%esi", X86, None, "time depends"),
    ("idivq\t%rsi", X86, None, "time depends"),
    ("movl\t.Ltable(,%rdi,4), %eax", X86, None, "memory by data"),
    ("movl\t(%rax), %eax", X86, None, "memory by data"),
    ("leal\t(%rdi,%rsi,4), %eax", X86, None, None),
    ("movl\t8(%rsp), %eax", X86, None, None),
    ("pand\t.LCPI0_0(%rip), %xmm0", X86, None, None),
    ("movq\t%rdx, 8(%rdi)", X86, None, None),
    ("cmovel\t%edx, %eax", X86, None, None),
    ("rep\t\tbsfl\t%edi, %eax", X86, None, None),
    ("retq", X86, None, None),
    ("b.eq\t.LBB0_2", ARM, "conditional branch", "conditional branch"),
    ("cbnz\tw0, .LBB0_2", ARM, "conditional branch", "conditional branch"),
    ("tbz\tw0, #1, .LBB0_2", ARM, "conditional branch", "conditional branch"),
    ("bl\t__udivti3", ARM, "jump elsewhere", "jump elsewhere"),
    ("b\t__udivti3", ARM, "jump elsewhere", "jump elsewhere"),
    ("udiv\tw0, w0, w1", ARM, None, "time depends"),
    ("ldr\tw0, [x8, w0, uxtw #2]", ARM, None, "memory by data"),
    ("csel\tw0, w1, w2, eq", ARM, None, None),
    ("bic\tw0, w1, w2", ARM, None, None),
    ("ret", ARM, None, None),
]


@pytest.mark.parametrize("line, triple, branchless, constant_time", PLANTED)
def test_planted_instructions_are_seen(line, triple, branchless, constant_time):
    text = f"\t.globl\tf\nf:\n\t.cfi_startproc\n\tmovl\t%edi, %eax\n\t{line}\n\tretq\n"
    for wanted, strict in ((branchless, False), (constant_time, True)):
        said = violation_in(text, strict, triple)
        assert said is None if wanted is None else wanted in said, said


def test_an_unknown_processor_is_refused():
    with pytest.raises(PrimirError, match="riscv64"):
        violation_in("\tret\n", False, "riscv64-unknown-linux-gnu")


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.cast])
def test_each_operation_compiles_to_what_its_row_says(name):
    row = TABLE[name]
    parameters = tuple(Parameter(f"x{index}", Type(1 if letter == "1" else 32))
                       for index, letter in enumerate(row.arguments))
    value = apply(name, *(parameter.value for parameter in parameters))
    text = module(Function("f", parameters, (Result(Type(value.width), value),)), "f", guards=False)
    assert violation(text, constant_time=False) is None
    assert (violation(text, constant_time=True) is None) == (row.timing == "fixed")


@pytest.mark.parametrize("body, constant_time, said", [
    ("br i1 %c, label %a, label %b\na:\n ret i32 %y\nb:\n call void @g()\n ret i32 %x", False, "branch"),  # planted
    ("%r = select i1 %c, i32 %x, i32 %y\n  ret i32 %r", True, "`select`"),
    ("%r = select i1 %c, i32 %x, i32 %y\n  ret i32 %r", False, None),
    ("%r = udiv i32 %x, %y\n  ret i32 %r", True, "`udiv`"),
    ("%r = add i32 %x, %y\n  ret i32 %r", True, None)])
def test_planted_code_is_seen_after_compilation(body, constant_time, said):
    found = violation(f"declare void @g()\ndefine i32 @f(i1 %c, i32 %x, i32 %y) {{\n  {body}\n}}\n", constant_time)
    assert found is None if said is None else said in found, found
