"""A typed Python function to LLVM IR, by numba's own lowering, with nothing optimized on the way.

numba's passes that rewrite or prune are left out, its exceptions become one call, `@primir.raise`, and what it says
about overflow (`nsw`, which Python's integers do not promise) is taken out of the text before LLVM sees it. LLVM then
takes the variables out of memory (`sroa`), and that is all it does.

Private parts of numba are used. They are all named in this file, and a numba that moved them gives a clear error.
"""

# numba is typed in part, and names the parameters of its hooks in its own way:
# mypy: disable-error-code="no-untyped-call"
# pyright: reportIncompatibleMethodOverride=false, reportAttributeAccessIssue=false, reportArgumentType=false

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from ...ir.errors import PrimirError
from ...ir.types import Type
from ..sketch import ARGUMENTS

RAISE = "primir.raise"
NUMBERED = "primir.hole.number"  # a hole of a sketch, whose first argument is its number
COUNTS = ("llvm.ctlz.i64", "llvm.ctpop.i64")


Blocks = dict[str, tuple[str, int]]  # where blocks come from: their labels, and the files and lines of their beginnings


def llvm_text(
    function: FunctionType, symbol: str, parameters: Sequence[Type], results: Sequence[Type]
) -> tuple[str, Blocks]:
    """A module text that defines `@symbol`, and its blocks. `function` holds only what `statements.py` writes."""
    text, blocks = _numba_module(function, symbol, parameters, results)
    return _plain(text, symbol), blocks


def numba_type(type: Type) -> Any:
    """numba's type for a machine word."""
    from numba import types

    return types.boolean if type.name == "bool" else getattr(types, f"{'' if type.signed else 'u'}int{type.width}")


def inlined(function: FunctionType) -> Any:
    """`function` as numba inlines it where it is called."""
    from numba import njit

    return njit(inline="always")(function)


@functools.cache
def bit_counts() -> dict[str, Any]:
    """Functions of a u64 for Python's `bit_length` and `bit_count`, by their names in what `words.py` writes."""
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    def length(builder: Any, word: Any) -> Any:
        return builder.sub(ir.Constant(word.type, 64), builder.ctlz(word, ir.Constant(ir.IntType(1), 0)))

    def count(builder: Any, word: Any) -> Any:
        return builder.ctpop(word)

    def made(build: Callable[[Any, Any], Any]) -> Any:
        def typed(context: Any, word: Any) -> Any:
            return types.uint64(types.uint64), lambda _, builder, __, arguments: build(builder, arguments[0])

        return intrinsic(typed)

    return {"__bit_length__": made(length), "__bit_count__": made(count)}


@functools.cache
def holes() -> dict[str, Any]:
    """Functions that stand for holes of a sketch, of a number and so many words, by their names in `arithmetic.py`."""
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    def called(builder: Any, arguments: Sequence[Any]) -> Any:
        name = f"{NUMBERED}.{len(arguments) - 1}"
        signature = ir.FunctionType(ir.IntType(64), [ir.IntType(64)] * len(arguments))
        return builder.call(builder.module.globals.get(name) or ir.Function(builder.module, signature, name), arguments)

    def made(count: int) -> Any:
        def typed(context: Any, *words: Any) -> Any:
            signature = types.uint64(types.int64, *[types.uint64] * count)
            return signature, lambda _, builder, __, arguments: called(builder, arguments)

        names = ["number", *(f"word{index}" for index in range(count))]
        space = {"typed": typed}
        exec(f"def hole(context, {', '.join(names)}): return typed(context, {', '.join(names)})", space)
        return intrinsic(space["hole"])

    return {f"__hole{count}__": made(count) for count in range(ARGUMENTS + 1)}


def _numba_module(
    function: FunctionType, symbol: str, parameters: Sequence[Type], results: Sequence[Type]
) -> tuple[str, Blocks]:
    """numba's function as unoptimized text, called `symbol`, and its blocks."""
    try:
        compile_function = _compiler()
    except (ImportError, AttributeError) as error:
        raise _moved(error) from error
    from numba.core.errors import NumbaError

    try:
        return compile_function(function, symbol, parameters, results)
    except NumbaError as error:
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise PrimirError(f"numba cannot lower this function: {reason.strip()}") from error
    except AttributeError as error:
        raise _moved(error) from error


