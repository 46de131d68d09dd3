"""Reading AWS once.

Answers are remembered for the run, shared between threads, and forgotten when written.

Which reads a resource made is remembered with it, so that a write to the resource forgets just
those.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from functools import cached_property, partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from dragonctl.aws.client import Aws
from dragonctl.aws.quota import Turn, turn_of_this_read
from dragonctl.engine.events import Emit, Waiting, ignore_event
from dragonctl.engine.listing import Answer, Listing, Listings
from dragonctl.engine.model import Call, Reading, Resource, State
from dragonctl.engine.paging import follow
from dragonctl.engine.retry import Patience
from dragonctl.engine.symptoms import Meaning, diagnose, explained
from dragonctl.errors import AwsError

T = TypeVar("T")

_reader: ContextVar[str] = ContextVar("reader", default="")
"""The identifier of the resource that is reading in this context, if any."""
_optional: ContextVar[bool] = ContextVar("glimpses", default=False)
"""Whether what is read in this context can be done without."""
_OPTIONAL_SECONDS = 3.0
_MOST_THREADS = 64


class Reads:
    """The run's memory of AWS. Implements :class:`dragonctl.engine.model.Reader`.

    ``made`` lists what was asked, repeated questions included: `policy` reads it.
    """

    def __init__(
        self,
        aws: Aws,
        emit: Emit = ignore_event,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.aws = aws
        self.emit, self.clock, self.sleep = emit, clock, sleep
        self.region, self.partition = aws.region, aws.partition
        self.elsewhere: frozenset[str] = frozenset()
        self.made: list[Call] = []
        self.foreseen: list[Call] = []  # writes that a run may come to, and that no step tells
        self._lock = threading.Lock()
        self._answers: dict[str, Future[Any]] = {}
        self._of: dict[str, set[str]] = {}
        self._turns: dict[str, Turn] = {}
        self._readers = ThreadPoolExecutor(max_workers=32)
        self._listings = Listings(self._list)

    @cached_property
    def account(self) -> str:
        """The account that the credentials belong to."""
        return str(self.need("sts", "GetCallerIdentity")["Account"])

    @property
    def user(self) -> str:
        """The ARN of whoever runs this."""
        return str(self.need("sts", "GetCallerIdentity")["Arn"])

    def need(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """One answer that must exist: every error of AWS is raised."""
        answer = self.get(service, operation, **params)
        assert answer is not None  # without `absent`, an error is raised instead
        return answer

    def get(
        self,
        service: str,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **params: Any,
    ) -> dict[str, Any] | None:
        """One answer; None when AWS answers with an error code in ``absent``."""
        self.made.append(Call(service, operation, params, region=region))
        ask = partial(self._ask, service, operation, params, region)
        return _or_none(absent, self._remember((service, operation, region, params), ask))

    def pages(
        self,
        service: str,
        operation: str,
        key: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **params: Any,
    ) -> list[Any] | None:
        """The items under ``key`` of every page; None when AWS answers a code in ``absent``."""
        self.made.append(Call(service, operation, params, region=region))
        gather = partial(self._gather, service, operation, key, params, region)
        return _or_none(absent, self._remember((service, operation, key, region, params), gather))

    def listed(self, listing: Listing, name: str) -> Answer:
        """What AWS shows of a name; None: no such thing. Names are asked for many at a time."""
        params = listing.asked([name])
        self.made.append(Call(listing.service, listing.operation, params))
        (answer,) = self._begin_listed(listing, [name])
        return answer.result()

    def prefetch_listed(self, resources: Iterable[Resource]) -> None:
        """Begin to read those of the resources that AWS shows many at a time, by as few calls."""
        names: dict[Listing, list[str]] = {}
        for resource in resources:
            if resource.listing:
                names.setdefault(resource.listing, []).append(resource.identity["name"])
        for listing, wanted in names.items():
            self._begin_listed(listing, wanted)

    def fetch(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """One answer that is not remembered: logs and traces grow while they are read.

        Implements :class:`dragonctl.engine.model.Fetch`.
        """
        return self._ask(service, operation, params, None)

    def concurrently(self, *reads: Callable[[], Any]) -> list[Any]:
        """The results of several reads made at the same time, in their order."""
        return concurrently(*reads)

    def optional_reads(
        self, *reads: Callable[[], Any], seconds: float = _OPTIONAL_SECONDS
    ) -> list[Any]:
        """The results of reads that can be done without, in their order; None of those too late.

        They are made at the same time, none is tried more than twice, and none that is still
        under way after ``seconds`` holds the run up, nor its end.
        """
        asked: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        answers: list[Future[Any]] = [Future() for _ in reads]
        for one in zip(answers, reads, strict=True):
            asked.put(one)
        for _ in range(min(len(reads), _MOST_THREADS)):
            threading.Thread(target=_read_optionally, args=(asked,), daemon=True).start()
        known, late = wait(answers, seconds)
        for answer in late:
            answer.cancel()
        return [answer.result() if answer in known else None for answer in answers]

    def prefetch(self, *reads: Callable[[], Any]) -> None:
        """Begin reads that will be asked for, while something else is waited for.

        Whoever asks gets the same answer, or the same error.
        """
        for read in reads:
            self._readers.submit(read)

    def of(self, resource: Resource) -> Reading | None:
        """How a resource stands. What it reads on the way is remembered as its own."""
        with self._reading(resource.identifier):
            return resource.read(self)

    def save(
        self, resource: Resource, have: Reading | None, want: State | None
    ) -> Mapping[str, Any]:
        """Let a resource keep what its calls will destroy; its reads are remembered as its own."""
        with self._reading(resource.identifier):
            return resource.save(self, have, want)

    def again(self, resource: Resource) -> Reading | None:
        """How a resource stands now: what was remembered of it is read anew."""
        self.forget(resource)
        return self.of(resource)

    def progress(self, resource: Resource, reading: Reading) -> Reading | None:
        """How the thing of a reading stands now, while AWS is busy with it; read anew."""
        self.forget(resource)
        with self._reading(resource.identifier):
            return resource.progress(self, reading)

    def forget(self, resource: Resource) -> None:
        """Forget what a resource has read: it was written, or somebody else changed it.

        A read that still waits for its quota will show that. It stays: of many things that AWS
        shows by one call, each that is written would otherwise have it called once more.
        """
        with self._lock:
            for key in self._of.pop(resource.identifier, ()):
                if not ((turn := self._turns.get(key)) and turn.waits):
                    self._answers.pop(key, None)

    @contextmanager
    def _reading(self, identifier: str) -> Iterator[None]:
        token = _reader.set(identifier)
        try:
            yield
        finally:
            _reader.reset(token)

    def _remember(self, question: tuple[Any, ...], ask: Callable[[], Any]) -> Future[Any]:
        key = json.dumps(question, sort_keys=True, default=str)
        with self._lock:
            if reader := _reader.get():
                self._of.setdefault(reader, set()).add(key)
            known = self._answers.get(key)
            if known is None:
                mine: Future[Any] = Future()
                self._answers[key] = mine
                turn = self._turns[key] = Turn()
        if known is not None:
            return known
        token = turn_of_this_read.set(turn)
        try:
            mine.set_result(ask())
        except BaseException as error:
            mine.set_exception(error)
            if _optional.get():  # whoever needs it will ask with more patience
                with self._lock:
                    self._answers.pop(key, None)
            if not isinstance(error, Exception):
                raise
        finally:
            turn_of_this_read.reset(token)
        return mine

    def _begin_listed(self, listing: Listing, names: Iterable[str]) -> list[Future[Answer]]:
        """The answers about these names; those that are not remembered are asked for together."""
        keys = {name: f"{listing.service} {listing.operation} {name}" for name in names}
        with self._lock:
            if reader := _reader.get():
                self._of.setdefault(reader, set()).update(keys.values())
            new = [name for name, key in keys.items() if key not in self._answers]
            asked = self._listings.begin(listing, new)
            self._answers |= {keys[name]: answer for name, answer in zip(new, asked, strict=True)}
            return [self._answers[key] for key in keys.values()]

    def _list(self, listing: Listing, names: Sequence[str]) -> list[Any]:
        asked = listing.asked(names)
        return self._gather(listing.service, listing.operation, listing.items, asked, None)

    def _ask(
        self, service: str, operation: str, params: dict[str, Any], region: str | None
    ) -> dict[str, Any]:
        patience = Patience(
            self.clock,
            self.sleep,
            lambda why, seconds: self.emit(Waiting(f"{operation} ({service})", why, seconds)),
        )
        while True:
            try:
                return self.aws.send(service, operation, params, region)
            except AwsError as error:
                symptom = diagnose(error)
                ends = symptom.meaning in (Meaning.END, Meaning.LOOK)
                if ends or (_optional.get() and patience.has_waited):
                    raise explained(error, symptom) from error
                patience.wait(error, symptom)

    def _gather(
        self, service: str, operation: str, key: str, params: dict[str, Any], region: str | None
    ) -> list[Any]:
        tokens = self.aws.paging(service, operation)

        def ask(**asked: Any) -> dict[str, Any]:
            return self._ask(service, operation, asked, region)

        return [item for page in follow(ask, tokens, **params) for item in _inside(page, key)]


def concurrently(*reads: Callable[[], Any]) -> list[Any]:
    """The results of several things done at the same time, in their order.

    Each gets a thread of its own, so that they may wait for each other without a deadlock.
    """
    if len(reads) < 2:  # noqa: PLR2004 (one read needs no thread)
        return [read() for read in reads]
    with ThreadPoolExecutor(max_workers=min(len(reads), _MOST_THREADS)) as pool:
        futures = [pool.submit(copy_context().run, read) for read in reads]
        return [future.result() for future in futures]


def begin(read: Callable[..., T], *arguments: Any) -> Future[T]:
    """Begin a read that is asked for later, and that does not hold up the end of the process."""
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(read(*arguments))
        except Exception as error:  # noqa: BLE001 (told to whoever asks)
            answer.set_exception(error)

    threading.Thread(target=copy_context().run, args=(ask,), daemon=True).start()
    return answer


def _read_optionally(asked: SimpleQueue[tuple[Future[Any], Callable[[], Any]]]) -> None:
    """Read what is asked for, until nothing is left of it."""
    _optional.set(True)
    with suppress(Empty):
        while True:
            answer, read = asked.get_nowait()
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(read())
                except Exception as error:  # noqa: BLE001 (told to whoever asked)
                    answer.set_exception(error)


def _inside(page: dict[str, Any], path: str) -> Iterable[Any]:
    found: Any = page
    for part in path.split("."):
        found = (found or {}).get(part)
    return found or []


def _or_none(absent: tuple[str, ...], answer: Future[T]) -> T | None:
    try:
        return answer.result()
    except AwsError as error:
        if error.code in absent:
            return None
        raise
