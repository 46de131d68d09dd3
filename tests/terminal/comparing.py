"""Whether a screen holds what a pipe got: each line, every word whole, nothing more on it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.cells import cell_len

_DRAWN = "─━│╭╮╯╰├┤┬┴┼┌┐└┘╎╌▲▼↻•◆░█▉▊▋▌▍▎▏▇▆▅▄▃▂▁·"
_STRIPPED = str.maketrans(dict.fromkeys(_DRAWN, " "))
_BOX = re.compile("[│╭╮╯╰┬┴├┤]|━")
_CHANGING = re.compile(
    r"\b\d{8}-\d{6}-[0-9a-f]{4}\b"  # a run
    r"|\b\d+(?:\.\d+)? (?:µs|ms|s|min|h)\b(?: \d+ s)?"  # how long
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # a request
    r"|\b1-[0-9a-f]{8}-[0-9a-f]{24}\b"  # a trace
    r"|\S{14}=(?= |$)"  # the same, as API Gateway writes it
    r"|\b\d\d:\d\d(?::\d\d\.\d{3})?\b"
)
_PIECE = 20
_SPINNER = re.compile("[⠀-⣿]")
_REACH = 40
"""How many other words may stand between the words of one line: the titles of a stacked table."""


def lost(pipe: str, screen: str, columns: int) -> list[str]:
    """The lines of the pipe that are not on the screen, each word of at most ``columns`` whole."""
    words = _words(screen)
    places: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(words):
        places[word].append(at)
    whole = screen.split()
    short = [word for word in whole if "…" in word]
    missing = []
    for line in pipe.splitlines():
        kept = [
            word for word in line.split()
            if cell_len(word) < columns or not (
                _CHANGING.fullmatch(word) or _is_shortened(word, short, whole, columns)
            )
        ]  # fmt: skip
        wanted = _words(" ".join(kept))
        apart = bool(_BOX.search(line))
        there = all(word in places for word in wanted) if apart else _stands(wanted, words, places)
        if not there:
            missing.append(line)
    return missing


def fewer(pipe: str, screen: str, columns: int) -> dict[str, int]:
    """The words that the screen holds less often than the pipe, with how many are gone."""
    plain = " ".join(
        word
        for line in pipe.splitlines()
        if not _BOX.search(line)
        for word in line.split()
        if cell_len(word) < columns
    )
    return dict(Counter(_words(plain)) - Counter(_words(screen)))


def remains(screen: str) -> list[str]:
    """Lines of an animation that were left behind."""
    return [line for line in screen.splitlines() if _SPINNER.search(line)]


def _words(text: str) -> list[str]:
    plain = " ".join(text.translate(_STRIPPED).split())
    return _CHANGING.sub("~", plain).split()


def _stands(wanted: Sequence[str], words: Sequence[str], places: dict[str, list[int]]) -> bool:
    """Whether these words stand on the screen one after the other."""
    if not wanted:
        return True
    return any(_follow(wanted, words, at) for at in places.get(wanted[0], ()))


def _follow(wanted: Sequence[str], words: Sequence[str], at: int) -> bool:
    for word in wanted[1:]:
        reach = words[at + 1 : at + 1 + _REACH]
        if word not in reach:
            return False
        at += 1 + reach.index(word)
    return True


def _is_shortened(word: str, short: Sequence[str], words: Sequence[str], columns: int) -> bool:
    """Whether a word that is too long for a line is there: shortened, or in pieces as JSON is."""
    for one in short:
        head, _, tail = one.partition("…")
        if word.startswith(head) and word.endswith(tail):
            return True
    least = min(_PIECE, columns // 2)
    return any(word.startswith(part) for part in words if len(part) > least or part[-1] == ",")
