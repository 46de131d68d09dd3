"""What AWS sent, made harmless: it is printed, and does nothing else.

Escape sequences, control characters, NULs, marks that turn the direction of writing, and lone
surrogates (which no terminal's encoding can carry) become visible signs of the same length.
"""

from __future__ import annotations

_INVISIBLE = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero-width space
    (0x200E, 0x200F),  # left-to-right and right-to-left marks
    (0x2028, 0x202E),  # line and paragraph separators, embeddings and overrides
    (0x2060, 0x206F),  # word joiner, isolates, deprecated formats
    (0xD800, 0xDFFF),  # surrogates
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0xE0000, 0xE007F),  # tags
)
_PICTURES = 0x2400  # U+2400 to U+241F picture the control characters U+0000 to U+001F
_SIGNS: dict[int, str] = {
    **{code: chr(_PICTURES + code) for code in range(0x20)},
    0x09: " ",
    0x7F: "␡",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **{code: "\ufffd" for first, last in _INVISIBLE for code in range(first, last + 1)},
}


def neutral(text: object, limit: int = 0) -> str:
    """One line that changes nothing but its own cell; at most ``limit`` characters if given."""
    whole = str(text)
    if whole.isascii() and whole.isprintable() and not limit:
        return whole  # nearly every line; the table is for the others
    if limit and len(whole) > limit:
        whole = f"{whole[: limit - 1]}…"
    return whole.translate(_SIGNS)


def neutral_lines(text: str) -> list[str]:
    """The lines of a text, each made harmless; a carriage return before a line's end is dropped."""
    if "\n" not in text:
        return [neutral(text.removesuffix("\r"))]
    return [neutral(line.removesuffix("\r")) for line in text.rstrip("\n").split("\n")]


def middle(text: object, width: int, end: int | None = None) -> str:
    """A harmless text of at most ``width`` cells, its middle left out where it is too long.

    ``end``: how many cells of its end stay at most; a third where there is room for it.
    """
    from rich.cells import cell_len, set_cell_size

    whole = neutral(str(text)[: 8 * max(width, 1) + 4096])
    if cell_len(whole) <= width:
        return whole
    if width < 3:  # noqa: PLR2004 (no room for a mark)
        return set_cell_size(whole, width)
    if end is None:
        end = width // 3 if width > 9 else 0  # noqa: PLR2004
    tail = whole[-end:] if end else ""
    while cell_len(tail) > end:
        tail = tail[1:]
    return set_cell_size(whole, width - 1 - cell_len(tail)).rstrip() + "…" + tail
