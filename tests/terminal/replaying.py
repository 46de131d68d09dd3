"""AWS's answers to one run, told again to others: the same world for each width of a terminal.

They are taken and given at dragonctl's one door to AWS (:meth:`dragonctl.aws.client.Aws.send`).
"""

from __future__ import annotations

import json
import pickle
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import dragonctl.aws.client
from dragonctl.errors import AwsError, DragonError

Key = tuple[str, str, str]
"""Service, operation, and what was asked."""


_TIME = re.compile(r"\b1\d{9,12}(?!\.0\b)(?:\.\d+)?\b")
"""A moment, in seconds or milliseconds, that is another in each run; not a whole second, which is
when something was made: by that the parts of a time are told apart that are asked for at once."""


@dataclass(frozen=True)
class Trouble:
    """What is the matter with AWS while answers are told again, each by the names of operations.

    ``slow``: seconds until the answer; ``busy``: how often it is throttled first; ``refused``: not
    allowed. ``*`` stands for all others.
    """

    slow: Mapping[str, float] = field(default_factory=dict)
    busy: Mapping[str, int] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answers:
    """Answers in a file: ``recording`` makes it, else they come from it, with ``trouble``."""

    path: Path
    recording: bool = False
    trouble: Trouble = Trouble()

    def install(self) -> None:
        """From now on this process has these answers and no others."""
        door = _Recording if self.recording else _Replaying
        dragonctl.aws.client.Aws = type("Aws", (door,), vars(self))


def _key(service: str, operation: str, params: Mapping[str, Any]) -> Key:
    asked = json.dumps(params, sort_keys=True, default=lambda value: type(value).__name__)
    return service, operation, _TIME.sub("time", asked)


def _questions(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Key]:
    """A call's questions, by the name that each asks for: "" where it is a single one.

    Which log groups one call asks for together is left to chance; each is a question of its own.
    """
    names = params.get("logGroupIdentifiers") or [params.get("logGroupNamePrefix", "")]
    if operation != "DescribeLogGroups" or "nextToken" in params or names == [""]:
        return {"": _key(service, operation, params)}
    return {name: _key(service, operation, {"name": name}) for name in names}


def _about(name: str, answer: Any, params: Mapping[str, Any]) -> Any:
    """The part of an answer that is about a name."""
    if isinstance(answer, tuple) or "logGroupIdentifiers" not in params:
        return answer
    groups = answer["logGroups"]
    return {**answer, "logGroups": [group for group in groups if group["logGroupName"] == name]}


def _joined(answers: list[Any]) -> Any:
    """The answers to all questions of a call as one; what was refused, if one was."""
    refused = next((answer for answer in answers if isinstance(answer, tuple)), None)
    if refused or len(answers) == 1:
        return refused or answers[0]
    groups = [group for answer in answers for group in answer["logGroups"]]
    return {**answers[0], "logGroups": groups}


class _Recording(dragonctl.aws.client.Aws):
    path: Path
    _write = threading.Lock()

    def send(self, service, operation, params, region=None):
        questions = _questions(service, operation, params)
        try:
            answer = super().send(service, operation, params, region)
        except DragonError as error:
            for key in questions.values():
                self._keep(key, (type(error), error.args, vars(error)))
            raise
        for name, key in questions.items():
            self._keep(key, _about(name, answer, params))
        return answer

    def paging(self, service, operation):
        found = super().paging(service, operation)
        self._keep(("paging", service, operation), found)
        return found

    def _keep(self, key, answer):
        with self._write, self.path.open("ab") as file:
            pickle.dump((key, answer), file)


class _Replaying(dragonctl.aws.client.Aws):
    path: Path
    trouble: Trouble

    def __init__(self, connection, quotas=None):
        super().__init__(connection, quotas)
        self._told = defaultdict(list)
        self._turn = threading.Lock()
        self._asked = Counter()
        with self.path.open("rb") as file:
            while file.peek(1):
                key, answer = pickle.load(file)
                self._told[key].append(answer)
                if key[0] != "paging":  # what is asked for may hold a random name
                    self._told[key[:2]].append(answer)

    def send(self, service, operation, params, region=None):
        self.date = formatdate(usegmt=True)
        key = _key(service, operation, params)
        self._suffer(service, operation, key)
        asked = _questions(service, operation, params).values()
        answer = _joined([self._next(each if each in self._told else each[:2]) for each in asked])
        if isinstance(answer, tuple):
            kind, args, state = answer
            error = kind.__new__(kind, *args)
            error.__dict__.update(state)
            raise error
        return json_copy(answer)

    def _suffer(self, service, operation, key):
        about = self.trouble
        threading.Event().wait(about.slow.get(operation, about.slow.get("*", 0)))
        with self._turn:
            self._asked[key] += 1
            times = self._asked[key]
        if operation in about.refused:
            raise AwsError(service, operation, "AccessDeniedException", "not authorized", 403)
        if times <= about.busy.get(operation, about.busy.get("*", 0)):
            raise AwsError(service, operation, "ThrottlingException", "Rate exceeded", 400)

    def paging(self, service, operation):
        return self._told["paging", service, operation][0]

    def warm(self, first, *others):
        """No client is needed."""

    prepare = warm

    def _next(self, key):
        """The answers to one question in their order, the last of them forever."""
        with self._turn:
            left = self._told[key]
            return left.pop(0) if len(left) > 1 else left[0]


def json_copy(answer):
    """An answer that its reader may change."""
    return pickle.loads(pickle.dumps(answer))
