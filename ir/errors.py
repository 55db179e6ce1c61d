"""What a user can get wrong, said once: one message, its place, a caret, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source: the file as the user named it, line and column counted from 1, and that line's text."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    text: str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class PrimirError(Exception):
    """The input or its use is wrong. `message` says what, `place` says where, `hint` says what would be right."""

    def __init__(self, message: str, place: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message, place, hint)
        self.message = message
        self.place = place or Place()
        self.hint = hint

    def __str__(self) -> str:
        where = str(self.place)
        lines = [f"{where}: {self.message}" if where else self.message]
        if self.place.text is not None:
            lines.append(f"    {self.place.text}")
            if self.place.column is not None:
                lines.append("    " + " " * (self.place.column - 1) + "^")
        if self.hint is not None:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)
