"""The local AWS on disk: everything it remembers, in one file that only its owner can read.

moto keeps its state in plain objects, so it is pickled, service by service: one that cannot be
loses its own state and no other's. What belongs to a running process (locks, threads) is made
new. A pickle is code for whoever can write it: the file lies in the owner's folder, mode 0600, and
is read only when its owner and the versions that wrote it are the reader's own.
"""

from __future__ import annotations

import collections
import contextlib
import io
import logging
import os
import pickle
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dragonctl
from dragonctl.local import backends, state
from dragonctl.local.shims import MOTO_VERSION
from dragonctl.paths import state_folder

_log = logging.getLogger("dragonctl.local")
_saving = threading.Lock()
# Another thread may change what is being written; the next attempt sees it whole.
ATTEMPTS = 5


def file() -> Path:
    """Where the snapshot lies."""
    return state_folder("local") / "state.pickle"


def save() -> list[str]:
    """Write the state down; returns the services whose state could not be kept."""
    with _saving:
        kept, lost = _pickled_services()
        with state.LOCK:
            drawers = pickle.dumps(state.contents())
        stamp = {"moto": MOTO_VERSION, "dragonctl": dragonctl.__version__}
        _write(pickle.dumps({**stamp, "services": kept, "drawers": drawers}))
        return lost


def load() -> None:
    """Take the snapshot up, if there is one that this version wrote; else start empty."""
    path = file()
    try:
        if path.stat().st_uid != os.getuid():
            return
        written = pickle.loads(path.read_bytes())  # noqa: S301 (our own file, see above)
        versions = (written["moto"], written["dragonctl"])
    except FileNotFoundError:
        return
    except Exception:  # noqa: BLE001 (one service's loss is no other's)
        _log.exception("the state in %s cannot be read; starting empty", path)
        return
    if versions != (MOTO_VERSION, dragonctl.__version__):
        _log.warning("the state in %s is another version's; starting empty", path)
        return
    state.replace_contents(pickle.loads(written["drawers"]))  # noqa: S301
    for service, content in written["services"].items():
        _restore(service, content)


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
    for attempt in range(ATTEMPTS):
        stream = io.BytesIO()
        try:
            _Pickler(stream).dump(content)
        except RuntimeError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return stream.getvalue()
    raise AssertionError


def _restore(service: str, content: bytes) -> None:
    try:
        found = _Unpickler(io.BytesIO(content)).load()
        for place, fields in found.items():
            fresh = backends.at(place)
            _give_back_factories(fresh.__dict__, fields)
            fresh.__dict__.update(fields)
    except Exception:  # noqa: BLE001 (one service's loss is no other's)
        _log.exception("the state of %s cannot be taken up", service)


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
    path = file()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


class _Pickler(pickle.Pickler):
    """Knows what of moto's objects cannot be written: other backends, locks, threads."""

    def persistent_id(self, obj: Any) -> backends.Address | None:
        from moto.core.base_backend import BaseBackend

        return backends.address(obj) if isinstance(obj, BaseBackend) else None

    def reducer_override(self, obj: Any) -> Any:
        for kind, reduced in _REDUCED:
            if isinstance(obj, kind):
                return reduced(obj)
        if isinstance(obj, collections.defaultdict) and type(obj) is not collections.defaultdict:
            return (_remade, (type(obj), dict(obj), dict(vars(obj))))
        if callable(obj) and "<locals>" in getattr(obj, "__qualname__", ""):
            return (_nothing, ())
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: backends.Address) -> Any:
        return backends.at(pid)


def _weak_values(items: dict[Any, Any]) -> weakref.WeakValueDictionary[Any, Any]:
    return weakref.WeakValueDictionary(items)


def _remade(kind: Any, items: dict[Any, Any], fields: dict[str, Any]) -> Any:
    """A kind of defaultdict whose own making takes other arguments than a defaultdict's."""
    made = kind.__new__(kind)
    made.update(items)
    vars(made).update(fields)
    return made


def _nothing() -> None:
    """What a process's own objects are after it."""


_REDUCED: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (weakref.WeakValueDictionary, lambda held: (_weak_values, (dict(held),))),
    (type(threading.RLock()), lambda _: (threading.RLock, ())),
    (type(threading.Lock()), lambda _: (threading.Lock, ())),
    ((threading.Thread, threading.local), lambda _: (_nothing, ())),
)
"""What is written in another form: by its kind."""
