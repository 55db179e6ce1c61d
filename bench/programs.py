"""Random programs, for the measurements that need any."""

from __future__ import annotations

import random

from primir.ir.cost import instructions_of
from primir.ir.graph import Function, Parameter, Result, apply, const, leaf, topological
from primir.ir.types import Type

WIDTH = 32


def random_program(rng: random.Random, size: int, inputs: int, *, sharing: bool = False) -> Function:
    """A program of `size` operations, all of which count, over words of WIDTH bits; a third of the operations have a
    constant of full width, and shifts are by numbers. With `sharing` at least one value is used twice."""
    parameters = tuple(Parameter(f"x{index}", Type(WIDTH)) for index in range(inputs))
    while True:
        values = [leaf(parameter.name, WIDTH) for parameter in parameters]
        for _ in range(size):
            name = rng.choice(("add", "sub", "and", "or", "xor", "mul", "lshr", "shl"))
            first = rng.choice(values[-3:])
            if name in ("lshr", "shl"):
                second = const(rng.randrange(1, WIDTH), WIDTH)
            elif rng.random() < 0.35:
                second = const(rng.getrandbits(WIDTH), WIDTH)
            else:
                second = rng.choice(values)
            values.append(apply(name, first, second))
        program = values[-1]
        parts = [part for part in topological([program]) if part.args]
        uses = [argument for part in parts for argument in part.args if argument.args]
        if len(parts) == size == instructions_of([program], WIDTH) and (not sharing or len(uses) > len(set(uses))):
            return Function("f", parameters, (Result(Type(WIDTH), program),))
