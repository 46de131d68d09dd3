"""Questions to the person at the terminal: on stderr, above nothing that is being drawn."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dragonctl.terminal.console import err, tell
from dragonctl.terminal.drawing import aside
from dragonctl.terminal.fitting import fitted_text
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.streams import settle

_ANSWER = 2
"""Cells of what is typed behind a question: a blank and a letter."""


def agreed(question: str) -> bool:
    """Whether the person says yes; the question is broken between words, as all lines are."""
    asked = f"{neutral(question)} [y/N]:"
    room = err().room
    *lines, last = fitted_text(asked, max(room - _ANSWER, 1), 2) if room else [asked]
    with aside():
        tell(*lines)
        settle()
        return click.confirm(last, err=True, show_default=False, prompt_suffix=" ")


def chosen(doubt: str, prompt: str, choices: Sequence[str]) -> str:
    """Which of some the person means; ``doubt`` says why it is asked."""
    with aside():
        tell(neutral(doubt))
        settle()
        answer: str = click.prompt(prompt, type=click.Choice(choices), err=True, show_choices=False)
        return answer
