"""How often the same meaning, written in two ways, gets one canonical form: on identities from the literature.

    python -m bench.canonical [--width N] [--list]

The identities are those of tests/ir/identities.rules; the tests prove them. The share is a measure, and no goal: a rule
that is added because an identity stands there makes the measure worth less. So the names are listed only on demand.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click
from primir.ir import terms
from primir.ir.canon import canonical
from primir.ir.graph import Node, leaf
from primir.ir.rule import Rule, parse_rules, variables
from primir.ir.terms import Scope
from rich.console import Console
from rich.table import Table

FILE = Path(__file__).parent.parent / "tests" / "ir" / "identities.rules"
WIDTHS = (1, 2, 4, 8, 16, 32, 64)
TRUTHS = frozenset("pqr")  # names of truth values; all others are words of one width


@dataclass(frozen=True)
class Identity:
    """Two terms that are equal at every width of `widths`; `line` is the whole line, with its source."""

    rule: Rule
    line: str

    @cached_property
    def source(self) -> str:
        """Where the identity is from."""
        return self.line.rpartition("#")[2].partition(";")[0].strip()

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Those of WIDTHS at which it is claimed: all, or what stands behind `; at`."""
        claim = re.search(r"; at ([\d, -]+)$", self.line)
        if claim is None:
            return WIDTHS
        ends = [part.partition("-") for part in claim[1].split(",")]
        return tuple(width for width in WIDTHS
                     if any(int(first) <= width <= int(last or first) for first, _, last in ends))

    def sides(self, width: int) -> tuple[Node, Node]:
        """Both terms over inputs, the words `width` bits wide."""
        scope = Scope({name: leaf(name, 1 if name in TRUTHS else width) for name in variables(self.rule.left)}, width)
        terms_ = self.rule.left, self.rule.right
        place = next(filter(None, (terms.width_of(term, scope) for term in terms_)), width)
        left, right = (terms.instantiate(term, scope, place) for term in terms_)
        assert left.width == right.width == place, f"{self.rule.name}: {left.width}, {right.width} and {place} bits"
        return left, right


def identities(path: Path = FILE) -> tuple[Identity, ...]:
    """The identities of a file, in its order. PrimirError for what is none."""
    text = path.read_text()
    lines = text.splitlines()
    return tuple(Identity(rule, lines[rule.line - 1]) for rule in parse_rules(text, path.name))


def same(identity: Identity, width: int) -> bool:
    """Whether both sides have one canonical form."""
    left, right = identity.sides(width)
    return canonical([left])[0] is canonical([right])[0]


def chapters(found: Sequence[Identity]) -> Iterator[tuple[str, list[Identity]]]:
    """The identities by the heading under which they stand."""
    heading, headings = "", {}
    for number, line in enumerate(FILE.read_text().splitlines(), 1):
        if title := re.match(r"# --- (.*?) -+$", line):
            heading = title[1]
        headings[number] = heading
    for title in dict.fromkeys(headings.values()):
        members = [identity for identity in found if headings[identity.rule.line] == title]
        if members:
            yield title, members


@click.command()
@click.option("--width", default=32, show_default=True, help="Of the words; 0 for the largest that each claims.")
@click.option("--list", "listed", is_flag=True, help="Name the identities whose sides differ.")
def main(width: int, listed: bool) -> None:
    """Prints the share of identities whose two sides have one canonical form."""
    started = time.perf_counter()
    found = identities()
    at = {identity: width if width in identity.widths else max(identity.widths) for identity in found}
    equal = Counter({identity: same(identity, at[identity]) for identity in found})
    table = Table("identities", "number", "one form", "share", box=None)
    for title, members in chapters(found):
        count = sum(equal[identity] for identity in members)
        table.add_row(title, str(len(members)), str(count), f"{count / len(members):.0%}")
    total = equal.total()
    table.add_row("together", str(len(found)), str(total), f"{total / len(found):.1%}", style="bold")
    console = Console()
    console.print(table)
    console.print(f"{time.perf_counter() - started:.1f} s", highlight=False)
    for identity in found:
        if listed and not equal[identity]:
            console.print(f"{identity.rule.name} at {at[identity]} bits", highlight=False)


if __name__ == "__main__":
    main()
