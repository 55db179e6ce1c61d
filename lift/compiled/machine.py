"""What LLVM does for compiled code, in the child: it reads and prints, runs its SROA pass, and knows how types lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..llvm.assembly import NAME


class Machine:
    """LLVM for compiled code, in the child: what it reads and prints, its SROA pass, and the layout of types."""

    def __init__(self) -> None:
        from llvmlite import binding as llvm

        llvm.initialize_native_target()
        self._llvm = llvm
        self._target = llvm.Target.from_default_triple().create_target_machine()

    def printed(self, text: str) -> str:
        """`text` as this LLVM prints it. RuntimeError where it is not valid."""
        return str(self._parsed(text))

    def sroa(self, text: str) -> str:
        """A module after the SROA pass. RuntimeError where it is not valid."""
        module = self._parsed(text)
        builder = self._llvm.create_pass_builder(self._target, self._llvm.create_pipeline_tuning_options(0))
        passes = self._llvm.create_new_module_pass_manager()
        passes.add_sroa_pass()
        passes.run(module, builder)
        return str(module)

    def _parsed(self, text: str) -> Any:
        module = self._llvm.parse_assembly(text, self._llvm.create_context())  # in a context of its own names stay
        module.verify()
        return module

    def layout(self, others: Iterable[str], types: Iterable[str]) -> Layout:
        """The sizes of `types`, which may name types that are defined among `others`."""
        wanted = list(dict.fromkeys(types))
        defined = [line for line in others if line.startswith("target ") or re.match(rf"%{NAME} = type ", line)]
        text = [*defined, *(f"@t{index} = external global {type_}" for index, type_ in enumerate(wanted))]
        module = self._parsed("\n".join(text))
        found = {type_: module.get_global_variable(f"t{index}").global_value_type for index, type_ in enumerate(wanted)}
        return Layout(module, self._llvm.create_target_data(module.data_layout), found)


class Layout:
    """How types lie in memory, in bytes. A type is named by its text."""

    def __init__(self, module: Any, data: Any, types: dict[str, Any]) -> None:
        self._module, self._data = module, data  # the module owns the types
        self._types = types
        self._found: dict[str, list[tuple[int, str]]] = {}

    def size(self, type_: str) -> int:
        """With the padding after it."""
        return int(self._data.get_abi_size(self._types[type_]))

    def words(self, type_: str) -> list[tuple[int, str]]:
        """The words of an aggregate, or the word itself, each with its offset."""
        if type_ not in self._found:
            self._found[type_] = list(self._words(self._types[type_], 0))
        return self._found[type_]

    def _words(self, type_: Any, offset: int) -> Iterator[tuple[int, str]]:
        self._types[str(type_)] = type_
        if type_.is_struct:
            for index, element in enumerate(type_.elements):
                yield from self._words(element, offset + self._data.get_element_offset(type_, index))
        elif type_.is_array:
            (element,) = type_.elements
            for index in range(type_.element_count):
                yield from self._words(element, offset + index * int(self._data.get_abi_size(element)))
        else:
            yield offset, str(type_)

    def offset(self, type_: str, indices: Sequence[int]) -> int | None:
        """Where address arithmetic leads to; None where an index leaves an aggregate."""
        here = self._types[type_]
        first, *rest = indices
        offset = first * int(self._data.get_abi_size(here))
        for index in rest:
            if here.is_struct:
                offset += int(self._data.get_element_offset(here, index))
                here = list(here.elements)[index]
            elif here.is_array and 0 <= index <= here.element_count:
                (here,) = here.elements
                offset += index * int(self._data.get_abi_size(here))
            else:
                return None
        return offset
