import pytest
from primir.ir.graph import FALSE, TRUE, apply, const, leaf
from primir.jobs.limits import Deadline
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.provers.structural import Structural

X, Y = leaf("x", 32), leaf("y", 32)


@pytest.mark.parametrize("goal, kind", [
    (FALSE, Unsat),
    (TRUE, Sat),
    (apply("ne", apply("add", X, Y), apply("add", Y, X)), Unsat),
    (apply("ne", apply("add", const(1, 8), const(1, 8)), const(2, 8)), Unsat),
    (apply("ne", X, Y), DontKnow),
])
def test_it_decides_what_rewriting_decides(goal, kind):
    query = Query(goal)
    answer = Structural().ask(query, Deadline(5))
    assert isinstance(answer, kind)
    assert kind is not Sat or query.holds(answer.model)


def test_large_queries_are_left_to_others():
    answer = Structural(limit=3).ask(Query(apply("ne", apply("add", X, Y), apply("add", Y, X))), Deadline(5))
    assert answer == DontKnow("canonical form: more than 3 operations")
