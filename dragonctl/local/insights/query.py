"""A query of Logs Insights: its commands, each a function of rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dragonctl.local.insights.expressions import (
    Tokens,
    Value,
    condition,
    malformed,
    number,
    undone,
    value,
)

Row = dict[str, Any]
MOST_ROWS = 10_000
_KNOWN_COMMANDS = {
    *("anomaly", "dedup", "diff", "join", "lookup", "parse", "pattern", "source"),
    *("subqueries", "unmask", "unnest"),
}
_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "avg": lambda values: sum(values) / len(values),
    "sum": sum,
    "min": min,
    "max": max,
}
_SOURCE = re.compile(r"\s*source\s+logGroups\(([^)]*)\)\s*(?:\||$)", re.IGNORECASE)
_PREFIXES = re.compile(r"\s*namePrefix\s*:\s*\[([^\]]*)\]\s*", re.IGNORECASE)
MOST_PREFIXES = 5
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)


@dataclass
class Query:
    """What a text asks for.

    ``steps`` make rows of rows; ``shown`` are the columns, in their order (None: the two that
    Insights shows of itself); ``is_statistics`` whether rows are sums of events; ``matched`` how
    many events the filters left, once the rows are made. ``sources`` are how the names of the
    groups begin that the query itself names; None where whoever asks names them.
    """

    steps: list[Callable[[list[Row]], list[Row]]] = field(default_factory=list)
    shown: list[str] | None = None
    is_statistics: bool = False
    is_sorted: bool = False
    matched: int = 0
    sources: tuple[str, ...] | None = None

    def rows(self, records: Iterable[Row]) -> list[Row]:
        """The rows of the answer, the newest first where nothing else is said."""
        rows = list(records)
        self.matched = len(rows)
        if not (self.is_statistics or self.is_sorted):
            rows.sort(key=lambda row: str(row["@timestamp"]), reverse=True)
        for step in self.steps:
            rows = step(rows)
        return rows


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        AwsError: MalformedQueryException; 501 with the name of what is not done here.

    """
    text = _COMMENT.sub("", text)
    named = _SOURCE.match(text)
    query = Query(sources=_prefixes(named[1]) if named else None)
    tokens = Tokens(text[named.end() :] if named else text)
    while tokens.peek() != ("", "") or not named:
        _command(tokens, query)
        if tokens.peek() == ("", ""):
            break
        tokens.need("|")
    return query


def _prefixes(arguments: str) -> tuple[str, ...]:
    """How names begin, of the arguments of ``SOURCE logGroups``; "" stands for every name."""
    found = _PREFIXES.fullmatch(arguments)
    if arguments.strip() and not found:
        raise undone(f"SOURCE logGroups({arguments.strip()})")
    words = [one.strip(" '\"") for one in found[1].split(",")] if found else [""]
    if len(words) > MOST_PREFIXES:
        raise malformed(f"namePrefix takes at most {MOST_PREFIXES} prefixes")
    return tuple(words)


def _command(tokens: Tokens, query: Query) -> None:
    kind, word = tokens.take()
    name = word.lower()
    if name in _COMMANDS:
        _COMMANDS[name](tokens, query)
    elif name in _KNOWN_COMMANDS:
        raise undone(f"the command {name}")
    else:
        raise malformed(f"unexpected symbol found {word or 'end of the query'} ({kind or 'end'})")


def _fields(tokens: Tokens, query: Query) -> None:
    made = _named_values(tokens)
    query.shown = [*(query.shown or []), *(name for name, _ in made)]
    query.steps.append(lambda rows: [_with(row, made) for row in rows])


def _display(tokens: Tokens, query: Query) -> None:
    query.shown = None
    _fields(tokens, query)


def _with(row: Row, made: list[tuple[str, Value]]) -> Row:
    return {**row, **{name: one(row) for name, one in made}}


def _named_values(tokens: Tokens) -> list[tuple[str, Value]]:
    found = [_named_value(tokens)]
    while tokens.has(","):
        found.append(_named_value(tokens))
    return found


