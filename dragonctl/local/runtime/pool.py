"""The containers of every function: kept warm, more of them under load, idle ones ended."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

IDLE_SECONDS = 300.0
# AWS starts up to a thousand; here further events wait for a container to be free.
CONTAINERS_PER_FUNCTION = 10


class Warm(Protocol):
    """What the pool lends."""

    @property
    def alive(self) -> bool:
        """Whether it can serve another event."""

    @property
    def used_at(self) -> float:
        """When it last answered, by the monotonic clock."""

    def close(self) -> None:
        """End it."""


Lent = TypeVar("Lent", bound=Warm)


@dataclass(frozen=True)
class Key:
    """Which containers may serve an event: one function ARN, with one code and configuration."""

    function: str
    revision: str


@dataclass
class _Shelf(Generic[Lent]):
    idle: list[Lent] = field(default_factory=list)
    busy: int = 0


class Pool(Generic[Lent]):
    """Lends containers. All methods may be called from any thread."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._shelves: dict[Key, _Shelf[Lent]] = defaultdict(_Shelf)
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._reaper: threading.Thread | None = None

    def take(self, key: Key, wait: float) -> Lent | None:
        """An idle container; None when a new one is to be started. Waits for one under load.

        Raises:
            TimeoutError: every container stayed busy for ``wait`` seconds.

        """
        with self._changed:
            self._end_outdated(key)
            shelf = self._shelves[key]
            free = self._changed.wait_for(
                lambda: bool(shelf.idle) or shelf.busy < CONTAINERS_PER_FUNCTION, wait
            )
            if not free:
                raise TimeoutError
            shelf.busy += 1
            while shelf.idle:
                container = shelf.idle.pop()
                if container.alive:
                    return container
                container.close()
        return None

    def give_back(self, key: Key, container: Lent | None) -> None:
        """Lay a container back; None or an ended one only frees its place."""
        keep = container is not None and container.alive and not self._stopped.is_set()
        with self._changed:
            shelf = self._shelves[key]
            shelf.busy -= 1
            if keep and container is not None:
                shelf.idle.append(container)
            self._changed.notify_all()
        if container is not None and not keep:
            container.close()
        self._start_reaper()

    def end_all(self) -> None:
        """End every idle container; busy ones end as they come back."""
        self._end_where(lambda _key, _container: True)

    def stop(self) -> None:
        """End every container and the reaper."""
        self._stopped.set()
        self.end_all()

    def _end_outdated(self, key: Key) -> None:
        """A new code or configuration never meets a container of the old one (as on AWS)."""
        self._end_where(lambda other, _container: other.function == key.function and other != key)

    def _end_where(self, chosen: Callable[[Key, Lent], bool]) -> None:
        ended: list[Lent] = []
        with self._changed:
            for key, shelf in list(self._shelves.items()):
                out = [container for container in shelf.idle if chosen(key, container)]
                shelf.idle = [container for container in shelf.idle if container not in out]
                ended += out
                if not shelf.idle and not shelf.busy and out:
                    del self._shelves[key]
        for container in ended:
            container.close()

    def _start_reaper(self) -> None:
        with self._changed:
            if self._reaper is None:
                self._reaper = threading.Thread(target=self._reap, daemon=True)
                self._reaper.start()

    def _reap(self) -> None:
        while not self._stopped.wait(self._idle_seconds / 4):
            oldest = time.monotonic() - self._idle_seconds
            self._end_where(lambda _key, container, than=oldest: container.used_at < than)  # type: ignore[misc]
