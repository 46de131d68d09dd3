"""Refusals that a table can say: what AWS does not take, and its words for it.

A row is a condition on the parameters (or on a thing that was made of them), a sentence, a code.
The first row that holds refuses. Sentences may name parameters: ``Value {name} is wrong``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.local.messages import AwsError, Request

Record = Mapping[str, Any]
Condition = Callable[[Record], Any]


@dataclass(frozen=True)
class Refusal:
    """One row: ``when`` it holds, the request is refused with ``message``."""

    when: Condition
    message: str
    code: str
    status: int = 400

    def error(self, record: Record) -> AwsError:
        """The refusal of one request, its parameters' values in the sentence."""
        words = self.message.format_map(record) if "{" in self.message else self.message
        return AwsError(self.code, words, self.status)


def check(rows: Iterable[Refusal], record: Record) -> None:
    """Raise the first refusal that holds."""
    for row in rows:
        if row.when(record):
            raise row.error(record)


def register(service: str, table: Mapping[str, Iterable[Refusal]]) -> None:
    """Check each operation of the table by its rows, before anything else is done for it."""
    from dragonctl.local.shims import before

    for operation, rows in table.items():
        before(service, operation)(_checker(tuple(rows)))


def _checker(rows: tuple[Refusal, ...]) -> Callable[[Request], None]:
    def check_rows(request: Request) -> None:
        check(rows, request.parameters)

    return check_rows


def dig(record: Any, path: str) -> Any:
    """The value at a dotted path; None where a part is missing."""
    for part in path.split("."):
        record = record.get(part) if isinstance(record, Mapping) else None
    return record


def empty(path: str) -> Condition:
    """Given, and nothing in it."""
    return lambda record: dig(record, path) in ("", [], {})


def missing(path: str) -> Condition:
    """Not given, or nothing in it."""
    return lambda record: not dig(record, path)


def outside(path: str, least: float, most: float) -> Condition:
    """A number below or above."""
    return lambda record: (value := dig(record, path)) is not None and not least <= value <= most


def longer(path: str, most: int) -> Condition:
    """A text or a list of more than so many."""
    return lambda record: len(dig(record, path) or ()) > most


def shorter(path: str, least: int) -> Condition:
    """A text that is given and has fewer letters."""
    return lambda record: 0 < len(dig(record, path) or ()) < least


def is_none_of(path: str, values: Iterable[str]) -> Condition:
    """A text that is given and is none of these."""
    known = frozenset(values)
    return lambda record: dig(record, path) is not None and dig(record, path) not in known


def both(*paths: str) -> Condition:
    """All of them given."""
    return lambda record: all(dig(record, path) is not None for path in paths)
