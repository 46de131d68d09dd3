"""The words of the one idea: a thing in AWS, how it stands, what is wanted, the calls between.

Nothing here talks to AWS. A :class:`Resource` reads itself through a :class:`Reader` and says,
purely, which :class:`Call` s lead from one state to another; :mod:`dragonctl.engine.run` does
the rest for all of them: planning, writing, reading back, the journal, undo.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Protocol

from dragonctl.engine.fields import Field, Table, row_of
from dragonctl.engine.listing import Listing
from dragonctl.engine.reversal import Reversal, Reverse
from dragonctl.errors import DragonError

Json = Any
"""Plain JSON: None, bool, int, float, str, list, dict."""

State = Mapping[str, Json]
"""Managed field -> value. None: AWS holds nothing there. No such key: nobody speaks of it."""

Tags = Mapping[str, str]
"""The tags of one thing: key -> value."""


@dataclass(frozen=True)
class Reading:
    """How a thing stands: its fields, and what was seen beside them.

    ``state`` holds every managed field, so that the journal can bring it back. ``facts`` (an
    ETag, a status, whether a role is healthy) are never compared and never set.
    """

    state: State
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One write, as data: it is executed, repeated and journalled in one place.

    ``operation`` is AWS's own name (``UpdateStage``). ``repeat`` says what may happen when the
    answer was lost: ``safe`` calls have the same effect twice; ``read-first`` calls would make a
    second thing, so the engine reads again and works the calls out anew. ``region`` overrides
    the run's (Lambda@Edge lives in us-east-1).
    """

    service: str
    operation: str
    params: Mapping[str, Json]
    repeat: Literal["safe", "read-first"] = "safe"
    region: str | None = None


@dataclass(frozen=True)
class Change:
    """One field of one resource that differs: ``before`` as AWS holds it, ``after`` as wanted."""

    resource: str
    field: str
    before: Json
    after: Json


class Reader(Protocol):
    """Reading AWS: each distinct read happens once a run, however many threads ask for it."""

    region: str
    partition: str
    elsewhere: frozenset[str]
    """Other regions of the account of which runs tell: what has no region may serve them too."""

    @property
    def account(self) -> str:
        """The account that the credentials belong to."""

    def get(
        self,
        service: str,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **params: Json,
    ) -> dict[str, Any] | None:
        """One answer; None when AWS answers with an error code in ``absent``."""

    def pages(
        self,
        service: str,
        operation: str,
        key: str,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        **params: Json,
    ) -> list[Any] | None:
        """The items under ``key`` of every page; None when AWS answers a code in ``absent``."""

    def listed(self, listing: Listing, name: str) -> dict[str, Any] | None:
        """What AWS shows of a name; None: no such thing. Names are asked for many at a time."""

    def concurrently(self, *reads: Callable[[], Any]) -> list[Any]:
        """The results of several reads made at the same time, in their order."""


class Fetch(Protocol):
    """One call of AWS and its answer as plain JSON; AWS's refusals are raised as ``AwsError``.

    ``operation`` is AWS's own name (``FilterLogEvents``). Nothing is remembered between calls;
    what is throttled is repeated.
    """

    def __call__(self, service: str, operation: str, **params: Json) -> dict[str, Any]:
        """Make the call."""


Done = Mapping[str, "Reading | None"]
"""How the steps before have ended, or will by AWS's answer: resource identifier -> reading."""


