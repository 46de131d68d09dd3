"""Things that AWS shows many at a time when it is given their names: one call instead of many.

Whoever asks while a call is under way waits for the next one, which asks for all of them. So as
many calls are made as AWS is quick to answer, and nobody waits for others to ask.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from dragonctl.engine.symptoms import Meaning, diagnose, is_fatal
from dragonctl.errors import AwsError

_AT_ONCE = 8

Answer = dict[str, Any] | None
"""What AWS shows of a thing; None: it shows no such thing."""


@dataclass(frozen=True)
class Listing:
    """A call that shows things by their names.

    ``items`` is where its answer holds them, ``name`` the field of an item that names it. The
    parameter ``many`` takes up to ``most`` names, ``single`` takes one (or what names begin with).
    """

    service: str
    operation: str
    items: str
    name: str
    many: str
    single: str
    most: int

    def asked(self, names: Sequence[str]) -> dict[str, Any]:
        """The parameters that ask for these names: a single one as everybody asks for it."""
        return {self.single: names[0]} if len(names) == 1 else {self.many: list(names)}

    def found(self, items: Sequence[Mapping[str, Any]], name: str) -> Answer:
        """What the items show of a name."""
        return next((dict(item) for item in items if item[self.name] == name), None)


Ask = Callable[[Listing, Sequence[str]], Sequence[Mapping[str, Any]]]
"""Ask AWS for things by their names: the items of its answer."""


class Listings:
    """The questions of a run that can be asked together. Shared between threads."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._waiting: dict[Listing, dict[str, Future[Answer]]] = {}
        self._under_way: set[Listing] = set()

    def begin(self, listing: Listing, names: Sequence[str]) -> list[Future[Answer]]:
        """The answers about these names, which come when they come."""
        with self._lock:
            waiting = self._waiting.setdefault(listing, {})
            answers = [waiting.setdefault(name, Future()) for name in names]
            is_idle = bool(names) and listing not in self._under_way
            if is_idle:
                self._under_way.add(listing)
        if is_idle:
            # A context of its own: whose question begins the call says nothing of the others.
            threading.Thread(target=self._serve, args=(listing,), daemon=True).start()
        return answers

    def _serve(self, listing: Listing) -> None:
        """Ask until nobody waits."""
        while batch := self._next(listing):
            self._settle(listing, batch)

    def _settle(self, listing: Listing, batch: Mapping[str, Future[Answer]]) -> None:
        """Give each its answer, or why there is none."""
        try:
            self._answer(listing, batch)
        except AwsError as error:
            for answer in batch.values():
                answer.set_exception(error.copied())  # each is told in the words of its step
        except BaseException as error:  # noqa: BLE001 (told to whoever asked)
            for answer in batch.values():
                answer.set_exception(error)

    def _next(self, listing: Listing) -> dict[str, Future[Answer]]:
        with self._lock:
            waiting = self._waiting[listing]
            names = list(waiting)[: listing.most]
            if not names:
                self._under_way.discard(listing)
            return {name: waiting.pop(name) for name in names}

    def _answer(self, listing: Listing, batch: Mapping[str, Future[Answer]]) -> None:
        try:
            items = self._ask(listing, list(batch))
        except AwsError as error:
            if len(batch) == 1 or is_fatal(error) or diagnose(error).meaning is not Meaning.END:
                raise
            # Not every endpoint takes many names, and rights may end at some of them.
            with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
                for name, answer in batch.items():
                    pool.submit(self._settle, listing, {name: answer})
            return
        for name, answer in batch.items():
            answer.set_result(listing.found(items, name))