def _moved(error: Exception) -> PrimirError:
    import numba

    return PrimirError(
        f"numba {numba.__version__} does not lower Python the way that primir knows ({error})", hint="numba 0.68 does"
    )


@functools.cache
def _compiler() -> Callable[[FunctionType, str, Sequence[Type], Sequence[Type]], tuple[str, Blocks]]:
    """The function that lowers. It is made here because its classes derive from numba's, which are imported late."""
    from llvmlite import ir
    from numba.core import callconv, compiler, cpu, funcdesc, lowering, typed_passes, types, untyped_passes
    from numba.core.compiler_machinery import LoweringPass, PassManager, register_pass
    from numba.core.registry import cpu_target

    class CallConv(callconv.BaseCallConv):
        """Values in, values out. An exception ends the function: nobody looks at which one it was."""

        def get_function_type(self, returned: Any, arguments: Sequence[Any]) -> Any:
            words = [self.context.get_value_type(each) for each in _parts(returned)]
            out = words[0] if len(words) == 1 else ir.LiteralStructType(words)
            return ir.FunctionType(out, [self.context.get_value_type(each) for each in arguments])

        def decode_arguments(self, builder: Any, types: Any, function: Any) -> Any:
            return function.args

        def return_value(self, builder: Any, value: Any) -> None:
            """Several results as a struct, also where numba has an array, which is where all types are the same."""
            out = builder.function.function_type.return_type
            if isinstance(value.type, ir.IntType):
                builder.ret(value)
                return
            parts = [builder.extract_value(value, index) for index in range(len(value.type.elements))]
            if isinstance(out, ir.IntType):
                builder.ret(parts[0])
                return
            made = ir.Constant(out, ir.Undefined)
            for index, part in enumerate(parts):
                made = builder.insert_value(made, part, index)
            builder.ret(made)

        def return_user_exc(self, builder: Any, *_: Any, **__: Any) -> None:
            raises = builder.module.globals.get(RAISE)
            if raises is None:
                raises = ir.Function(builder.module, ir.FunctionType(ir.VoidType(), []), RAISE)
            builder.call(raises, [])
            builder.unreachable()

        def _make_call_helper(self, builder: Any) -> None:
            return None

    class Context(cpu.CPUContext):
        """numba's way to lower, with our calling convention. `symbol` names the function."""

        symbol = ""

        @property
        def call_conv(self) -> Any:
            return CallConv(self)

        def declare_function(self, module: Any, description: Any) -> Any:
            signature = self.call_conv.get_function_type(description.restype, description.argtypes)
            function = ir.Function(module, signature, self.symbol)
            for argument, name in zip(function.args, description.args, strict=True):
                argument.name = name
                argument.add_attribute("noundef")
            return function

        def get_return_value(self, builder: Any, type: Any, value: Any) -> Any:
            return value

        def add_dynamic_addr(self, builder: Any, address: int, info: str) -> Any:
            """Helper functions are inlined; what is left of them are their objects, which nothing reads."""
            return ir.Constant(ir.PointerType(ir.IntType(8)), None)

    class Lower(lowering.Lower):
        def lower(self) -> None:
            """As numba's, but the module goes to no code library: those optimize what they are given."""
            self.lower_normal_function(self.fndesc)

    @register_pass(mutates_CFG=True, analysis_only=False)
    class Keep(LoweringPass):
        """Lowers, and leaves the module's text and the places of its blocks as the compiler's result."""

        _name = "primir_lowering"

        def __init__(self) -> None:
            super().__init__()

        def run_pass(self, state: Any) -> bool:
            floats = [str(name) for name, type in state.typemap.items() if isinstance(type, types.Float)]
            assert not floats, floats
            description = funcdesc.PythonFunctionDescriptor.from_specialized_function(
                state.func_ir, state.typemap, state.return_type, state.calltypes,
                mangler=state.targetctx.mangler, inline=False, noalias=False, abi_tags=[],
            )  # fmt: skip
            library = state.targetctx.codegen().create_library("primir")
            with state.targetctx.push_code_library(library):
                lower = Lower(state.targetctx, library, description, state.func_ir, metadata=state.metadata)
                lower.lower()
            blocks = state.func_ir.blocks.items()
            places = {f"B{label}": (block.loc.filename, block.loc.line) for label, block in blocks}
            state.cr = str(lower.module), places
            return True

    class Compiler(compiler.CompilerBase):
        """numba's way from bytecode to LLVM, with only the passes that have to be."""

        def define_pipelines(self) -> list[Any]:
            passes = PassManager("primir")
            for step in (
                untyped_passes.TranslateByteCode,
                untyped_passes.FixupArgs,
                untyped_passes.IRProcessing,
                untyped_passes.InlineInlinables,
                untyped_passes.GenericRewrites,  # `raise` of a class becomes a static raise; nothing else applies
                untyped_passes.ReconstructSSA,
                typed_passes.NopythonTypeInference,
                typed_passes.PreLowerStripPhis,
                typed_passes.IRLegalization,
                Keep,
            ):
                passes.add_pass(step, step.__name__)
            passes.finalize()
            return [passes]

    def compile_function(
        function: FunctionType, symbol: str, parameters: Sequence[Type], results: Sequence[Type]
    ) -> tuple[str, Blocks]:
        typing = cpu_target.typing_context
        typing.refresh()
        context = Context(typing, "cpu")
        context.refresh()
        context.symbol = symbol
        flags: Any = compiler.Flags()
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        returned = [numba_type(type) for type in results]
        returns = returned[0] if len(returned) == 1 else types.Tuple(returned)
        arguments = tuple(numba_type(type) for type in parameters)
        text, places = compiler.compile_extra(
            typing, context, function, arguments, returns, flags, {}, pipeline_class=Compiler
        )
        return str(text), dict(places)

    return compile_function


