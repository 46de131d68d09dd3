"""Where the other halves of the local AWS plug in: the function runtime and the data plane.

Both are packages beside this file, imported when first needed, so the control plane works
without them and refuses by name what only they can do. The whole agreement:

``dragonctl.local.data_plane``
    ``application(environ, start_response)``: a WSGI application. It gets every request to a
    stage's invoke URL, ``/_run/<api id>/<stage>/<path>``, with ``PATH_INFO`` as it came. What a
    stage serves it reads with :func:`dragonctl.local.gateway.deployed.deployed`.

``dragonctl.local.runtime``
    ``invoke(function, invocation) -> Outcome``: run one Lambda function. ``function`` is a
    :class:`Function`; it blocks until the function has answered, and raises
    :class:`ThrottledError` where more would run than is reserved for it. The control plane
    resolves names and qualifiers, answers ``Event`` invocations at once and calls from a thread of
    its own, and writes the answer's headers.

``install(endpoint)``, ``reset()``, ``stop()``
    Optional in both packages: called once before the first request is served (patch moto, start
    emitters; ``endpoint`` is this server's address), when the state is thrown away, and before
    the process ends (end what was started).

Operations of AWS services are changed by shims (:mod:`dragonctl.local.shims`); either package may
register its own with the same decorators, in modules that its ``install`` imports.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

DATA_PLANE = "dragonctl.local.data_plane"
RUNTIME = "dragonctl.local.runtime"


@dataclass(frozen=True)
class Function:
    """A version of a Lambda function, as an invocation finds it.

    ``configuration`` has the shape of GetFunctionConfiguration, ``TracingConfig`` and
    ``LoggingConfig`` included; ``code`` is the zip's bytes, ``code_sha256`` names them.
    """

    account: str
    region: str
    configuration: Mapping[str, Any]
    code: bytes
    code_sha256: str

    @property
    def declared_runtime(self) -> str:
        """``python3.13``, or whatever it declares; empty for a container image."""
        return str(self.configuration.get("Runtime") or "")

    @property
    def runs_here(self) -> bool:
        """Whether it is a zip of Python: nothing else runs here."""
        image = self.configuration.get("PackageType") == "Image"
        return not image and (self.declared_runtime or "python").startswith("python")


@dataclass(frozen=True)
class Invocation:
    """One call of a function.

    ``trace_header`` is X-Ray's ``Root=…;Parent=…;Sampled=…`` as the caller sent it, or None;
    ``kind`` is ``RequestResponse`` or ``Event``; ``client_context`` is base64 JSON or None;
    ``qualifier`` is what the caller named (a version, an alias, ``$LATEST``) or None.
    """

    payload: bytes
    request_id: str
    kind: str = "RequestResponse"
    trace_header: str | None = None
    client_context: str | None = None
    qualifier: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How it ended: the answer's bytes; ``error`` is ``Unhandled`` where the function failed.

    ``log_tail`` holds the last lines that the function logged (AWS sends the last 4 KB).
    ``refused`` says what the local AWS does not do, where it ran nothing.
    """

    payload: bytes
    error: str | None = None
    log_tail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None


class ThrottledError(Exception):
    """No concurrency is left for a function; the message is AWS's."""

    def __init__(self) -> None:
        super().__init__("Rate Exceeded.")


def refused(function: Function) -> Outcome:
    """What the local AWS says of a function that does not run here."""
    what = f"functions of the runtime {function.declared_runtime or 'of a container image'}"
    words = f"The local AWS does not run {what}."
    answer = {"errorType": "Local.NotImplemented", "errorMessage": words}
    return Outcome(json.dumps(answer).encode(), "Unhandled", refused=what)


def invoker() -> Callable[[Function, Invocation], Outcome] | None:
    """What runs functions; None when this local AWS has no runtime."""
    return getattr(_plugged(RUNTIME), "invoke", None)


def data_plane() -> Callable[..., Any] | None:
    """What serves the stages; None when this local AWS has no data plane."""
    return getattr(_plugged(DATA_PLANE), "application", None)


def tell(event: str, *arguments: Any) -> None:
    """Call ``install``, ``reset`` or ``stop`` in each package that has it."""
    for name in (RUNTIME, DATA_PLANE):
        listener = getattr(_plugged(name), event, None)
        if listener is not None:
            listener(*arguments)


@functools.cache
def _plugged(name: str) -> Any:
    return import_module(name) if find_spec(name) else None
