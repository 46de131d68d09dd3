"""Lines that fit a terminal: broken between words, and inside one at its seams alone.

A word that is longer than the line is shortened in its middle; what a pipe gets is whole. Of what
was logged nothing is left out: such a word goes on in the next line. Nor is a command shortened:
what is longer than the line there, the terminal wraps, so that it can be copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, repeat

from rich.cells import cell_len, get_character_cell_size
from rich.text import Text

_WORD = re.compile(r"\S+")
_COMMAND = re.compile(r"(?<=: )(?:dragonctl|aws) \S.*$|[([]?`(?:dragonctl|aws) [^`]+`[^\s`]{,3}")
"""A command line in a sentence: it is copied whole, so it stands in one line where one has room."""
_HEAD = re.compile(r"\s*(?:[!✗✓+~=…•↻$-] +)?")
"""What stands before a sentence: blanks, and a sign that its further lines stand beside."""
_SEAM = re.compile(r'(?<=[]}"\del]),(?=["{\[\d])|;(?=\w)')
"""Behind the commas of JSON, and behind semicolons."""

_LONGEST_KEPT = 2_000
"""Characters of a word that is shown whole, over many lines."""

_Piece = tuple[str, int, int]
"""What a line holds: blanks or a mark, and behind them the text from one place to another."""


def fitted(line: Text, width: int) -> list[Text]:
    """One line of text as lines of at most ``width`` cells, but for a longer word of a command.

    The second and further ones stand behind the sign that the first begins with, or a little
    further in. A word that has room only further to the left stands there.
    """
    if cell_len(line.plain) <= width:
        return [line]
    pieces = list(_broken(line.plain, width, _hang(line.plain)))
    cuts = sorted({at for made in pieces for _, *places in made for at in places})
    parts = dict(zip([0, *cuts], line.divide(cuts), strict=True))
    return [_joined(made, parts) for made in pieces]


def fitted_text(line: str, width: int, hang: int, least: int = 0) -> list[str]:
    """The same of plain text; ``hang`` blanks, and never less than ``least``, before each line.

    With a ``least`` nothing is left out.
    """
    if len(line) <= width and cell_len(line) <= width:
        return [line]
    made = _broken(line, width, hang, least)
    return ["".join(f"{before}{line[at:end]}" for before, at, end in one) for one in made]


def _joined(made: Sequence[_Piece], parts: dict[int, Text]) -> Text:
    text = Text()
    for before, at, _ in made:
        text.append(before)
        text.append_text(parts[at])
    return text


def _cells_of(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _hang(line: str) -> int:
    head = _HEAD.match(line)
    before = head.end() if head else 0
    return before if line[:before].strip() else before + 2


def _broken(line: str, width: int, hang: int, least: int = 0) -> Iterator[list[_Piece]]:
    hang = min(hang, width // 2)
    made: list[_Piece] = []
    used = end = 0
    for word, is_command in _words(line, width - least):
        start, blanks = word.start(), word.start() - end
        whole = [[("", start, word.end())]] if is_command and not least else None
        rooms = width - hang, width - least
        for part in whole or _parts(line, start, word.end(), *rooms, is_kept=bool(least)):
            size = sum(len(mark) + _cells_of(line[at:to]) for mark, at, to in part)
            if made and used + blanks + size > width:
                yield made
                made, used, blanks = [], 0, hang
            blanks = blanks if made else max(min(blanks, width - size), 0)
            made.append((" " * blanks, *part[0][1:]))
            made.extend(part[1:])
            used += blanks + size
            blanks = 0
        end = word.end()
    yield made


def _words(line: str, room: int) -> Iterator[tuple[re.Match[str], bool]]:
    """What stays together, words and commands that fit ``room``; and whether it is of a command."""
    at = 0
    for command in _COMMAND.finditer(line):
        yield from zip(_WORD.finditer(line, at, command.start()), repeat(False))
        fits = _cells_of(command[0]) <= room
        words = [command] if fits else _WORD.finditer(line, *command.span())
        yield from zip(words, repeat(True))
        at = command.end()
    yield from zip(_WORD.finditer(line, at), repeat(False))


def _parts(
    line: str, start: int, end: int, room: int, width: int, *, is_kept: bool
) -> Iterator[list[_Piece]]:
    """A word that fits ``width``, as it is: it is copied whole. Else in pieces.

    A script without blanks goes on in the next line, as its writers have it; else a word is broken
    at its seams. What is still too long is shortened to ``room``; if it ``is_kept``, and no longer
    than a screen, it goes on in the next line.
    """
    word = line[start:end]
    if end - start <= width and _cells_of(word) <= width:
        yield [("", start, end)]
        return
    wide = _cells_of(word) > len(word)
    cuts = _cells(word, room) if wide else [one.end() for one in _SEAM.finditer(word)]
    for first, last in pairwise([0, *cuts, len(word)]):
        if wide or last - first <= width:
            yield [("", start + first, start + last)]
        elif is_kept and last - first <= _LONGEST_KEPT:
            yield from ([("", at, to)] for at, to in _chunks(start + first, start + last, room))
        else:
            head = word.startswith("arn:") and len("arn:")
            yield _shortened(start + first, start + last, room, head)


def _chunks(start: int, end: int, room: int) -> Iterator[tuple[int, int]]:
    return pairwise([*range(start, end, room), end])


def _cells(word: str, room: int) -> list[int]:
    """Where a word of wide characters is cut into pieces of ``room`` cells."""
    cuts, used = [], 0
    for at, character in enumerate(word):
        size = get_character_cell_size(character)
        if used + size > room:
            cuts.append(at)
            used = 0
        used += size
    return cuts


def _shortened(start: int, end: int, room: int, head: int = 0) -> list[_Piece]:
    """A word of narrow characters within ``room`` cells: its middle left out, its end kept.

    ``head``: how much of its beginning stays, where that is all alike, as in ARNs.
    """
    tail = max(room - 1 - head if head else (room - 1) // 3, 1)
    return [("", start, start + room - 1 - tail), ("…", end - tail, end)]
