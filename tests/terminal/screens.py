"""A console whose output can be read as a person sees it, and hostile text to feed it."""

from __future__ import annotations

import io
import re

from dragonctl.terminal.console import PIPE_WIDTH, Screen

HOSTILE = "\x1b[2J\x1b]0;title\x07<script>alert(1)</script>[bold]&amp;\u202e\x00\r\nnext\x9b"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def screen(columns, *, colour=True):
    return Screen(
        width=columns, file=io.StringIO(), force_terminal=True, markup=False, highlight=False,
        soft_wrap=True, color_system="truecolor" if colour else None, legacy_windows=False,
    )  # fmt: skip


def seen(console):
    """What was printed, without the colours that dragonctl itself gave it."""
    return ESCAPE.sub("", console.file.getvalue())


def pipe():
    """A console that writes into a pipe."""
    return Screen(
        width=PIPE_WIDTH, height=25, file=io.StringIO(), markup=False, highlight=False,
        soft_wrap=True,
    )  # fmt: skip