class Resource(ABC):
    """One kind of thing in AWS; an instance, a frozen dataclass, names one such thing.

    The dataclass's fields are its identity: plain strings that the journal keeps, from which
    ``undo`` builds the same instance again.
    """

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Resource]]] = {}
    noun: ClassVar[str] = ""
    """What people call one of this kind, where deployment tools make them; else ""."""
    table: ClassVar[Table] = ()
    """What is known of each of its fields: every field of a state has a row here."""
    is_shown: ClassVar[bool] = True
    """Whether a reading shows what a write has done; where not, the write's answer is believed."""
    shown_within: ClassVar[float] = 8.0
    """Seconds in which AWS shows a write; what it does not show by then is told as not held.
    Where AWS calls a service eventually consistent, the kind has more."""
    calls_at_once: ClassVar[bool] = False
    """Whether its calls need neither each other nor an order: they are made at the same time."""
    answers_requests: ClassVar[bool] = False
    """Whether people's requests go to one of this kind: what deletes it says so beforehand."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """The fields, of states and (at any depth) of the params of calls, that hold a secret: the
    journal keeps a digest of it. ``Variables/`` stands for every field that begins so, and for
    ``Variables``. A function's ``Environment``, and tags that others made, need no mention."""

    listing: ClassVar[Listing | None] = None
    """The call that shows many of this kind by their ``name``, where AWS has one."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "kind" in cls.__dict__:
            Resource.kinds[cls.kind] = cls

    @classmethod
    def row(cls, field: str) -> Field | None:
        """What is known of a field; None: of another version's journal, say."""
        return row_of(cls.table, field)

    @classmethod
    def label(cls, field: str) -> str:
        """What people call a field; its own name where this version knows no such field."""
        row = cls.row(field)
        return row.label(field) if row else field

    @classmethod
    def keep_or_default(cls, field: str, given: Json, now: Json, default: Json) -> Json:
        """What a field of this kind should hold: what was given; else what does something now."""
        row = cls.row(field)
        if row is None:
            raise KeyError(field)
        return row.keep_or_default(given, now, default)

    @property
    def identity(self) -> dict[str, str]:
        """The fields that name this thing, as the journal keeps them."""
        return {part.name: getattr(self, part.name) for part in fields(self)}  # type: ignore[arg-type]

    @property
    def identifier(self) -> str:
        """A stable name for people and programs: ``<kind>/<identity>/<…>``."""
        return "/".join([self.kind, *self.identity.values()])

    @abstractmethod
    def read(self, aws: Reader) -> Reading | None:
        """How it stands now; None when it does not exist. Only reads."""

    @abstractmethod
    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """The fewest writes that lead from ``have`` to ``want``. Pure: no AWS, no clock.

        Only fields that ``want`` declares may be touched. ``want`` None deletes; ``have`` None
        creates.
        """

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """Whether ``have`` is as good as ``want``: AWS shows some defaults as nothing at all."""
        return bool(have == want)

    def differs(self, field: str, have: State, want: State) -> bool:
        """Whether a wanted field must change, where that depends on what else the thing holds."""
        return not self.holds(field, have.get(field), want[field])

    def differing(self, have: Reading | None, want: State) -> dict[str, Json]:
        """The wanted fields that must change: what the calls are to set."""
        state = have.state if have else {}
        return {field: value for field, value in want.items() if self.differs(field, state, want)}

    def expected(self, have: Reading | None, want: State | None) -> State | None:
        """The whole state that the calls will leave, AWS's own additions included.

        The journal keeps it before the first call, so that a run cut short can be undone.
        """
        if want is None:
            return None
        return {**(have.state if have else {}), **want}

    def save(self, aws: Reader, have: Reading | None, want: State | None) -> Mapping[str, Any]:
        """Keep on this machine what the calls will destroy and the journal cannot hold.

        Called before the journal's line is written; an error ends the step before its first call.
        Answers with facts that were seen on the way and that the calls must know.
        """
        return {}

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """The new reading where the call's own answer holds it: steps that need it go by that.

        None: they go by :meth:`expected`, and wait where they ask for a fact. Either way the step
        is believed only when it is read back.
        """
        return None

    def settled(self, reading: Reading) -> str | None:
        """None when AWS has finished; else what it is still doing, in words for a person."""
        return None

    def progress(self, aws: Reader, reading: Reading) -> Reading | None:
        """How the thing of this reading stands by now, while AWS is still busy with it."""
        return self.read(aws)

    def failure(self, reading: Reading) -> str | None:
        """Why AWS has given up making it, in AWS's words; None as long as it has not."""
        return None

    def expected_seconds(self, reading: Reading) -> float | None:
        """How many seconds AWS usually needs for what :meth:`settled` names; None: not known."""
        return None

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """By what it is known which tool manages the thing: its tags, then those of its owner."""
        return ()

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """Why an undo must not lead this thing to ``want`` (somebody else relies on it), or None.

        ``done`` tells how the run leaves, or will leave, the things whose steps come before.
        """
        return None

    def birth(self, reading: Reading) -> str:
        """What AWS gave this very thing when it was made, and gives no other of its name.

        "" where AWS gives nothing such.
        """
        return ""

    def outlasting(self, fields: Collection[str], now: State) -> Iterable[str]:
        """The fields that hold of their own what these held, so that it stays where these go."""
        return ()

    def data_lost_on_delete(self, aws: Reader, have: Reading) -> str | None:
        """What a deletion would destroy for good, so that an undo must not delete it; or None."""
        return None

    def inseparable(self, field: str) -> tuple[str, ...]:
        """The fields with which this one goes back: where one of them stays, undo leaves it too."""
        row = self.row(field)
        return row.bound if row else ()

    def needed_since(self, was: State, then: State) -> Mapping[str, str]:
        """The fields that must stay for what was set since -> what that is, in words.

        ``was`` is the state before a run, ``then`` the one that its undo would leave.
        """
        return {}

    def relies_on(self, field: str, have: Reading) -> tuple[str, ...]:
        """The identifiers of what this field needs, as it stands: undo leaves them for its sake."""
        return ()