def _parts(type: Any) -> list[Any]:
    """The types in a numba tuple; another type is its own only part."""
    from numba.core import types

    several = isinstance(type, types.BaseTuple)
    return list(type) if several else [type]


def _plain(text: str, symbol: str) -> str:
    """`text` without overflow flags and out of memory."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    module = llvm.parse_assembly(_without_flags(text))
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=0))
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.run(module, builder)
    holes = [function.name for function in module.functions if function.name.startswith(f"{NUMBERED}.")]
    used = [function for function in module.functions if function.name in (symbol, RAISE, *COUNTS, *holes)]
    body = "\n".join(str(function) for function in sorted(used, key=lambda each: (each.is_declaration, each.name)))
    nameless = re.sub(r"%(?:\"[^\"]*\"|[\w.$-]+)", "%", body)
    nameless = re.sub(rf"% = call i64 @(?:{'|'.join(map(re.escape, (*COUNTS, *holes)))})\(", "", nameless)
    foreign = re.findall(
        r"^ +(?:% = (?:alloca|load|call) .*|store .*|call (?!void @primir.raise\().*)$", nameless, re.M
    )
    foreign += re.findall(r"^ +% = .*\b(?:double|float)\b.*$", nameless, re.M)
    assert not foreign, foreign
    body = re.sub(r"(= insertvalue (?:\{[^}]*\}|\[[^]]*\])) undef,", r"\1 poison,", body)  # all its parts follow
    return re.sub(r" #[0-9]+|, !prof ![0-9]+| *; preds = .*|^;.*\n", "", body, flags=re.M).strip() + "\n"


def _without_flags(text: str) -> str:
    """Python's arithmetic wraps here: `nsw` and `nuw` say otherwise, so they go before any pass can use them."""
    return re.sub(r"^(\s*%\S+ = (?:add|sub|mul|shl|trunc))((?: nsw| nuw)+) ", r"\1 ", text, flags=re.M)
