"""Specs for the tests of search, from the text of a `.spec` or of a graph."""

from __future__ import annotations

from dataclasses import replace

import pytest
from primir.ir.primes import operations
from primir.ir.text import parse_functions
from primir.lift.language import parse_specs
from primir.lift.spec import from_function

PLAIN = tuple(row.name for row in operations("plain"))


def spec_of(text, using=PLAIN):
    """The spec that `text` holds, over the operations `using` (None: the set `full`) unless it names its own."""
    if text.lstrip().startswith("function"):
        (function,) = parse_functions(text)
        spec = from_function(function)
    else:
        (spec,) = parse_specs(text)
    return spec if spec.operations is not None else replace(spec, operations=using)


@pytest.fixture(name="spec_of")
def spec_of_fixture():
    return spec_of
