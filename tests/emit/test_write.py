"""Files by their suffix, whole or not at all."""

import shutil

import pytest
from primir.emit import llvm
from primir.emit.write import SUFFIXES, write
from primir.ir.errors import PrimirError
from primir.ir.text import parse_functions

(SPLIT,) = parse_functions("function split(%x: u16) -> u8, u8\n  value (trunc:8 %x)\n  value (trunc:8 (lshr %x 8))")
HOLDS = {".c": b"uint8_t *result1", ".h": b"#ifndef HALVES_H", ".ll": b"define noundef { i8, i8 } @halves",
         ".py": b"def halves", ".s": b"halves:", ".o": b"halves", ".so": b"halves", ".dylib": b"halves"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_writes(tmp_path, suffix):
    if suffix in (".so", ".dylib") and not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("there is no C compiler")
    path = tmp_path / f"code{suffix}"
    path.write_text("what was there")
    write(path, SPLIT, llvm.module(SPLIT, "halves"), "halves")
    assert HOLDS[suffix] in path.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o444 == 0o444 & ~umask()


def umask():
    import os

    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("name, says", [
    ("a.rs", "a.rs: no kind of code is written to a file .rs"),
    ("a", "without a suffix"),
    ("none/a.c", "a.c cannot be written: No such file or directory"),
])
def test_what_cannot_be_written_is_said(tmp_path, name, says):  # error
    with pytest.raises(PrimirError, match=says):
        write(tmp_path / name, SPLIT, llvm.module(SPLIT), "split")


def test_what_was_there_stays_where_writing_fails(tmp_path):
    path = tmp_path / "code.c"
    path.write_text("what was there")
    with pytest.raises(PrimirError, match="cannot be the name"):
        write(path, SPLIT, llvm.module(SPLIT, "while"), "while")
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_what_it_points_at_is_written(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there/code.c", tmp_path / "link.c"
    link.symlink_to("there/code.c")
    for _ in range(2):  # a target that is not there yet, and one that is
        write(link, SPLIT, llvm.module(SPLIT), "split")
        assert link.is_symlink()
        assert b"split" in target.read_bytes()
        assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("target, says", [
    ("/dev/null", "not a regular file"), ("link.c", "leads back to itself"), ("none/a.c", "there is no folder")])
def test_a_link_to_what_is_no_file_is_refused(tmp_path, target, says):  # error
    link = tmp_path / "link.c"
    link.symlink_to(target)
    with pytest.raises(PrimirError, match=says):
        write(link, SPLIT, llvm.module(SPLIT), "split")
    assert list(tmp_path.iterdir()) == [link]
