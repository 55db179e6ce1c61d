"""Files that are nearly IR: functions of the corpus with bytes flipped, parts deleted or doubled, tokens exchanged."""

import random
import re

TOKEN = r'[%@!#]?"[^"]*"|[%@!#]?[-\w.$]+|\s+|.'
STRANGE = re.split(r"\n| ; ", """poison ; undef ; zeroinitializer ; i0 ; i8388607 ; i99999999 ; i128 ; ptr ; float
void ; <4294967295 x i8> ; [18446744073709551615 x i8] ; -1 ; 99999999999999999999999999 ; nsw ; { ; } ; ( ; ) ; , ; =
%x ; @f ; label ; asm ; noundef ; range(i8 1, 1) ; \0 ; \x80 ; \u2028 ; unreachable ; call ; phi ; ret ; br ; !0
splat ; inbounds ; to ; metadata ; true ; null ; none""")
KINDS = [r"%[\w.]+", r"-?\d+|true|false|poison|undef", r"i\d+", "add|sub|mul|and|or|xor|shl|lshr|ashr|[us](div|rem)",
         "eq|ne|[us][lg][te]", "zext|sext|trunc", "nuw|nsw|exact|disjoint|nneg|samesign|noundef", "[a-z.]+", ".*"]


def functions(text):
    """Each function of a module as a module of its own, with what it declares, defines as types, and has as data."""
    others = "\n".join(re.findall(r"^(?:declare|@|%|!).*$", text, re.MULTILINE))
    bodies = re.findall(r"^define .*?^}", text, re.MULTILINE | re.DOTALL)
    return [f"{body}\n\n{others}\n" for body in bodies]


def mutated_text(text, rng):
    """`text` after a change that often leaves it valid, or after some that seldom do."""
    if rng.random() < 0.5:
        return rng.choice((_token_replaced, _token_replaced, _width_replaced, _lines_moved, _line_deleted))(text, rng)
    for _ in range(rng.randint(1, 3)):
        text = rng.choice((_tokens_swapped, _token_replaced, _token_deleted, _token_strange, _lines_moved,
                           _part_deleted, _part_doubled, _character_changed))(text, rng)
    return text


def _tokens(text, rng):
    tokens = re.findall(TOKEN, text, re.DOTALL) or [" "]
    places = [at for at, token in enumerate(tokens) if not token.isspace()] or [0]
    return tokens, rng.choice(places), rng.choice(places)


def _tokens_swapped(text, rng):
    tokens, a, b = _tokens(text, rng)
    tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def _token_replaced(text, rng):
    """A token by another one of its kind."""
    tokens, at, _ = _tokens(text, rng)
    kind = next(kind for kind in KINDS if re.fullmatch(kind, tokens[at], re.DOTALL))
    alike = [token for token in tokens if re.fullmatch(kind, token, re.DOTALL)]
    tokens[at] = rng.choice(alike + kind.split("|")[1:5] * (kind[0] not in "[.%i" and len(alike) < 9))
    return "".join(tokens)


def _width_replaced(text, rng):
    """A type by another one wherever it stands."""
    types = sorted(set(re.findall(r"\bi\d+\b", text)))
    return re.sub(rf"\b{rng.choice(types)}\b", f"i{rng.choice((1, 2, 7, 32, 64, 127, 128, 129, 1000))}", text)


def _line_deleted(text, rng):
    lines = text.split("\n")
    del lines[rng.randrange(len(lines))]
    return "\n".join(lines)


def _token_deleted(text, rng):
    tokens, at, _ = _tokens(text, rng)
    del tokens[at]
    return "".join(tokens)


def _token_strange(text, rng):
    tokens, at, _ = _tokens(text, rng)
    tokens[at] = rng.choice((f"{tokens[at]} {rng.choice(STRANGE)}", rng.choice(STRANGE)))
    return "".join(tokens)


def _lines_moved(text, rng):
    lines = text.split("\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines.insert(b, lines.pop(a))
    return "\n".join(lines)


def _part(text, rng):
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + rng.choice((1, 3, 20, 200)))


def _part_deleted(text, rng):
    start, end = _part(text, rng)
    return text[:start] + text[end:]


def _part_doubled(text, rng):
    start, end = _part(text, rng)
    return text[:end] + text[start:end] * rng.choice((1, 1, 2, 50)) + text[end:]


def _character_changed(text, rng):
    at = rng.randrange(len(text) + 1)
    return text[:at] + chr(rng.randrange(128)) + text[at + 1 :]


def mutated_bytes(data, rng):
    """Bitcode after some changes; mostly it still begins as bitcode does."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(0 if rng.random() < 0.02 else 4, len(data))
        match rng.randrange(5):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.choice((1, 4, 32, 400))]
            case 2:
                data[at:at] = data[at : at + rng.choice((1, 4, 32))]
            case _:
                data[at] ^= 1 << rng.randrange(8)
        if len(data) < 8:
            break
    return bytes(data)


def mutations(texts, bitcodes, seed, count):
    """`count` mutated files, each text or bytes, from a seed."""
    rng = random.Random(seed)
    for _ in range(count):
        yield mutated_bytes(rng.choice(bitcodes), rng) if bitcodes else mutated_text(rng.choice(texts), rng)
