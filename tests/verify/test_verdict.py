import pickle

import pytest
from primir.verify.verdict import Bounded, Proved, Refuted, Unknown, Vacuous

VERDICTS = [
    (Proved("z3", 0.5), "proved", "proved (z3, 0.50 s)"),
    (Bounded(8, "z3"), "bounded", "holds up to 8 runs of a loop, and is not proved beyond that (z3, 0.00 s)"),
    (Refuted("  x = 1", "poison", "z3"), "refuted", "refuted: poison where there was a value (z3, 0.00 s)\n  x = 1"),
    (Unknown("too hard", remarks=("odd",)), "unknown", "unknown after 0.00 s: too hard\n  note: odd"),
    (Vacuous("(ult %x 0:8)", "z3"), "vacuous", "vacuous: no input meets (ult %x 0:8) (z3, 0.00 s)"),
]


@pytest.mark.parametrize("verdict, status, text", VERDICTS)
def test_a_verdict_has_a_word_and_a_text_and_is_no_truth_value(verdict, status, text):
    assert verdict.status == status
    assert str(verdict) == text
    assert pickle.loads(pickle.dumps(verdict)) == verdict
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(verdict)
    with pytest.raises(TypeError):
        assert verdict
