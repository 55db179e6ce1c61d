"""Dataclasses that take little time to define.

The library's `dataclass` writes up to six methods for each class and compiles them: for all classes of primir that took
longer than a small proof. Of ours it compiles `__init__` alone, where they are frozen. That they are frozen is left to
the type checker, to which this is the library's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True,
                  order: bool = False) -> Any:
        """What `dataclasses.dataclass` makes of a class, and where it is frozen, what it would do with methods that are
        made and not compiled."""
        if cls is None:
            return lambda each: dataclass(each, frozen=frozen, slots=slots, eq=eq, order=order)
        if not frozen or order:
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, eq=eq, order=order)
        own = {name for name, value in vars(cls).items() if value is not None}
        cls.__doc__ = cls.__doc__ or cls.__qualname__  # else its signature is worked out
        made = dataclasses.dataclass(cls, slots=slots, eq=False, repr=False)
        methods = {"__repr__": _repr}
        if eq:
            key = _key([field.name for field in dataclasses.fields(made) if field.compare])
            methods |= {"__eq__": _equality(key), "__hash__": lambda self: hash(key(self))}
        for name, method in methods.items():
            if name not in own:
                setattr(made, name, method)
        return made


def _key(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The fields of these names, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple([getattr(self, name) for name in names])


def _equality(key: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, Any], bool]:
    def equal(self: Any, other: Any) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    return equal


def _repr(self: Any) -> str:
    shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({shown})"
