"""Ways to break a journal: its members, its lines, its bytes."""

from __future__ import annotations

import json

from hypothesis import strategies as st

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x1b[2J", "../..", "(masked, sha256 000000000000)", "reverse", "x" * 9_000]
    ),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(), max_size=3),
)
LINES = [
    b"[" * 5_000,
    b'{"a":' * 3_000,
    b"\x00" * 64,
    b"\xff\xfe",
    b"{}",
    b'{"event": "step", "step": ["a"]}',
    b'{"event": "later", "what": 1}',
    b"x" * 100_000,
]


class Content(bytes):
    """A journal's bytes, which a failing test need not print."""

    def __repr__(self):
        return f"<{len(self)} bytes>"


@st.composite
def broken(draw, content):
    """The same journal (:class:`Content`), broken in one to four ways."""
    lines = content.split(b"\n")
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["member", "member", "member", "line", "order", "bytes"])):
            case "member":
                lines[place] = _member(draw, lines[place])
            case "line":
                lines.insert(place, draw(st.sampled_from(LINES)))
            case "order":
                other = draw(st.integers(0, len(lines) - 1))
                lines.insert(other, lines.pop(place) if draw(st.booleans()) else lines[place])
            case "bytes":
                cut = draw(st.integers(0, len(lines[place])))
                lines[place] = lines[place][:cut] + draw(st.binary(max_size=5))
    return b"\n".join(lines)


def _member(draw, line):
    """One member, at any depth, gone or something else."""
    try:
        whole = json.loads(line)
    except (ValueError, RecursionError):
        return line
    inside = whole
    while isinstance(inside, dict | list) and inside:
        places = sorted(inside) if isinstance(inside, dict) else range(len(inside))
        key = draw(st.sampled_from(places))
        if not isinstance(inside[key], dict | list) or not inside[key] or draw(st.booleans()):
            if draw(st.integers(0, 4)):
                inside[key] = draw(JUNK)
            else:
                del inside[key]
            break
        inside = inside[key]
    return json.dumps(whole).encode()
