"""Why traces failed, as X-Ray itself works it out.

Source: X-Ray API reference: ``TraceSummary`` carries ``FaultRootCauses`` and ``ErrorRootCauses``;
each is the path of services from the outermost to the one that failed first, and the last entity
of its path bears the exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def root_causes(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Of a summary as X-Ray gives it: ``list-items / charge: CardRefused``, each once.

    ``unknown`` of a trace that failed and whose cause X-Ray does not tell; none of others.
    """
    causes = [*(item.get("FaultRootCauses") or ()), *(item.get("ErrorRootCauses") or ())]
    sentences = tuple(dict.fromkeys(filter(None, map(_words, causes))))
    failed = item.get("HasFault") or item.get("HasError") or item.get("HasThrottle")
    return sentences or (("unknown",) if failed else ())


def _words(cause: Mapping[str, Any]) -> str:
    services = [part for part in cause.get("Services") or () if isinstance(part, Mapping)]
    if not services:
        return ""
    service = services[-1]
    path = [part for part in service.get("EntityPath") or () if isinstance(part, Mapping)]
    raised = list(dict.fromkeys(name for entity in reversed(path) for name in _raised(entity)))
    where = " / ".join(dict.fromkeys(_names(service, path)))
    return f"{where}: {raised[0]}" if raised else where


def _names(service: Mapping[str, Any], path: list[Mapping[str, Any]]) -> Iterator[str]:
    """The service that failed, and the innermost part of it that did."""
    for part in (service, *path[-1:]):
        if name := part.get("Name"):
            yield str(name)


def _raised(entity: Mapping[str, Any]) -> Iterator[str]:
    for raised in entity.get("Exceptions") or ():
        if isinstance(raised, Mapping) and raised.get("Name"):
            yield str(raised["Name"])
