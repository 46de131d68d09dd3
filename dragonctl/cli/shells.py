"""How bash, zsh and fish ask what can be typed next, where click's own way of it falls short.

click hands a value to every shell as it is, and forgets an option that is joined to it by ``=``:
bash made two words of ``GET /dragons``, zsh wrote ``prod`` over ``--stage=pr``, and fish cut values
and help texts at their first comma.
"""

from __future__ import annotations

import os
import re
import shlex

from click import shell_completion as click
from click.shell_completion import CompletionItem, get_completion_class

__all__ = ["get_completion_class"]
VARIABLE = "_DRAGONCTL_COMPLETE"
"""It is set, to the shell and what it wants, where a shell asks."""
_JOINED = re.compile(r"--[\w-]+=")


@click.add_completion_class
class Bash(click.BashComplete):
    """Bash takes ``=`` for a word of its own, and what is offered as it would be typed."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that one."""
        words, incomplete = super().get_completion_args()
        return [word for word in words if word != "="], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """A value quoted where it must be."""
        if item.type == "plain":
            item = CompletionItem(shlex.quote(item.value))
        return super().format_completion(item)


@click.add_completion_class
class Zsh(click.ZshComplete):
    """Zsh replaces the whole word, and quotes it by itself."""

    def format_completion(self, item: CompletionItem) -> str:
        """A value behind the option to which it is joined."""
        return super().format_completion(_joined(item, self.get_completion_args()[1]))


@click.add_completion_class
class Fish(click.FishComplete):
    """As zsh; its script splits a line at the comma that is the type's end, and at no other."""

    source_template = click.FishComplete.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    )

    def format_completion(self, item: CompletionItem) -> str:
        """A value behind the option to which it is joined."""
        return super().format_completion(_joined(item, os.environ["COMP_CWORD"]))


def _joined(item: CompletionItem, typed: str) -> CompletionItem:
    option = _JOINED.match(typed)
    if item.type != "plain" or option is None:
        return item
    return CompletionItem(f"{option[0]}{item.value}", help=item.help)
