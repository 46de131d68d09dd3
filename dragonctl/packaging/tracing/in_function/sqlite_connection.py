"""sqlite3's connections, whose ``execute`` makes a cursor of its own, which nobody sees."""

from __future__ import annotations

from typing import Any

from wrapt import ObjectProxy


class Connection(ObjectProxy):  # type: ignore[type-arg]
    """A connection that OpenTelemetry has wrapped; its short cuts go through its cursors.

    ``sqlite3.Connection.execute`` and its kin are defined as just that (Python documentation).
    """

    def execute(self, *arguments: Any) -> Any:
        """Execute one statement; the cursor."""
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        """Execute one statement for many parameters; the cursor."""
        return self.cursor().executemany(*arguments)

    def executescript(self, *arguments: Any) -> Any:
        """Execute several statements; the cursor."""
        return self.cursor().executescript(*arguments)

    def backup(self, target: Any, **options: Any) -> None:
        """Copy the database into ``target``, which sqlite3 takes as its own class alone."""
        while hasattr(target, "__wrapped__"):  # this proxy, and OpenTelemetry's of another class
            target = target.__wrapped__
        self.__wrapped__.backup(target, **options)
