"""Kept files: whole for whoever reads them, nothing where they are damaged, and no error where none can be kept."""

from __future__ import annotations

import threading

import pytest
from primir.jobs.kept import home, keep, kept, writable


def test_what_is_kept_is_read_again(tmp_path):
    path = tmp_path / "new" / "file"
    assert kept(path) is None
    keep(path, b"content")
    assert kept(path) == b"content"
    keep(path, b"")
    assert kept(path) == b""
    assert [each.name for each in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("damage", [
    lambda read: b"",
    lambda read: read[:-1],
    lambda read: read + b" ",
    lambda read: read.replace(b"c", b"d", 1),
    lambda read: b"\0" + read[1:],
])
def test_what_is_damaged_is_not_there(tmp_path, damage):
    path = tmp_path / "file"
    keep(path, b"content")
    path.write_bytes(damage(path.read_bytes()))
    assert kept(path) is None


def test_nothing_happens_where_nothing_can_be_kept(tmp_path):
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    keep(blocked / "file", b"content")
    assert kept(blocked / "file") is None
    assert not writable(blocked) and not writable(blocked / "deeper") and writable(tmp_path / "new" / "folder")


def test_a_reader_sees_the_old_or_the_new(tmp_path):
    path = tmp_path / "file"
    keep(path, b"0" * 100_000)
    writer = threading.Thread(target=lambda: [keep(path, b"%d" % (n % 10) * 100_000) for n in range(200)])
    writer.start()
    while writer.is_alive():
        assert kept(path) is not None
    writer.join()


@pytest.mark.parametrize("named", ["", None])
def test_without_a_name_the_system_tells_the_folder(monkeypatch, named):
    monkeypatch.delenv("PRIMIR_CACHE", raising=False) if named is None else monkeypatch.setenv("PRIMIR_CACHE", named)
    assert home().name == "primir" and home().is_absolute()
