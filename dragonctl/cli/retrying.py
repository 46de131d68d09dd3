"""After a run over several APIs: the command that retries those that failed, and no others."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

import click

from dragonctl.application.nouns import App
from dragonctl.cli.globals import LINE
from dragonctl.errors import DragonError


def retry(app: App | None, errors: Sequence[DragonError]) -> str:
    """The same command for the APIs that these errors are about; empty where that is all or none.

    What all APIs share is tried again with any of them.
    """
    failed = app.failed(error.resource for error in errors) if app else ()
    if not failed:
        return ""
    line = click.get_current_context().find_root().meta.get(LINE, ())
    chosen = [word for api in failed for word in ("--api", api)]
    return shlex.join(["dragonctl", *_without_apis(line), *chosen])


def _without_apis(line: Sequence[str]) -> Iterator[str]:
    words = iter(line)
    for word in words:
        if word == "--api":
            next(words, None)
        elif word != "--all" and not word.startswith("--api="):
            yield word
