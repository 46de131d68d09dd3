"""Titles by which the things of one plan can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol


class _Named(Protocol):
    """A thing with its names in AWS: a resource, or what a journal tells of one."""

    @property
    def identifier(self) -> str: ...

    @property
    def identity(self) -> dict[str, str]: ...


def told_apart(titled: Iterable[tuple[_Named, str]]) -> dict[str, str]:
    """Identifier -> title; where several have the same, each has its own name behind it."""
    alike: dict[str, list[_Named]] = {}
    for thing, title in titled:
        alike.setdefault(title, []).append(thing)
    return {
        thing.identifier: f"{title} ({name})" if name else title
        for title, things in alike.items()
        for thing, name in zip(things, _own_names(things), strict=True)
    }


def _own_names(things: Sequence[_Named]) -> Iterator[str]:
    """The shortest names that no two of them share; nothing for one alone."""
    if len(things) == 1:
        yield ""
        return
    names = [_last_name(thing) for thing in things]
    are_distinct = len(set(names)) == len(names)
    yield from names if are_distinct else (thing.identifier for thing in things)


def _last_name(thing: _Named) -> str:
    """The innermost name of its identity; of an ARN the last part."""
    name = next(reversed(thing.identity.values()), "")
    return name.rpartition(":")[2] if name.startswith("arn:") else name
