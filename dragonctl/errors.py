"""The one root of every failure that a person is meant to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragonctl.masking import masked


class DragonError(Exception):
    """A failure told in one sentence, with what to do next, and without any secret.

    ``message`` says what was being done, to what, and why it failed; ``hint`` what to type or
    change, with commands of dragonctl between backquotes, which the command line completes with
    what it was given (``cli.printed``); ``exit_code`` is 1 (failed) or 2 (wrong usage); ``code``
    and ``resource`` fill the ``errors`` of ``--output json``.
    """

    exit_code = 1
    document: Mapping[str, Any] | None = None
    """What a program is told besides, of a command that had begun: its run, what it changed."""
    whereabouts: tuple[str | None, str | None] = (None, None)
    """Account and region, where the command that failed knew them."""

    def __init__(
        self, message: str, hint: str = "", *, code: str = "Failed", resource: str = ""
    ) -> None:
        self.message = masked(message)
        self.hint = masked(hint)
        super().__init__(self.message)
        self.code = code
        self.resource = resource

    def __str__(self) -> str:
        end = "" if self.message.endswith((".", "!", "?")) else "."
        return f"{self.message}{end} {self.hint}".strip()


class UsageError(DragonError):
    """What was typed, or what ``dragonctl.toml`` says, cannot be meant.

    ``option`` is the one whose value is refused (``--api``), where the message does not name it:
    the command line tells in which file the value stands (``cli.defaults``).
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, option: str = "", **more: str) -> None:
        super().__init__(message, hint, **{"code": "Usage", **more})
        self.option = option


class InterruptedByUserError(DragonError):
    """Somebody pressed Ctrl-C; ``hint`` says how to go on."""

    exit_code = 130

    def __init__(self, hint: str = "") -> None:
        super().__init__("Interrupted", hint, code="Interrupted")


LOST = "AnswerLost"
UNREACHABLE = "Unreachable"
UNREADABLE = "UnreadableAnswer"
ODD = "OddAnswer"
"""An answer that can be read, but is of another shape than its API's."""
UNWRITABLE = "Journal"
"""The code of the error that ends a run: what cannot be journalled is not done."""


class AwsError(DragonError):
    """What AWS (or the way to it) answered to one call.

    ``code`` is AWS's error code, or one of :data:`LOST` (the effect is unknown),
    :data:`UNREACHABLE` (nothing was sent) and :data:`UNREADABLE`. ``status`` is the HTTP status,
    0 without an answer. ``retry_after`` is in seconds, None when AWS did not say.
    """

    def __init__(
        self,
        service: str,
        operation: str,
        code: str,
        sentence: str,
        status: int = 0,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        origin = f"{code}, request {request_id}" if request_id else code
        super().__init__(f"{operation} ({service}) failed: {sentence} [{origin}]", code=code)
        self.service = service
        self.operation = operation
        self.sentence = masked(sentence)
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after

    def about(self, resource: str, doing: str) -> AwsError:
        """The same answer, told of one thing and of what it stopped."""
        answer = self.copied()
        answer.hint, answer.resource = "", resource
        answer.message = masked(f"{doing}: {answer.message}")
        return answer

    def copied(self) -> AwsError:
        """The same answer, for another who asked: what is told of it is told of one thing."""
        answer = AwsError(
            self.service,
            self.operation,
            self.code,
            self.sentence,
            self.status,
            self.request_id,
            self.retry_after,
        )
        answer.hint = self.hint
        return answer
