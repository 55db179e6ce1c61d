"""What an engine tells while it searches: the candidates that it has, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from ...ir.graph import Node


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that gives what is wanted on the samples."""

    node: Node


@dataclass(frozen=True, slots=True)
class Batch:
    """A good moment to check the candidates offered so far: a slower way to find others of this cost comes next."""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """All candidates of cost `level` were offered; `complete` if they were all programs of that cost there are."""

    level: int
    complete: bool
