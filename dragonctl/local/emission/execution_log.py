"""API Gateway's execution log: one request's lines, by the stage's level and data trace."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dragonctl.local.emission import deliveries, log_groups, rights
from dragonctl.local.emission.deliveries import Place

# AWS: "API Gateway truncates logs to 1,024 bytes"; the mark is part of them.
EVENT_BYTES = 1024
CUT = "[TRUNCATED]"
# Streams of an execution log are named by a hash; a stage has a few of them.
STREAMS = 4

_SECRET_HEADERS = (
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "x-amz-security-token",
    "cookie",
)
_SECRET_QUERY = ("x-amz-security-token", "x-amz-signature", "x-amz-credential")
_SHOWN_END = 6
# Shorter values would be found, and masked, in innocent places.
_SHORTEST_SECRET = 4


@dataclass
class ExecutionLog:
    """Collects a request's lines and writes those that the stage's settings ask for.

    ``level`` is ``OFF``, ``ERROR`` or ``INFO``; with ``data_trace`` parameters, headers and
    bodies are told too. ``secrets`` are values that never appear.
    """

    request_id: str
    level: str
    data_trace: bool
    secrets: Iterable[str] = ()
    _lines: list[log_groups.Line] = field(default_factory=list)

    @property
    def is_off(self) -> bool:
        """Whether no line is kept, whatever is told."""
        return self.level not in ("INFO", "ERROR")

    def note(self, text: str) -> None:
        """A line of level INFO."""
        if self.level == "INFO":
            self._add(text)

    def fault(self, text: str) -> None:
        """A line of level ERROR."""
        if self.level in ("INFO", "ERROR"):
            self._add(text)

    def data(self, text: str) -> None:
        """A line that holds what callers sent or got: level INFO with data trace."""
        if self.data_trace:
            self.note(text)

    @property
    def text(self) -> str:
        """As TestInvokeMethod shows it, ending with the status: each line with its time, no id."""
        before = f"({self.request_id}) "
        return "".join(
            f"{time.strftime('%a %b %d %H:%M:%S UTC %Y', time.gmtime(moment / 1000))} : "
            f"{_cut(line).removeprefix(before)}\n"
            for moment, line in self._lines
            if not line.startswith(f"{before}AWS Integration Endpoint RequestId")
        )

    def _add(self, text: str) -> None:
        line = f"({self.request_id}) {masked(text, self.secrets)}"
        self._lines.append((int(time.time() * 1000), line))

    def write(self, place: Place, role: str | None, *, is_canary: bool = False) -> None:
        """Write the lines; nothing where the account's role is missing or may not.

        Where the log is delivered to places of somebody's choice they go there alone, and whole. A
        canary's go to the stage's group as well as to its own.
        """
        if not self._lines or not may_write(role):
            return
        number = int(hashlib.sha256(self.request_id.encode()).hexdigest(), 16) % STREAMS
        key = f"{place.api}/{place.stage}/{number}"
        name = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        if chosen := deliveries.of_stage(place):
            for delivery in chosen:
                delivery.write(name, place, self._lines)
            return
        group = f"API-Gateway-Execution-Logs_{place.api}/{place.stage}"
        lines = [(moment, _cut(line)) for moment, line in self._lines]
        for one in _with_canary(group, is_canary=is_canary):
            stream = log_groups.Stream(place.account, place.region, one, name)
            log_groups.write(stream, lines, create_group=True)


def _with_canary(group: str, *, is_canary: bool) -> tuple[str, ...]:
    """The groups of a request: a canary's own bears a suffix (API Gateway developer guide)."""
    return (group, f"{group}/Canary") if is_canary else (group,)


def may_write(role: str | None) -> bool:
    """Whether the account's CloudWatch role still lets API Gateway write."""
    return role is not None and rights.allows(role, "logs:CreateLogStream", "logs:PutLogEvents")


def secrets_of(headers: Mapping[str, str], query: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Values that must not be told: credentials in headers and query strings."""
    found = [value for name, value in headers.items() if name.lower() in _SECRET_HEADERS]
    for name, values in query.items():
        if name.lower() in _SECRET_QUERY:
            found += values
    longest_first = sorted(found, key=len, reverse=True)
    return tuple(value for value in longest_first if len(value) >= _SHORTEST_SECRET)


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret as ``******`` and its last characters, as AWS shows keys."""
    for secret in secrets:
        shown = secret[-_SHOWN_END:] if len(secret) > 2 * _SHOWN_END else ""
        text = text.replace(secret, "*" * min(len(secret) - len(shown), 32) + shown)
    return text


def as_map(values: Mapping[str, object]) -> str:
    """``{a=1, b=2}``, as Java prints a map."""
    return "{" + ", ".join(f"{name}={value}" for name, value in values.items()) + "}"


def _cut(text: str) -> str:
    encoded = text.encode()
    if len(encoded) <= EVENT_BYTES:
        return text
    return encoded[: EVENT_BYTES - len(CUT)].decode("utf-8", "ignore") + CUT


_CONTEXT = re.compile(r"\$context\.([A-Za-z][\w.]*)")


def access_line(layout: str, context: Mapping[str, object]) -> str:
    """An access log line: every ``$context.x`` replaced, ``-`` where there is no such value."""

    def value(found: re.Match[str]) -> str:
        held: object = context
        for part in found[1].rstrip(".").split("."):
            held = held.get(part) if isinstance(held, Mapping) else None
        trailing = "." * (len(found[1]) - len(found[1].rstrip(".")))
        return ("-" if held is None or held == "" else str(held)) + trailing

    return _CONTEXT.sub(value, layout)


def write_access_line(
    account: str, region: str, destination: str, line: str, role: str | None, *,
    is_canary: bool = False,
) -> None:  # fmt: skip
    """Write to the access log's group; one that is not there is not made, but a canary's own.

    A Firehose stream as destination receives nothing here.
    """
    kind, _, group = destination.partition(":log-group:")
    if not group or not may_write(role):
        return
    name = hashlib.md5(group.encode(), usedforsecurity=False).hexdigest()
    region = kind.split(":")[3] or region
    chosen, lines = group.removesuffix(":*"), [(int(time.time() * 1000), line)]
    for one in _with_canary(chosen, is_canary=is_canary):
        stream = log_groups.Stream(account, region, one, name)
        log_groups.write(stream, lines, create_group=one != chosen)
