"""From an address that was called to its route: what names one thing among many left out.

X-Ray keeps the address alone. Of an API of the application its resources tell the route. Of others
what looks like an id (a number, a UUID, a long word with digits) is taken for a path parameter; a
name that looks like a word is not told from the path's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from dragonctl.application.routing import closeness

_ID = re.compile(
    r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{12,}|arn:.+|.+@.+\..+"
    r"|(?=[^a-z]*[A-Z0-9]{10,}$)[A-Z0-9_-]+|(?=.*\d)[\w-]{20,}|[A-Za-z]{1,8}[-_]\d+[\w-]*"
)
_VERSION = re.compile(r"v\d{1,2}(?:\.\d+)*", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?:T[\d:.]+Z?)?")


@lru_cache(maxsize=8_192)
def route_of(url: str) -> str:
    """The address without its query, ``{id}`` for each part of its path that looks like an id.

    "" for an empty address; the path alone, with ``/`` where it is empty, has the host before it.
    """
    if not url:
        return ""
    try:
        split = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    path = "/".join(_shown(part) for part in split.path.split("/"))
    return f"{split.netloc}{path or '/'}"


def _shown(part: str) -> str:
    text = unquote(part)
    if _VERSION.fullmatch(text):
        return part
    return "{id}" if _ID.fullmatch(text) or _DATE.fullmatch(text) else part


@dataclass(frozen=True)
class Routes:
    """The routes of one API: the paths of its resources, and the names of the stages meant."""

    templates: tuple[str, ...] = ()
    stages: frozenset[str] = frozenset()

    def route(self, method: str, url: str) -> str:
        """``GET /dragons/{id}``, of several stages with the stage's name behind it.

        Host and path, ids left out, where no resource fits; "" where no address is known.
        """
        stage, inner = self._within(_segments(url))
        found = self._template(inner)
        if not (found or stage):  # a domain name may map one part of the path to the stage
            found = self._template(inner[1:])
        mark = f" ({stage})" if stage and len(self.stages) > 1 else ""
        return f"{method} {found}{mark}".strip() if found else f"{method} {route_of(url)}".strip()

    def _within(self, segments: list[str]) -> tuple[str, list[str]]:
        """The stage that a path begins with, and the path within it.

        The local AWS serves stages at ``/_run/<api>/<stage>/``.
        """
        if segments[:1] == ["_run"]:
            segments = segments[2:]
        if segments and segments[0] in self.stages:
            return segments[0], segments[1:] or [""]
        return "", segments

    def _template(self, segments: list[str]) -> str:
        """The resource that serves a path; "" for none."""
        ranked = [
            (rank, template)
            for template in self.templates
            if segments and (rank := closeness(template.strip("/").split("/"), segments))
        ]
        return max(ranked)[1] if ranked else ""


def routes_of(resources: Iterable[Mapping[str, Any]], stages: Iterable[str]) -> Routes:
    """The routes of an API: of GetResources' items those that bear a method."""
    paths = (str(item.get("path", "")) for item in resources if item.get("resourceMethods"))
    return Routes(tuple(dict.fromkeys(paths)), frozenset(stages))


def _segments(url: str) -> list[str]:
    """The parts of an address's path; none of one that is not known or cannot be read."""
    try:
        return urlsplit(url).path.strip("/").split("/") if url else []
    except ValueError:
        return []
