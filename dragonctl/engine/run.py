"""A run: independent steps at the same time, each failure stopping only what needs it.

A step lets those that need it begin when AWS has answered its writes. Whether AWS holds them is
read beside, and only then is the step believed: told, and written down as done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush
from typing import Any

from dragonctl.aws.transport import as_failure
from dragonctl.engine.events import Failed, Finished, Kept, Working
from dragonctl.engine.model import Change, Reading, Step, differences
from dragonctl.engine.order import Order
from dragonctl.engine.perform import AnsweredStep, EndedStep, Tools, UnreadError, must_wait, perform
from dragonctl.engine.plan import Plan, Planned, in_step
from dragonctl.engine.symptoms import is_fatal
from dragonctl.errors import DragonError

log = logging.getLogger(__name__)
_LAST_LOOK_SECONDS = 2.0
SKIPPED = "Skipped"
"""The code of an error that says only that another error stopped this step."""


@dataclass
class Outcome:
    """What a run did."""

    changes: list[Change] = field(default_factory=list)
    errors: list[DragonError] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    readings: dict[str, Reading | None] = field(default_factory=dict)


def apply(
    plan: Plan,
    tools: Tools,
    at_once: int = 24,
    outcome: Outcome | None = None,
    rest: Future[Plan] | None = None,
) -> Outcome:
    """Carry out a plan. Errors are in the outcome; an interruption is raised.

    An ``outcome`` that is given is filled as the run goes on: it outlives an interruption.
    ``rest`` is more of the plan, of other things, which is known later; where it cannot be known
    that is an error of the outcome, and stops nothing else.
    """
    return _Run(plan, tools, outcome or Outcome(), rest).run(at_once)


class _Run:
    """``writing`` and ``reading`` hold what is under way: a step's calls, then its read-back."""

    def __init__(
        self, plan: Plan, tools: Tools, outcome: Outcome, rest: Future[Plan] | None
    ) -> None:
        self.tools = tools
        self.rest = rest
        self.items: dict[str, Planned] = {}
        self.names: list[str] = []
        self.places: dict[str, int] = {}
        self.outcome = outcome
        self.stopped: dict[str, DragonError | str] = {}
        self.order = Order()
        self.writing: dict[Future[EndedStep | AnsweredStep], Planned] = {}
        self.reading: dict[Future[EndedStep], Planned] = {}
        # Of what is ready, the recipe's first: it puts what many others need before them, and a
        # stage behind its own log groups, not behind those of every other stage.
        self.ready: list[int] = []
        self._add(plan)

    def run(self, at_once: int) -> Outcome:
        writers, readers = (ThreadPoolExecutor(max_workers=at_once) for _ in range(2))
        try:
            while self.ready or self.writing or self.reading or self.rest:
                while self.ready and len(self.writing) < at_once:
                    self._try_to_begin(self.items[self.names[heappop(self.ready)]], writers)
                if self.writing or self.reading or self.rest:
                    self._wait(readers)
        except KeyboardInterrupt:
            self._gather(readers)
            raise
        except Exception:
            self._finish()
            raise
        finally:
            for pool in (writers, readers):
                pool.shutdown(wait=False, cancel_futures=True)
        return self.outcome

    def _add(self, plan: Plan) -> None:
        """Take in a plan, of things that none before it is about."""
        for item in plan.items:
            name = item.step.resource.identifier
            assert name not in self.items, "a run changes each thing once"
            self.places[name] = len(self.names)
            self.names.append(name)
            self.items[name] = item
        self._make_ready(self.order.add(item.step for item in plan.items))

    def _make_ready(self, names: Iterable[str]) -> None:
        for name in names:
            heappush(self.ready, self.places[name])

    def _wait(self, readers: ThreadPoolExecutor) -> None:
        """Until the calls of a step are answered, one has been read back, or the rest is known."""
        rest = [self.rest] if self.rest else []
        under_way: list[Future[Any]] = [*self.writing, *self.reading, *rest]
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            if future is self.rest:
                self._take_the_rest(self.rest)
                continue
            item = self.writing.pop(future, None) or self.reading.pop(future)
            written = None if future.exception() else future.result()
            if isinstance(written, AnsweredStep):
                self._let_others_begin(item, written)
                self.reading[readers.submit(copy_context().run, written.read_back)] = item
            else:
                self._end(item, future)

    def _take_the_rest(self, rest: Future[Plan]) -> None:
        self.rest = None
        try:
            self._add(rest.result())
        except DragonError as error:
            self.outcome.errors.append(error)

    def _let_others_begin(self, item: Planned, answered: AnsweredStep) -> None:
        """What needs a step goes by AWS's answer, until AWS shows what it holds."""
        if answered.releases:
            name = item.step.resource.identifier
            self.outcome.readings[name] = answered.promised
            self._make_ready(self.order.answered(name))

    def _gather(self, readers: ThreadPoolExecutor) -> None:
        """Tell of what AWS has answered by the time of an interruption, as far as it shows soon."""
        for future in [one for one in self.writing if one.done() and not one.exception()]:
            item, written = self.writing.pop(future), future.result()
            if isinstance(written, AnsweredStep):
                self.reading[readers.submit(copy_context().run, written.read_back)] = item
            else:
                self.outcome.changes += written.changes
        end = time.monotonic() + _LAST_LOOK_SECONDS
        while (left := end - time.monotonic()) > 0:
            with suppress(KeyboardInterrupt):  # impatience does not make them untold
                wait(self.reading, timeout=left)
                break
        for looked in self.reading:
            if looked.done() and not looked.exception():
                self.outcome.changes += looked.result().changes

    def _finish(self) -> None:
        """Let what is under way end, and be journalled, before a failure of our own is told."""
        for future in wait(self.writing).done:
            if not future.exception():
                written = future.result()
                ended = written.read_back() if isinstance(written, AnsweredStep) else written
                self.outcome.changes += ended.changes
        for other in wait(self.reading).done:
            if not other.exception():
                self.outcome.changes += other.result().changes

    def _try_to_begin(self, item: Planned, writers: ThreadPoolExecutor) -> None:
        try:
            self._begin(item, writers)
        except UnreadError:
            if not self.order.postpone(item.step.resource.identifier):
                raise
        except Exception as error:  # noqa: BLE001 (of what it asked on the way)
            self._fail(item, _failure(error, item.step))

    def _begin(self, item: Planned, writers: ThreadPoolExecutor) -> None:
        """Start a step, or settle it at once when there is nothing to do or something stops it."""
        if self._is_fatal():
            self._stop(item, self.outcome.errors[-1])
        elif item.error:
            self._fail(item, item.error)
        elif blocker := self._blocker(item):
            self._blocked(item, blocker)
        elif reason := self._obstacle(item):
            self._keep(item, reason)
        elif self._is_idle(item):
            self._succeed(item, EndedStep(item.have, ()))
        else:
            done = dict(self.outcome.readings)
            work = partial(perform, self.tools, item.step, item.have, done)
            self.writing[writers.submit(copy_context().run, work)] = item

    def _blocker(self, item: Planned) -> str | None:
        """What has stopped of all that a step stands on: it may be known only by now."""
        grounds = self.order.grounds(item.step.resource.identifier)
        return next((name for name in grounds if name in self.stopped), None)

    def _is_idle(self, item: Planned) -> bool:
        """Nothing to change or to wait for, now that the steps before have ended."""
        if must_wait(self.tools, item.step, item.have):
            return False
        want = item.step.wanted(item.have, self.outcome.readings)
        return not any(differences(item.step.resource, item.have, want))

    def _obstacle(self, item: Planned) -> str | None:
        step = item.step
        if not (step.checks_dependents and item.have and (item.changes or item.kept)):
            return None
        return step.obstacle(self.tools.reads, item.have, self.outcome.readings)

    def _end(
        self, item: Planned, future: Future[EndedStep] | Future[EndedStep | AnsweredStep]
    ) -> None:
        try:
            ended = future.result()
            assert isinstance(ended, EndedStep)
        except Exception as error:  # noqa: BLE001 (also what nobody foresaw stops but this step)
            if not self._concede(item, error):
                self._fail(item, _failure(error, item.step))
            return
        if ended.error:
            self.outcome.changes += ended.changes
            self._fail(item, in_step(ended.error, item.step))
        else:
            self._succeed(item, ended)

    def _concede(self, item: Planned, error: Exception) -> bool:
        """Begin a step again with less, where it knows what to leave out after such a refusal."""
        found = item.step.instead(error) if isinstance(error, DragonError) else None
        if found is None:
            return False
        want, reason = found
        name = item.step.resource.identifier
        self.outcome.kept.append(f"{item.step.title}: {reason}")
        self.tools.emit(Kept(item.step, reason))
        less = replace(item.step, want=want, instead=lambda _: None)
        self.items[name] = replace(item, step=less)
        self._make_ready([name])
        return True

    def _succeed(self, item: Planned, done: EndedStep) -> None:
        name = item.step.resource.identifier
        self.outcome.readings[name] = done.reading
        self.outcome.changes += done.changes
        if done.changes:
            self.tools.emit(Finished(item.step, done.changes))
        else:
            self.tools.emit(Working(item.step.title, ""))
        self._make_ready(self.order.read_back(name))

    def _fail(self, item: Planned, error: DragonError) -> None:
        self._stop(item, error)
        # Without valid credentials every step fails alike: it is said once.
        if not self._is_fatal():
            self.outcome.errors.append(error)
            self.tools.emit(Failed(item.step, error))

    def _is_fatal(self) -> bool:
        return any(is_fatal(error) for error in self.outcome.errors)

    def _stop(self, item: Planned, why: DragonError | str) -> None:
        name = item.step.resource.identifier
        self.stopped[name] = why
        self.outcome.readings[name] = item.have
        self._make_ready(self.order.read_back(name))

    def _keep(self, item: Planned, reason: str) -> None:
        self._stop(item, reason)
        name = item.step.resource.identifier
        self.outcome.kept.append(f"{name} was left as it is: {reason}.")
        self.tools.emit(Kept(item.step, reason))

    def _blocked(self, item: Planned, blocker: str) -> None:
        """A step that needs another which failed (an error) or was left alone (kept too)."""
        if item.kept:
            self._keep(item, item.kept)
        elif not item.changes:
            self._stop(item, self.stopped[blocker])
        elif isinstance(self.stopped[blocker], str):
            self._keep(item, f"{blocker} still needs it")
        else:
            self._fail(item, _because(item.step, self.items[blocker].step))


def _failure(error: Exception, step: Step) -> DragonError:
    if not isinstance(error, DragonError):
        log.debug("%s", step.resource.identifier, exc_info=error)
    return in_step(as_failure(error), step)


def _because(step: Step, blocker: Step) -> DragonError:
    return DragonError(
        f"{step.title} was not begun, because of {blocker.title}, which failed.",
        "Fix that, then run the same command again.",
        code=SKIPPED,
        resource=step.resource.identifier,
    )
