"""Which operation of a service a request names: moto's routers, one thread at a time.

A router is built when its service is first asked for, and building one compiles syntax trees. In
CPython before 3.11.8 and 3.12.2 threads that do so at once disturb each other (``SystemError: AST
constructor recursion depth mismatch``, github.com/python/cpython/issues/106905). moto's
applications are built of the same rules, when they are asked for: under the same lock.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.core.request import Request as MotoRequest
from moto.core.routing import SmithyRule, get_service_router
from werkzeug.routing import Rule

BUILDING: Any = threading.RLock()
"""Held while anything is imported or built that requests share."""


class MatchedRule(Rule):
    """A rule that paths are matched against, and never made of.

    werkzeug compiles two functions for each that would make paths: nine tenths of its time.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Any:  # noqa: ARG002
        return _no_path


def _no_path(*_: Any, **__: Any) -> tuple[str, str]:
    raise NotImplementedError("no path is made of a rule here")


_OF_MOTO: Any = SmithyRule
_OF_MOTO._compile_builder = MatchedRule._compile_builder  # noqa: SLF001 (moto makes its own)


def match(service: str, incoming: MotoRequest) -> tuple[Any, dict[str, Any]]:
    """The operation's model, and what its path says; ``service`` is boto3's name.

    Raises:
        werkzeug.exceptions.NotFound, NotImplementedError, KeyError: the service has none such.

    """
    with BUILDING:
        found: tuple[Any, dict[str, Any]] = get_service_router(service).match(incoming)
    return found
