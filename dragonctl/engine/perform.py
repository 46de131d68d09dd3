"""One step, carried out: journal, write, look again where that is needed, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dragonctl.engine.events import Emit, Started, Waiting
from dragonctl.engine.journal import Journal
from dragonctl.engine.model import Call, Change, Done, Reading, State, Step, differences
from dragonctl.engine.plan import failed
from dragonctl.engine.reads import Reads, concurrently
from dragonctl.engine.retry import LookAgain, Patience, persist
from dragonctl.engine.symptoms import MOVED, may_be_done
from dragonctl.engine.whose import made, origin_of
from dragonctl.errors import ODD, AwsError, DragonError

SETTLE_SECONDS = 900.0
_NAMED = 3
"""How many fields a wait names."""
_LOOK_EVERY = (0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
# What AWS says it is busy with is not done at once: a look before that is a call for nothing.
_SETTLES_EVERY = (0.3, 0.3, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Tools:
    """What a step works with. ``wait`` False leaves slow things to end by themselves."""

    reads: Reads
    journal: Journal
    emit: Emit
    wait: bool = True


@dataclass(frozen=True)
class EndedStep:
    """How a step ended: also with an error after it had changed something."""

    reading: Reading | None
    changes: tuple[Change, ...]
    error: DragonError | None = None


@dataclass(frozen=True)
class AnsweredStep:
    """A step whose writes AWS has answered, and which is not believed yet.

    ``promised`` is how the thing stands if the answer is true, for the steps that need it. They
    wait for :meth:`read_back` unless ``releases``: where the answer says that AWS is still busy,
    or shows other values than those that were written.
    """

    promised: Reading | None
    releases: bool
    read_back: Callable[[], EndedStep]
    """Look whether AWS holds what it accepted, and write the step's end down."""


def perform(tools: Tools, step: Step, have: Reading | None, done: Done) -> EndedStep | AnsweredStep:
    """Close the difference between ``have`` and what the step wants, as far as AWS answers."""
    if step.rereads:
        have = tools.reads.again(step.resource)
    want = step.wanted(have, done)
    tools.emit(Started(step))
    attempt = _Attempt(tools, step, done)
    if any(differences(step.resource, have, want)):
        return attempt.write(have, want)
    return EndedStep(attempt.settle(have) if must_wait(tools, step, have) else have, ())


def must_wait(tools: Tools, step: Step, have: Reading | None) -> bool:
    """Whether AWS is still busy with what an earlier, interrupted run has begun."""
    busy = have is not None and step.resource.settled(have)
    return bool(step.waits_if_unchanged and tools.wait and busy)


class UnreadError(Exception):
    """A step asks for a fact that only the read-back of another one tells."""


class _Unread(Mapping[str, Any]):
    """The facts of a thing that was written and not read back: an id, an ARN, a revision."""

    def __init__(self, identifier: str) -> None:
        self._identifier = identifier

    def __getitem__(self, fact: str) -> Any:
        raise UnreadError(f"{fact} of {self._identifier}")

    def __iter__(self) -> Iterator[str]:
        raise UnreadError(f"the facts of {self._identifier}")

    def __len__(self) -> int:
        raise UnreadError(f"the facts of {self._identifier}")


