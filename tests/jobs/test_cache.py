"""The cache keeps whole rows or none, whoever dies, and never makes anything fail."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from primir.jobs.cache import Cache
from primir.jobs.kept import home


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "cache.sqlite"


def test_rows_come_back(path):
    with Cache(path) as cache:
        assert cache.get("a") is None
        cache.put("a", {"status": "proved", "remarks": ["x"]})
        cache.put("a", {"status": "vacuous"})
        cache.put("b", {})
    with Cache(path) as cache:
        assert cache.get("a") == {"status": "vacuous"} and cache.get("b") == {}
        assert dict(cache.rows()) == {"a": {"status": "vacuous"}, "b": {}}
        statistics = cache.statistics()
        assert (statistics.rows, statistics.path) == (2, path) and statistics.bytes > 0
        cache.remove("b")
        assert cache.clear() == 1 and cache.get("a") is None


def test_the_folder_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("PRIMIR_CACHE", str(tmp_path))
    assert home() == tmp_path
    with Cache.at_home() as cache:
        assert cache.path.parent == tmp_path


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + bytes(200), bytes(5000)])
def test_a_damaged_file_is_begun_anew(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with Cache(path) as cache:
        cache.put("a", {"n": 1})
        assert cache.get("a") == {"n": 1}


def test_another_layout_is_put_aside(path):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 99")
    connection.close()
    with Cache(path) as cache:
        cache.put("a", {"n": 1})
        assert cache.get("a") == {"n": 1}
    assert path.with_name("cache.sqlite.damaged").exists()


def test_without_a_place_nothing_is_kept_and_nothing_fails(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with Cache(tmp_path / "file" / "cache.sqlite") as cache:
        cache.put("a", {"n": 1})
        assert cache.get("a") is None and list(cache.rows()) == [] and cache.statistics().rows == 0


def test_a_row_that_is_no_object_is_none(path):
    with Cache(path) as cache:
        cache.put("a", {})
    connection = sqlite3.connect(path)
    connection.execute("update rows set row = 'nonsense'")
    connection.commit()
    connection.close()
    with Cache(path) as cache:
        assert cache.get("a") is None


WRITER = """
import sys
from pathlib import Path
from primir.jobs.cache import Cache
with Cache(Path(sys.argv[1])) as cache:
    for number in range(10**9):
        cache.put(f"key {number % 50}", {"number": number, "filling": "x" * 2000, "again": number})
        print(number, flush=True)
"""


def killed_while_writing(path, seed):
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    child.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.02))
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with Cache(path) as cache:
        for row in (row for key, row in cache.rows() if key != "after"):
            assert row["number"] == row["again"] and len(row["filling"]) == 2000
        cache.put("after", {"seed": seed})
        assert cache.get("after") == {"seed": seed}


def test_a_kill_leaves_whole_rows(path):
    for seed in range(3):
        killed_while_writing(path, seed)


@pytest.mark.slow
def test_a_hundred_kills_leave_whole_rows(path):
    for seed in range(100):
        killed_while_writing(path, seed)


def test_processes_share_it(path):
    script = WRITER.replace("10**9", "40")
    children = [subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.DEVNULL)
                for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    with Cache(path) as cache:
        assert cache.statistics().rows == 40


