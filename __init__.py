"""primir finds the shortest integer program that meets a spec, proves that it does, and emits code that runs.

    import primir
    from primir import u32

    def isolate(x: u32) -> u32:
        return x & -x

    found = primir.synthesize(isolate)      # a Result: the shortest program, proved
    found(12), found.c                      # 4, and C code
    primir.verify(isolate, "isolate.ll")    # a Verdict: Proved, Refuted with its counterexample, ...

Importing this module loads nothing heavy: solvers and compilers come with the first call that needs them.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# What numpy reads when it is first imported. The search makes large arrays and drops them soon: in huge pages clearing
# memory can take longer than the search itself. And nothing here multiplies large matrices, while the threads that wait
# for such work take more time than the import.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__all__ = [
    "Bounded", "PrimirError", "Proved", "Refuted", "Result", "Unknown", "Vacuous", "Verdict", "assert_refines", "bool",
    "choose", "hole", "i8", "i16", "i32", "i64", "lift", "spec", "synthesize", "u8", "u16", "u32", "u64",
    "verified_against", "verify",
]  # fmt: skip

if TYPE_CHECKING:
    from builtins import bool

    from .api import assert_refines, lift, spec, synthesize, verified_against, verify
    from .ir.errors import PrimirError
    from .lift.python.marks import choose, hole
    from .synth.result import Result
    from .verify.verdict import Bounded, Proved, Refuted, Unknown, Vacuous, Verdict

    u8 = u16 = u32 = u64 = i8 = i16 = i32 = i64 = int  # a machine word is an int, to Python and to a type checker
else:
    from builtins import bool

    from . import lift, verify

    _HOME = {
        **dict.fromkeys(["assert_refines", "spec", "synthesize", "verified_against"], ".api"),
        **dict.fromkeys(["PrimirError"], ".ir.errors"),
        **dict.fromkeys(["choose", "hole"], ".lift.python.marks"),
        **dict.fromkeys(["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"], ".ir.types"),
        **dict.fromkeys(["Result"], ".synth.result"),
        **dict.fromkeys(["Bounded", "Proved", "Refuted", "Unknown", "Vacuous", "Verdict"], ".verify.verdict"),
    }  # fmt: skip

    class _Callable(ModuleType):
        """A sub-package that is also the function of its name: `primir.lift` and `primir.verify` are both."""

        def _function(self) -> Any:
            return getattr(importlib.import_module(".api", __name__), self.__name__.rpartition(".")[2])

        def __call__(self, *args: Any, **options: Any) -> Any:
            return self._function()(*args, **options)

        @property
        def __signature__(self) -> Any:
            import inspect

            return inspect.signature(self._function())

    lift.__class__ = verify.__class__ = _Callable

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = importlib.import_module(_HOME[name], __name__)
        value = module.STANDARD[name] if _HOME[name] == ".ir.types" else getattr(module, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
