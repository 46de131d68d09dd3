"""The demo on the screen: a heading, a sentence, the command that a person would type."""

from __future__ import annotations

from rich.text import Text

from dragonctl.terminal.console import out

_WIDEST_RULE = 78


def heading(number: int, title: str, why: str) -> None:
    """A numbered heading and what the act is about."""
    out().print()
    text = Text.assemble((f"{number} ", "bold cyan"), (title, "bold cyan"), " ")
    rule = max(0, min(out().drawing_width, _WIDEST_RULE) - len(text.plain))
    out().print(text.append("─" * rule, "cyan"))
    out().print(Text(why, "dim"))


def typed(words: str) -> None:
    """The command line, as at a prompt."""
    out().print()
    out().print(Text.assemble(("$ ", "bold green"), (words, "bold")))


def closing(title: str, rows: list[tuple[str, str]]) -> None:
    """What to do next: command lines, each with what it does."""
    out().print()
    out().print(Text(title, "bold"))
    width = max(len(words) for words, _ in rows)
    for words, meaning in rows:
        out().print(Text.assemble(f"  {words:<{width}}  ", (meaning, "dim")))
