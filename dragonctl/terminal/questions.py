"""Questions to the person at the terminal: on stderr, above nothing that is being drawn."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dragonctl.terminal.console import tell
from dragonctl.terminal.drawing import aside
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.streams import settle


def agreed(question: str) -> bool:
    """Whether the person says yes."""
    with aside():
        settle()
        return bool(click.confirm(question, err=True))


def chosen(doubt: str, prompt: str, choices: Sequence[str]) -> str:
    """Which of some the person means; ``doubt`` says why it is asked."""
    with aside():
        tell(neutral(doubt))
        settle()
        answer: str = click.prompt(prompt, type=click.Choice(choices), err=True, show_choices=False)
        return answer
