"""The services of the local AWS: an operation is checked, answered or patched, or moto's.

What neither does is refused in the service's own words, by the operation's name.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

from dragonctl.local import admission, constraints, object_access, pages, shims, state, wire
from dragonctl.local.messages import NOT_HERE, Answer, AwsError, RefusedError, Request

_log = logging.getLogger("dragonctl.local")
_OF_THE_BODY = ("content-length", "x-amz-crc32")
"""Headers that hold for the body that moto wrote alone."""


class Services:
    """Answers requests to AWS services; ``moto`` answers what nobody here replaces."""

    def __init__(self, moto: Callable[[Request], Answer]) -> None:
        self._moto = moto

    def admit(self, environ: dict[str, Any]) -> Request | Answer:
        """The operation that is asked for; or why AWS would not hear it."""
        try:
            return admission.admit(environ)
        except RefusedError as refused:
            return wire.write_error(refused.request, refused.error)

    def is_look(self, request: Request) -> bool:
        """Whether it only looks at an object, as a browser's address bar may."""
        return request.operation in object_access.READS

    def serve(self, request: Request) -> Answer:
        """The answer to an operation, whatever breaks."""
        try:
            return self._answer(request)
        except AwsError as error:
            return wire.write_error(request, error)
        except (NotImplementedError, ModuleNotFoundError):  # moto's, or an extra of moto's
            return wire.write_error(request, refusal(request))
        except Exception as error:  # noqa: BLE001 (whatever broke, the caller gets one sentence)
            _log.exception("%s %s failed", request.service, request.operation)
            words = f"The local AWS broke on {request.operation}: {type(error).__name__}: {error}"
            return wire.write_error(request, AwsError("InternalFailure", words, NOT_HERE))

    def _answer(self, request: Request) -> Answer:
        """One request after the other: moto's stores are plain dicts, and it walks over them."""
        constraints.check(request)
        key = (request.service, request.operation)
        with contextlib.nullcontext() if key in shims.without_lock else state.LOCK:
            with state.LOCK:
                for check in shims.checks.get(key, ()):
                    check(request)
            replacement = shims.replacements.get(key)
            if replacement is None:
                return pages.cut(request, self._patched(request, self._ask_moto(request)))
            result = replacement(request)
        return result if isinstance(result, Answer) else wire.write(request, result)

    def _ask_moto(self, request: Request) -> Answer:
        answer = self._moto(request)
        if _is_html(answer):
            raise refusal(request)
        return answer

    def _patched(self, request: Request, answer: Answer) -> Answer:
        patches = shims.response_patches.get((request.service, request.operation), ())
        if answer.status >= 300 or not patches:  # noqa: PLR2004 (what moto refused stays refused)
            return answer
        is_query = wire.protocol_of(request) == "query"
        result = wire.read_answer(request, answer) if is_query else _decoded(answer)
        for patch in patches:
            with state.LOCK:
                result = patch(request, result) or result
        if is_query:
            return wire.write(request, result)
        if not _speaks_json(answer):
            return answer
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in _OF_THE_BODY}
        return Answer(answer.status, headers, json.dumps(result).encode())


def refusal(request: Request) -> AwsError:
    """What the local AWS says of an operation that it does not do."""
    words = f"The local AWS does not do {request.service} {request.operation}."
    return AwsError("NotImplemented", words, NOT_HERE)


def _is_html(answer: Answer) -> bool:
    """Whether it is one of moto's pages for missing routes and crashes: no AWS API answers so."""
    kind = answer.headers.get("Content-Type", "")
    return (
        answer.status in (404, 405, 500)
        and bool(answer.body)  # HEAD of what is not there: an answer, and no page
        and kind.startswith("text/html")
        and (not answer.body.lstrip().startswith((b"{", b"<?xml", b"<Error")))
    )


def _speaks_json(answer: Answer) -> bool:
    return answer.body.lstrip().startswith(b"{")


def _decoded(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer.body) if _speaks_json(answer) else {}
    return result
