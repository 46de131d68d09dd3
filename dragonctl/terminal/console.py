"""The two consoles: answers to stdout, everything else to stderr. Nothing is markup."""

from __future__ import annotations

import os
from functools import lru_cache

from rich.console import Console
from rich.text import Text

from dragonctl.terminal.neutral import neutral

_PIPE_WIDTH = 200


@lru_cache(maxsize=2)
def out() -> Console:
    """For answers. A pipe gets plain text, as wide as its lines are."""
    return _console(stderr=False)


@lru_cache(maxsize=2)
def err() -> Console:
    """For progress, warnings and errors."""
    return _console(stderr=True)


def animates() -> bool:
    """Whether what goes on may be drawn over itself: at a terminal, unless ``NO_COLOR`` is set."""
    return err().is_terminal and not err().no_color


def headline(title: str, label: str) -> Text:
    """What an answer is about; ``label`` is ``local`` where no real AWS was asked, else ""."""
    return Text.assemble((neutral(title), "bold"), labelled(label))


def labelled(label: str) -> Text:
    """The label as the end of a line; nothing where there is none."""
    return Text(f"  {label}" if label else "", style="yellow")


def _console(*, stderr: bool) -> Console:
    console = Console(
        stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )  # fmt: skip
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPE_WIDTH
    return console
