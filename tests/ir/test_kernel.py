"""Batches end at words of 64 bits. That compiled rows agree with every other reading is tested in test_primes.py."""

import numpy as np
import pytest
from primir.ir import graph
from primir.ir.kernel import evaluate_batch


def test_words_beyond_64_bits_are_refused():
    x = graph.leaf("x", 65)
    with pytest.raises(ValueError, match="65"):
        evaluate_batch([graph.apply("not", x)], {x: np.zeros(1, dtype=np.uint64)})
