"""What one process makes and later ones find: files in the user's cache folder, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_DIGEST = 32  # bytes before the content, by which a damaged file is known


def home() -> Path:
    """The folder of all that primir keeps between runs: the one that $PRIMIR_CACHE names, or where the system keeps
    caches."""
    if named := os.environ.get("PRIMIR_CACHE"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("primir"))


def digest(*parts: object) -> str:
    """A name for what is made from `parts` alone, which are bytes or have a repr that says all."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def keep(path: Path, content: bytes) -> None:
    """Makes `path` hold `content`, at once for all who read it; nothing happens where that cannot be."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=".tmp", delete=False) as draft:
            draft.write(hashlib.sha256(content).digest() + content)
        Path(draft.name).replace(path)


def kept(path: Path) -> bytes | None:
    """What `path` was made to hold, if it is whole."""
    try:
        read = path.read_bytes()
    except OSError:
        return None
    content = read[_DIGEST:]
    return content if hashlib.sha256(content).digest() == read[:_DIGEST] else None


def writable(folder: Path) -> bool:
    """Whether files can be kept in a folder, which need not be there yet."""
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
