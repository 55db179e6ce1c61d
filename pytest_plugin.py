"""The pytest plugin: a function that says what it was verified against is a test in every module that shows it.

It is switched on by `pytest_plugins = ["primir.pytest_plugin"]` in conftest.py, or by `-p primir.pytest_plugin`.

    import primir

    @primir.verified_against("reference.py:popcount", requires="x != 0")
    def popcount(x: primir.u32) -> primir.u32: ...

A test module that defines or imports `popcount` has a test of that name. So have the modules named by the setting
`primir_modules`, without a test module. For plain tests there is `primir.assert_refines(old, new)`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from .api import Claim, assert_refines, claim_of


class Verification(pytest.Item):
    """The test that a function does what its claim says."""

    def __init__(self, *, function: Any, claim: Claim, **options: Any) -> None:
        super().__init__(**options)
        self.function, self.claim = function, claim

    def runtest(self) -> None:
        claim = self.claim
        assert_refines(claim.reference, self.function, requires=claim.requires, time=claim.time, accept=claim.accept)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, AssertionError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int | None, str]:
        code = self.function.__code__
        return code.co_filename, code.co_firstlineno - 1, f"primir: {self.name}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("primir_modules", "modules whose functions marked with @primir.verified_against are tests",
                  type="linelist", default=[])


def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Any:
    claim = claim_of(obj)
    if claim is None or not isinstance(collector, pytest.Module):
        return None
    return Verification.from_parent(collector, name=name, function=obj, claim=claim)


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    items.extend(_named_by_setting(session, config))


def _named_by_setting(session: pytest.Session, config: pytest.Config) -> Iterator[Verification]:
    for module in config.getini("primir_modules"):
        for name, obj in vars(importlib.import_module(module)).items():
            claim = claim_of(obj)
            if claim is not None:
                yield Verification.from_parent(session, name=f"{module}:{name}", function=obj, claim=claim)
