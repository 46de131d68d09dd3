"""Whether the local AWS runs, and how to use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from dragonctl.terminal.console import out
from dragonctl.terminal.neutral import neutral


def show_local(about: Mapping[str, Any], start: str) -> None:
    """Print the document of ``dragonctl local`` for a person; ``start`` is what starts it."""
    if about["running"]:
        _running(about)
    elif about["ended"]:
        out().print(_line("has ended. What it holds is kept for the next start.", "bold green"))
    else:
        out().print(Text(f"The local AWS is not running. Start it with: {neutral(start)}", "bold"))


def set_aside(path: str) -> str:
    """Where what a former local AWS held lies, of which this one does not know (all) the forms."""
    return (
        "What it held before could not be read whole, for example because another version wrote "
        f"it. That is kept in {neutral(path)}"
    )


def _running(about: Mapping[str, Any]) -> None:
    out().print(_line(f"listens on {neutral(about['endpoint'])}", "bold green"))
    where = f"account {about['account']} · {about['region']} · moto {about['moto']}"
    out().print(Text(f"  {neutral(where)} · process {about['pid']}", "dim"))
    if about["allow_origins"]:
        origins = neutral(", ".join(about["allow_origins"]))
        out().print(Text(f"  Web pages of {origins} may call its stages.", "yellow"))
    if about["set_aside"]:
        out().print(Text(f"  {set_aside(about['set_aside'])}", "yellow"))
    out().print(Text("  Use it with --local, or with DRAGONCTL_LOCAL=1 set.", "dim"))


def _line(rest: str, style: str) -> Text:
    return Text.assemble(("The local AWS ", style), (rest, style), ("  local", "yellow"))
