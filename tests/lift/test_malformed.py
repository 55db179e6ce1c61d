"""Files that are wrong, or nearly right: each ends in a message with its place and exit 2, soon, and in nothing else.

A line of cases/malformed/*.txt is a file, an arrow in it for the end of a line, and what is said of it: its line, its
column and the message. A file that begins with dots stands behind the first lines in HEADS. UPDATE_GOLDEN=1 writes what
is said anew; then read the diff like code.
"""

import os
import random
import re
import time
from pathlib import Path

import pytest
from primir.cli import run
from primir.ir.errors import PrimirError
from primir.lift.columns import parse_table
from primir.lift.speclang.front import parse_specs

CASES = Path(__file__).with_name("cases") / "malformed"
DOCS = Path(__file__).resolve().parents[2] / "docs"
SAID = "   !!   "  # between a file and what is said of it
SIGNS = {"⏎": "\n", "␀": "\0", "␉": "\t"}
SOON = 2.0  # seconds
HEADS = {
    "spec": "spec f(x: u32, y: u32, s: i32, a: u8, p: bool) -> u32\n",
    "sl": "(set-logic BV)\n(synth-fun f ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8))\n",
    "csv": "",
}
FILES = [(language, *line.split(SAID)) for language in HEADS
         for line in (CASES / f"{language}.txt").read_text().split("\n") if line]


def text_of(language, written):
    text = re.sub("^… ", lambda _: HEADS[language], written)
    return re.sub(f"[{''.join(SIGNS)}]", lambda sign: SIGNS[sign[0]], text)


def said_of(language, text, folder, capsys):
    """The first line of the message that a file of these words gets, without its name."""
    (folder / f"f.{language}").write_text(text)
    started = time.monotonic()
    code = run(["synth", f"f.{language}", "--time", "5", "--quiet"])
    seconds, printed = time.monotonic() - started, capsys.readouterr()
    assert code == 2 and not printed.out, (code, printed)
    assert "Traceback" not in printed.err and seconds < SOON, (seconds, printed.err)
    file, _, said = printed.err.split("\n")[0].partition(":")
    assert file == f"f.{language}", printed.err
    return said


@pytest.mark.parametrize("language, written, expected", FILES)
def test_says_what_is_wrong(language, written, expected, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = said_of(language, text_of(language, written), tmp_path, capsys)
    assert re.match(r"\d+:\d+: .", said), said
    if not os.environ.get("UPDATE_GOLDEN"):
        assert said == expected
        return
    file = CASES / f"{language}.txt"
    file.write_text(file.read_text().replace(f"{written}{SAID}{expected}\n", f"{written}{SAID}{said}\n"))


def test_there_are_hundreds():
    assert all(sum(each[0] == language for each in FILES) >= 200 for language in ("spec", "sl"))
    assert len({each[:2] for each in FILES}) == len(FILES) > 550


@pytest.mark.parametrize("text", [HEADS["spec"] + "ensures result == x\n", "\0" * 3_000_000])
def test_a_file_without_a_place_in_its_message_is_noticed(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError):
        assert re.match(r"\d+:\d+: .", said_of("spec", text, tmp_path, capsys))


# --- nearly right -----------------------------------------------------------------------------------------------------

SPECS = [text for page in ("spec.md", "sketches.md", "relations.md")
         for text in re.findall(r"```spec\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)]
TABLES = ["x: u8, y: i16, result: u8\n3, -5, 0x10\n9, 2, 0\n0b11, 30000, 255\n",
          "p: bool; -> q: bool; -> n: i8\nTrue; False; -1\n0; 1; 0\n", "a: u32\tb: u64\n1\t18446744073709551615\n"]
WORDS = [*"""spec ensures requires let def sketch example using forbid forall implies result x y f u8 i32 bool u0 u129
== = -> ( ) (( )) , : ?? ??c ??(x) x??y choose(x,y) 0 1 -1 256 0x 1.5 99999999999999999999999999 True // ** >> if else
and not " ' ; \\ @ . # [ ] { } € ²""".split(), "\0", "\t", "\r", "\n", "\u2028"]
READERS = {"spec": (SPECS, parse_specs), "csv": (TABLES, lambda text, file: parse_table(text, file, "f"))}


def mutated(text, rng):
    """`text` with tokens deleted, doubled, exchanged or replaced, or cut off, once or a few times."""
    tokens = re.findall(r"\w+|[^\w\s]+|\s+", text)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        match rng.randrange(7):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= 2
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = rng.choice(WORDS)
            case 4:
                tokens[at] = tokens[other]
            case 5:
                place = rng.randrange(len(tokens[at]) + 1)
                tokens[at] = tokens[at][:place] + chr(rng.choice((rng.randrange(128), rng.randrange(0xD000)))) \
                    + tokens[at][place + 1:]
            case _ if rng.random() < 0.2:
                tokens = tokens[:at + 1]
    return "".join(tokens)


def survive(language, count):
    """How many of so many mutated files are read, and the number of different messages that the others get."""
    texts, read = READERS[language]
    seed = int(os.environ.get("PRIMIR_SEED", random.randrange(1 << 30)))
    rng, right, messages = random.Random(seed), 0, set()
    for number in range(count):
        text = mutated(rng.choice(texts), rng)
        started = time.process_time()
        try:
            read(text, f"f.{language}")
            right += 1
        except PrimirError as error:
            if error.place.file != f"f.{language}" or error.place.line is None:
                raise AssertionError(f"seed {seed}, file {number}: {error} has no place:\n{text}") from error
            messages.add(re.sub(r"\W+", " ", error.message)[:12])
        except Exception as problem:
            raise AssertionError(f"seed {seed}, file {number}:\n{text}") from problem
        assert time.process_time() - started < SOON, f"seed {seed}, file {number} takes long:\n{text}"
    return right, len(messages)


@pytest.mark.parametrize("language", READERS)
def test_mutated_files_end_in_a_message(language):
    right, messages = survive(language, 400)
    assert right > 10 and messages > 10


@pytest.mark.slow
@pytest.mark.parametrize("language", READERS)
def test_thousands_of_mutated_files_end_in_a_message(language):
    right, messages = survive(language, 5000)
    assert right > 100 and messages > 20


def test_a_reader_that_breaks_is_noticed(monkeypatch):
    def broken(text, file):
        if "result" not in text:
            raise KeyError(text)
        return parse_specs(text)  # and no place

    monkeypatch.setitem(READERS, "spec", (SPECS, broken))
    with pytest.raises(AssertionError, match=r"seed \d+, file \d+"):
        survive("spec", 400)
