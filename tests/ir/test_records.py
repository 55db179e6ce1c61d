"""Our dataclasses: the same equality, hash, text, copies and patterns as the library's."""

import dataclasses
import pickle
from dataclasses import field, replace
from functools import cached_property

import pytest
from primir.ir import records


def classes(dataclass):
    """A pair of fields, one of them alone, none, and a class with methods of its own."""

    @dataclass(frozen=True, slots=True)
    class Pair:
        a: int
        b: object = field(default=(), compare=False)
        c: str = field(default="c", repr=False)

    @dataclass(frozen=True)
    class One:
        a: object

        @cached_property
        def twice(self):
            return self.a, self.a

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True)
    class Own:
        a: int

        def __eq__(self, other):
            return True

        def __repr__(self):
            return "own"

    return Pair, One, Empty, Own


@pytest.mark.parametrize("dataclass", [records.dataclass, dataclasses.dataclass])
def test_behaves_like_the_librarys(dataclass):
    Pair, One, Empty, Own = classes(dataclass)
    assert Pair(1, 2) == Pair(1, 3) != Pair(2, 2) and Pair(1) != Pair(1, c="d") and hash(Pair(1, 2)) == hash((1, "c"))
    assert repr(Pair(1, 2)) == f"{Pair.__qualname__}(a=1, b=2)"
    assert replace(Pair(1, 2), a=5) == Pair(5, 2) and Pair.__match_args__ == ("a", "b", "c")
    assert not hasattr(Pair(1), "__dict__")
    assert One((1,)) == One((1,)) != One(1) and One(1) != Pair(1) and hash(One(1)) == hash((1,))
    assert One(1).twice == (1, 1)
    assert One(float("nan")) != One(float("nan"))
    assert Empty() == Empty() and hash(Empty()) == hash(()) and Empty() != One(())
    assert Own(1) == Own(2) and repr(Own(1)) == "own" and hash(Own(1)) == hash((1,))


def test_by_identity():
    made = records.dataclass(frozen=True, slots=True, eq=False)(type("Each", (), {"__annotations__": {"a": int}}))
    assert made(1) != made(1)


@records.dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: tuple[int, ...] = ()


def test_pickled():
    assert pickle.loads(pickle.dumps(Kept(1, (2,)))) == Kept(1, (2,))
