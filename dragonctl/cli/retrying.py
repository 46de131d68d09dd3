"""After a run over several APIs: the command that retries those that failed, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from dragonctl.application.nouns import App
from dragonctl.cli.printed import Printed
from dragonctl.errors import DragonError


def retry(app: App | None, errors: Sequence[DragonError]) -> str:
    """The same command for the APIs that these errors are about; empty where that is all or none.

    What all APIs share is tried again with any of them.
    """
    failed = app.failed(error.resource for error in errors) if app else ()
    return Printed.current().again(failed) if failed else ""