class _Attempt:
    """One step's work. ``origin`` is how the thing stood before this run touched it.

    ``looked`` is the reading that ended the writing, where one did: after an answer was lost.
    """

    origin: Reading | None
    want: State | None
    expected: State | None = None
    answer: Reading | None = None

    def __init__(self, tools: Tools, step: Step, done: Done) -> None:
        self.tools, self.step, self.resource, self.done = tools, step, step.resource, done
        reads = tools.reads
        self.patience = Patience(reads.clock, reads.sleep, self._tell)
        self.in_journal = False
        self.taken: list[Call] = []
        self.looked = False

    def write(self, have: Reading | None, want: State | None) -> AnsweredStep:
        """Write until AWS has answered every call, or a look shows that nothing differs."""
        self.origin, self.want = have, want
        try:
            self.answer = self._converge(have)
        except Exception:
            if (
                self.in_journal and not self._may_be_ours
            ):  # nothing happened, and the journal should not say it did
                self.tools.journal.done(self.step, self.origin, ())
            raise
        if not self.looked:
            self.tools.reads.forget(self.resource)
        answer = self.answer
        is_plain = answer is None or not (self._unheld(answer) or self._unsettled(answer))
        return AnsweredStep(self._promised(), is_plain, self._read_back)

    def _promised(self) -> Reading | None:
        if self.answer is not None or self.expected is None:
            return self.answer
        return Reading(self.expected, _Unread(self.resource.identifier))

    def _read_back(self) -> EndedStep:
        """Believe the writes when AWS shows them.

        Only where readings do not show them (``is_shown``), and where somebody has written
        something else since, the answer is all there is.
        """
        reading = self._shown_first()
        if self.tools.wait:
            settled = self.settle(reading)
            reading = settled if self.resource.is_shown else reading
        if self._unproven(reading):
            reading = self._until(reading, self.resource.shown_within, self._unproven)
            reading = self.settle(reading) if self.tools.wait else reading
        return self._believe(reading)

    def _shown_first(self) -> Reading | None:
        """The first reading after the writes; of what AWS is busy with, once it has settled."""
        answer = self.answer
        if self.looked or not self.resource.is_shown:
            return answer
        if answer is None:
            return self.tools.reads.of(self.resource)
        if self.tools.wait and self._unsettled(answer):
            return self.settle(answer)
        return self.tools.reads.progress(self.resource, answer)

    def settle(self, reading: Reading | None) -> Reading | None:
        """The reading once AWS has finished, or has had its time."""
        return self._until(reading, SETTLE_SECONDS, self._unsettled)

    def _converge(self, have: Reading | None) -> Reading | None:
        """Make the calls, looking again where an error says so; the last answer's reading."""
        while any(differences(self.resource, have, self.want)):
            self.looked = False
            try:
                have = self._saved(have)
                self._tell_journal(have)
                return self._write(have)
            except LookAgain as again:
                self.patience.wait(again.error, again.symptom)
                have = self.tools.reads.again(self.resource)
            except AwsError as refusal:
                have = self._moved(refusal, have)
            self.looked = True
            if not self.patience.uncertain:
                self.origin = origin_of(self.resource, self.origin, have, self.want, self.taken)
            # What is wanted follows from how the thing stood before this run touched it.
            self.want = self.step.wanted(self.origin, self.done)
        if self.looked and self.taken:  # an undo goes by how it stood without our calls alone
            self._tell_journal(have)
        return have

    def _tell_journal(self, have: Reading | None) -> None:
        self.expected = self.resource.expected(have, self.want)
        changing = [one.field for one in differences(self.resource, self.origin, self.want)]
        self.tools.journal.step(self.step, self.origin, self.expected, changing)
        self.in_journal = True

    def _moved(self, refusal: AwsError, have: Reading | None) -> Reading | None:
        """How the thing stands, where others have changed it meanwhile; else AWS's refusal stays.

        Of two runs that do the same, AWS refuses the slower one what is done already.
        """
        if not may_be_done(refusal):
            raise refusal
        try:
            now = self.tools.reads.again(self.resource)
            is_back = now is not None or not self._wants_it_anew()
        except DragonError:
            raise refusal from None
        if not is_back or (now and now.state) == (have and have.state):
            raise refusal
        if self._differing(now):
            self.patience.wait(refusal, MOVED)
        return now

    def _wants_it_anew(self) -> bool:
        """Whether the step would make its thing again, now that somebody has deleted it."""
        return any(differences(self.resource, None, self.step.wanted(None, self.done)))

    def _saved(self, have: Reading | None) -> Reading | None:
        """The same reading, what the calls destroy kept, with what was seen of it meanwhile."""
        save = partial(self.tools.reads.save, self.resource, have, self.want)
        seen = persist(save, self.patience, repeatable=True)
        return replace(have, facts={**have.facts, **seen}) if have and seen else have

    @property
    def _may_be_ours(self) -> bool:
        """Whether what is there now may come from a call of this step."""
        return bool(self.taken) or self.patience.uncertain

    def _write(self, have: Reading | None) -> Reading | None:
        """Make the calls; the reading that the last answer holds, if it holds one.

        A thing that a call leaves busy takes no other: the rest is worked out once it has settled.
        """
        if self.resource.calls_at_once:
            calls = self.resource.calls(have, self.want)
            concurrently(*(partial(self._send, call) for call in calls))
            return None
        answer = None
        for call in self.resource.calls(have, self.want):
            if answer is not None and self._unsettled(answer):
                now = self.settle(answer)
                if self._left(now) < self._left(have):
                    self.looked = True
                    return self._converge(now)
            answer = self._send(call)
        return answer

    def _left(self, have: Reading | None) -> int:
        """How many fields still differ."""
        return len(self._differing(have))

    def _send(self, call: Call) -> Reading | None:
        journal, step = self.tools.journal, self.step
        journal.call(step, call)
        send = partial(
            self.tools.reads.aws.send, call.service, call.operation, call.params, call.region
        )
        try:
            answer = persist(send, self.patience, repeatable=call.repeat == "safe")
        except DragonError as error:
            journal.answered(step, call, error.code)
            raise
        except LookAgain as again:
            journal.answered(step, call, again.error.code)
            raise
        self.taken.append(call)
        journal.answered(step, call, "ok")
        return self._told_by(call, answer)

    def _told_by(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """The reading that an answer holds; one of odd shape holds none, and is read back."""
        try:
            return self.resource.answered(call, answer)
        except AwsError as error:
            if error.code != ODD:
                raise
            return None

    def _believe(self, reading: Reading | None) -> EndedStep:
        """The step's end, written down; with an error where AWS does not hold what it accepted.

        What is missing may come yet: without an end in the journal, ``undo`` looks for it.
        """
        missing = self._missing(reading)
        held = reading if missing or not self._unheld(reading) else self.answer
        changes = made(self.resource, self.origin, held, self.want)
        if missing and self._may_be_ours:
            return EndedStep(reading, changes, self._not_held(missing))
        try:
            self.tools.journal.done(self.step, held, changes)
        except DragonError as error:
            return EndedStep(reading, changes, error)
        if reading and (why := self.resource.failure(reading)):
            return EndedStep(reading, changes, failed(self.step, why))
        return EndedStep(reading, changes, self._not_held(missing) if missing else None)

    def _missing(self, reading: Reading | None) -> list[str]:
        """The fields of which AWS does not show what was written.

        What it held by its own answer, and what is now neither so nor as it was, somebody has
        changed since: that is neither a failure of this step nor its work. What is not there at all
        is shown late: Lambda does not know a version at once that it has just published.
        """
        answer = None if self.answer is None or self._unheld(self.answer) else self.answer
        was, now = (one.state if one else {} for one in (self.origin, reading))
        return [
            field
            for field in self._differing(reading)
            if answer is None or reading is None or now.get(field) == was.get(field)
        ]

    def _differing(self, reading: Reading | None) -> list[str]:
        return [change.field for change in differences(self.resource, reading, self.want)]

    def _not_held(self, missing: list[str]) -> DragonError:
        return DragonError(
            f"{self.step.title}: AWS accepted the change but does not hold its"
            f" {', '.join(map(self.resource.label, missing))}.",
            "Run the same command again; an emulator may not know this setting.",
            code="NotHeld",
            resource=self.resource.identifier,
        )

    def _unsettled(self, reading: Reading | None) -> str | None:
        return self.resource.settled(reading) if reading else None

    def _unheld(self, reading: Reading | None) -> bool:
        return bool(self._differing(reading))

    def _unproven(self, reading: Reading | None) -> str | None:
        """What AWS does not show yet, in words, and how long that is waited for."""
        if not (missing := self._missing(reading)):
            return None
        shown = "it" if reading is None else ", ".join(map(self.resource.label, missing[:_NAMED]))
        more = " and more" if len(missing) > _NAMED and reading else ""
        return f"waiting until AWS shows {shown}{more}, {self.resource.shown_within:.0f} s at most"

    def _until(
        self,
        reading: Reading | None,
        seconds: float,
        unfinished: Callable[[Reading | None], str | None],
    ) -> Reading | None:
        """Read again until nothing is unfinished, for so many seconds at most."""
        reads = self.tools.reads
        began, tries = reads.clock(), 0
        while why := unfinished(reading):
            is_busy = reading is not None and bool(self._unsettled(reading))
            pauses = _SETTLES_EVERY if is_busy else _LOOK_EVERY
            pause = pauses[min(tries, len(pauses) - 1)]
            elapsed = reads.clock() - began
            if elapsed + pause > seconds:
                return reading
            expected_seconds = (
                self.resource.expected_seconds(reading) if reading and is_busy else None
            )
            self.tools.emit(Waiting(self.step.title, why, pause, elapsed, expected_seconds))
            reads.sleep(pause)
            reading, tries = self._look(reading), tries + 1
        return reading

    def _look(self, reading: Reading | None) -> Reading | None:
        """The thing anew; of one that AWS is busy with, or has answered with, that very one."""
        known = reading if self._unsettled(reading) else self.answer
        if known is not None:
            return self.tools.reads.progress(self.resource, known)
        return self.tools.reads.again(self.resource)

    def _tell(self, reason: str, seconds: float) -> None:
        self.tools.emit(Waiting(self.step.title, reason, seconds))