def _named_value(tokens: Tokens) -> tuple[str, Value]:
    kind, word = tokens.peek()
    read = value(tokens)
    if tokens.has("as"):
        return tokens.take()[1].strip("`"), read
    return (word.strip("`") if kind == "field" else word), read


def _filter(tokens: Tokens, query: Query) -> None:
    test, of_events = condition(tokens), not query.is_statistics

    def keep(rows: list[Row]) -> list[Row]:
        kept = [row for row in rows if test(row)]
        if of_events:
            query.matched = len(kept)
        return kept

    query.steps.append(keep)


def _limit(tokens: Tokens, query: Query) -> None:
    kind, word = tokens.take()
    if kind != "number" or not 1 <= float(word) <= MOST_ROWS:
        raise malformed(f"limit must be a number from 1 to {MOST_ROWS}")
    query.steps.append(lambda rows: rows[: int(word)])


def _sort(tokens: Tokens, query: Query) -> None:
    keys = [_sort_key(tokens)]
    while tokens.has(","):
        keys.append(_sort_key(tokens))
    query.is_sorted = True

    def sort(rows: list[Row]) -> list[Row]:
        for read, falls in reversed(keys):
            rows = sorted(rows, key=lambda row: _rank(read(row)), reverse=falls)
        return rows

    query.steps.append(sort)


def _sort_key(tokens: Tokens) -> tuple[Value, bool]:
    read = value(tokens)
    return read, tokens.has("desc") or not tokens.has("asc")


def _rank(cell: Any) -> tuple[int, float, str]:
    """What is not there comes before numbers, and these before texts."""
    if cell is None:
        return (0, 0.0, "")
    reckoned = number(cell)
    return (2, 0.0, str(cell)) if reckoned is None else (1, reckoned, "")


@dataclass(frozen=True)
class _Statistic:
    name: str
    of: Value | None
    column: str

    def over(self, rows: list[Row]) -> Any:
        """Its value over the rows of one group."""
        values = [self.of(row) for row in rows] if self.of else list(range(len(rows)))
        if self.name == "count":
            return sum(one is not None for one in values)
        if self.name == "count_distinct":
            return len({str(one) for one in values if one is not None})
        numbers = [found for one in values if (found := number(one)) is not None]
        return _STATISTICS[self.name](numbers) if numbers else None


def _stats(tokens: Tokens, query: Query) -> None:
    asked = [_statistic(tokens)]
    while tokens.has(","):
        asked.append(_statistic(tokens))
    by = _named_values(tokens) if tokens.has("by") else []
    query.shown = [*(name for name, _ in by), *(one.column for one in asked)]
    query.is_statistics = True
    query.steps.append(lambda rows: _grouped(rows, asked, by))


def _statistic(tokens: Tokens) -> _Statistic:
    kind, word = tokens.take()
    name = word.lower()
    if kind != "field" or name not in (*_STATISTICS, "count", "count_distinct"):
        raise undone(f"the statistic {word}")
    tokens.need("(")
    of = None
    argument = tokens.peek()[1]
    if not tokens.has("*") and argument != ")":
        of = value(tokens)
    tokens.need(")")
    column = tokens.take()[1].strip("`") if tokens.has("as") else f"{name}({argument})"
    return _Statistic(name, of, column)


def _grouped(rows: list[Row], asked: list[_Statistic], by: list[tuple[str, Value]]) -> list[Row]:
    groups: dict[tuple[str, ...], tuple[Row, list[Row]]] = {}
    for row in rows:
        group = {name: read(row) for name, read in by}
        key = tuple(map(str, group.values()))
        groups.setdefault(key, (group, []))[1].append(row)
    return [
        {**group, **{one.column: one.over(members) for one in asked}}
        for group, members in groups.values()
    ]


_COMMANDS: dict[str, Callable[[Tokens, Query], None]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "filterindex": _filter,
    "limit": _limit,
    "sort": _sort,
    "stats": _stats,
}
