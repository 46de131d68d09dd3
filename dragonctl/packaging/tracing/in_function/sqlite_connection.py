"""sqlite3's connections, whose ``execute`` makes a cursor of its own, which nobody sees."""

from __future__ import annotations

import sqlite3
from typing import Any

from wrapt import ObjectProxy


class Connection(ObjectProxy):  # type: ignore[type-arg]
    """A connection that OpenTelemetry has wrapped; its short cuts go through its cursors.

    ``sqlite3.Connection.execute`` and its kin are defined as just that (Python documentation).
    """

    def execute(self, *arguments: Any) -> Any:
        """Execute one statement; the cursor."""
        return self._through_a_cursor("execute", arguments)

    def executemany(self, *arguments: Any) -> Any:
        """Execute one statement for many parameters; the cursor."""
        return self._through_a_cursor("executemany", arguments)

    def executescript(self, *arguments: Any) -> Any:
        """Execute several statements; the cursor."""
        return self._through_a_cursor("executescript", arguments)

    def __enter__(self) -> Any:
        """Give the connection that is seen to ``with``, too."""
        self.__wrapped__.__enter__()
        return self

    def _through_a_cursor(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """As sqlite3 does; but a class of the function's own may do it in its own way."""
        own = getattr(type(_unwrapped(self)), name)
        if own is not getattr(sqlite3.Connection, name):
            return getattr(self.__wrapped__, name)(*arguments)
        return getattr(self.cursor(), name)(*arguments)

    def backup(self, target: Any, **options: Any) -> None:
        """Copy the database into ``target``, which sqlite3 takes as its own class alone."""
        self.__wrapped__.backup(_unwrapped(target), **options)


def _unwrapped(connection: Any) -> Any:
    """sqlite3's own object, below this proxy and OpenTelemetry's."""
    while hasattr(connection, "__wrapped__"):
        connection = connection.__wrapped__
    return connection
