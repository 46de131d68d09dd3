"""What a bug report should say: whether this machine and these credentials can work."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version

from dragonctl import __version__
from dragonctl.engine.history import read_history
from dragonctl.engine.reads import Reads
from dragonctl.errors import DragonError
from dragonctl.paths import writable_folder

# AWS refuses signatures that are older or younger than five minutes.
_SKEW_SECONDS = 300
_LIBRARIES = ("boto3", "botocore", "click", "rich", "uv", "moto")
# The reads with which every command begins.
_FIRST_READS = (("apigateway", "GetRestApis"), ("apigateway", "GetAccount"))


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: ``ok``, and what was seen or what to do."""

    what: str
    ok: bool
    detail: str


def versions() -> Iterator[Check]:
    """The program and what it stands on."""
    yield Check("dragonctl", ok=True, detail=__version__)
    yield Check("Python", ok=True, detail=f"{platform.python_version()}, {platform.platform()}")
    found = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    yield Check("libraries", ok=True, detail=found)


def state() -> Iterator[Check]:
    """Whether a journal can be written, and those that are there be read: so runs can be undone."""
    try:
        folder = writable_folder("runs")
    except DragonError as error:
        yield Check("state folder", ok=False, detail=str(error))
        return
    history = read_history(folder)
    detail = f"{folder.parent}, {len(history.runs)} runs"
    yield Check("state folder", ok=True, detail=detail)
    for warning in history.warnings:
        yield Check("journal", ok=False, detail=warning)


def connection(reads: Reads, now: datetime) -> Iterator[Check]:
    """Who we are for AWS, whether the clocks agree, and whether the first reads are allowed."""
    try:
        yield Check("credentials", ok=True, detail=f"{reads.user}, account {reads.account}")
    except DragonError as error:
        yield Check("credentials", ok=False, detail=str(error))
        return
    yield _clock(reads.aws.date, now)
    for service, operation in _FIRST_READS:
        yield _read(reads, service, operation)


def _clock(date: str | None, now: datetime) -> Check:
    if not date:
        return Check("clock", ok=True, detail="AWS did not say the time")
    skew = (now - parsedate_to_datetime(date).astimezone(UTC)).total_seconds()
    if abs(skew) < _SKEW_SECONDS:
        return Check("clock", ok=True, detail=f"{abs(skew):.0f} s from AWS's")
    side = "fast" if skew > 0 else "slow"
    return Check("clock", ok=False, detail=f"{abs(skew):.0f} s {side}: AWS refuses signatures")


def _read(reads: Reads, service: str, operation: str) -> Check:
    try:
        reads.need(service, operation)
    except DragonError as error:
        return Check(f"{service} {operation}", ok=False, detail=str(error))
    return Check(f"{service} {operation}", ok=True, detail="allowed")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
