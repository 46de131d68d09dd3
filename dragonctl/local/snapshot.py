"""The local AWS on disk: everything it remembers, in one file that only its owner can read.

moto keeps its state in plain objects, so it is pickled, service by service: one that cannot be
loses its own state and no other's. What belongs to a running process (locks, threads) is made
new. The file is read only where nobody else can have written it (:mod:`dragonctl.paths`), and
of what it names only what :mod:`dragonctl.local.pickles` lists is made. One that does not fit, an
older version's among them, is set aside beside it.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dragonctl
from dragonctl.local import backends, state
from dragonctl.local.pickles import from_bytes, to_bytes
from dragonctl.local.shims import MOTO_VERSION
from dragonctl.paths import read_own_file

_log = logging.getLogger("dragonctl.local")
_saving = threading.Lock()
_LARGEST_BYTES = 4 << 30
# Another thread may change what is being written; the next attempt sees it whole.
ATTEMPTS = 5
_STAMP = {"moto": MOTO_VERSION, "dragonctl": dragonctl.__version__, "form": 3}


class UnfitError(Exception):
    """A snapshot, or a part of one, that this version did not write."""


def save() -> list[str]:
    """Write the state down; returns the services whose state could not be kept."""
    with _saving:
        kept, lost = _pickled_services()
        with state.LOCK:
            memories = to_bytes(state.contents())
        _write(to_bytes({**_STAMP, "services": kept, "drawers": memories}))
        return lost


@dataclass(frozen=True)
class Written:
    """What a snapshot holds: the memories, and each service's state, still as bytes.

    ``aside``: the file, of another version or broken, that was moved out of the way.
    """

    memories: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    services: dict[str, bytes] = field(default_factory=dict)
    aside: Path | None = None


def read() -> Written:
    """The snapshot; nothing where there is none, or where this version did not write it."""
    try:
        return Written(*_read())
    except FileNotFoundError:
        return Written()
    except Exception as error:  # noqa: BLE001 (bytes may be anything)
        return Written(aside=_set_aside(error))


def take_up(written: Written) -> Path | None:
    """Make it the state. What does not fit starts empty; then the file is set aside: where."""
    state.replace_contents(written.memories)
    faults = [fault for one in written.services.items() if (fault := _restore(*one))]
    if not faults:
        return None
    aside = _set_aside(faults[0])
    save()
    return aside


def _read() -> tuple[dict[tuple[str, str, str], dict[str, Any]], dict[str, bytes]]:
    """The memories and the services of the file, the latter still as bytes."""
    written = from_bytes(read_own_file(state.file(), _LARGEST_BYTES))
    if not isinstance(written, dict) or {k: written.get(k) for k in _STAMP} != _STAMP:
        raise UnfitError("another version wrote it")
    memories, services = from_bytes(written["drawers"]), written["services"]
    for place, memory in memories.items():
        service, account, region = place
        if not isinstance(memory, dict) or not all(
            isinstance(one, str) for one in (service, account, region)
        ):
            raise UnfitError("its memories are none")
    return memories, dict(services)


def _set_aside(error: Exception) -> Path | None:
    """Move the file, of which nothing is deleted, out of the way; None where that cannot be."""
    path = state.file()
    aside = path.with_name(f"state-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.pickle")
    try:
        path.rename(aside)
    except OSError:
        _log.exception("the state in %s does not fit, and cannot be moved", path)
        return None
    _log.warning("the state does not fit (%r): it was set aside as %s", error, aside)
    return aside


def _pickled_services() -> tuple[dict[str, bytes], list[str]]:
    by_service: dict[str, dict[backends.Address, dict[str, Any]]] = collections.defaultdict(dict)
    for backend in backends.in_use():
        place = backends.address(backend)
        by_service[place[0]][place] = backend.__dict__
    kept, lost = {}, []
    for service, content in by_service.items():
        try:
            kept[service] = _pickled(content)
        except Exception:  # noqa: BLE001 (one service's loss is no other's)
            _log.exception("the state of %s cannot be kept", service)
            lost.append(service)
    return kept, lost


def _pickled(content: Any) -> bytes:
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(RuntimeError):
            return to_bytes(content)
    return to_bytes(content)


def _restore(service: str, content: bytes) -> Exception | None:
    """Take one service's state up; what was wrong with it."""
    try:
        for place, fields in from_bytes(content).items():
            fresh = backends.at(place)
            _give_back_factories(fresh.__dict__, fields)
            fresh.__dict__.update(fields)
    except Exception as error:  # noqa: BLE001 (one service's loss is no other's)
        _log.exception("the state of %s cannot be taken up", service)
        return error
    return None


def _give_back_factories(fresh: dict[str, Any], fields: dict[str, Any]) -> None:
    """A defaultdict's factory may be a function without a name; a fresh backend has it.

    So have the stores that a backend keeps in objects of their own, as Lambda's does.
    """
    for name, value in fields.items():
        model: Any = fresh.get(name)
        if type(value) is not type(model) or value is model:
            continue
        if isinstance(value, collections.defaultdict):
            value.default_factory = value.default_factory or model.default_factory
        elif type(value).__module__.startswith("moto."):
            _give_back_factories(getattr(model, "__dict__", {}), getattr(value, "__dict__", {}))


def _write(content: bytes) -> None:
    """All of it or nothing: a reader never sees half a file."""
    path = state.file()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