Want = State | None | Callable[["Reading | None", Done], State | None]
"""What a step wants: a state, None for "gone", or a pure function of how the thing stands and of
how the steps before it ended."""


@dataclass(frozen=True)
class Step:
    """One console step, in a person's words.

    ``after`` names the identifiers of resources whose steps come first: their writes must have
    been answered. A step that ``waits_for_read_back`` begins only when those, and all before them,
    have been read back: where it would do harm if one of them had had no effect. ``undo``
    is ``Reverse()``, or ``Keep(reason)`` for what cannot or must not be taken back. A
    ``checks_dependents`` step asks its resource first whether somebody else relies on it. One that
    ``waits_if_unchanged`` waits for what AWS is still doing to its thing, even where nothing is
    left to change. One that ``rereads`` looks at its thing again when its turn comes, because the
    steps before it take long and others may change it meanwhile.
    ``needed`` says, from how the steps before ended, what still needs the thing of a step that
    checks dependents.
    ``instead`` says what is wanted where AWS refuses with this error, and why: what only AWS knows
    of a limit need not stop the rest.
    ``warn`` gives what a person must know before the step changes the thing as it stands.
    ``serves`` names the identifiers of the things for whose sake the step is, which it may leave as
    they are: an undo takes from these alone what the step gave them.
    ``births`` are those of the thing that is meant, as far as they are known: one that was made
    anew since, under the same name, is another.
    """

    title: str
    resource: Resource
    want: Want
    after: tuple[str, ...] = ()
    undo: Reversal = field(default_factory=Reverse)
    checks_dependents: bool = False
    waits_if_unchanged: bool = False
    rereads: bool = False
    waits_for_read_back: bool = False
    needed: Callable[[Done], str | None] = lambda _: None
    instead: Callable[[DragonError], tuple[Want, str] | None] = lambda _: None
    warn: Callable[[Reading | None], Iterable[str]] = lambda _: ()
    serves: tuple[str, ...] = ()
    births: frozenset[str] = frozenset()

    def wanted(self, have: Reading | None, done: Mapping[str, Reading | None]) -> State | None:
        """What this step wants of the thing as it stands."""
        return self.want(have, done) if callable(self.want) else self.want

    def obstacle(self, aws: Reader, have: Reading, done: Done) -> str | None:
        """Why a step that checks dependents leaves its thing as it is, or None."""
        if self.births and self.resource.birth(have) not in {"", *self.births}:
            return "it was made anew since, and is another thing"
        want = self.wanted(have, done)
        found = self.needed(done)
        if want is None:  # what holds data stays whoever uses it, and that is quickly asked
            found = found or self.resource.data_lost_on_delete(aws, have)
        own = dict.fromkeys(self.serves, Reading({}))
        return found or self.resource.obstacle(aws, have, want, {**own, **done})


def differences(resource: Resource, have: Reading | None, want: State | None) -> Iterator[Change]:
    """The declared fields in which AWS differs from what is wanted; empty means converged."""
    name, state = resource.identifier, have.state if have else {}
    if want is None:
        yield from (Change(name, key, value, None) for key, value in state.items())
        return
    for key, value in resource.differing(have, want).items():
        yield Change(name, key, state.get(key), value)
