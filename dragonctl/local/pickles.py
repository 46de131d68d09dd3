"""moto's objects as bytes, and back: only what is listed here is named, made or called.

No plainer format will do: what moto holds is a web of objects of hundreds of its classes, with
circles and shared parts. But a pickle may name any function and have it called (docs.python.org,
``pickle``, "Restricting Globals"). So an object of moto's, or of this package's that moto holds, is
written as :func:`_bare`: made without its constructor, then given its fields. Its class is checked
by where it was made, and never handed out, so that no bytes can call it. Of the standard library
the few kinds below are known. Functions, methods, locks and threads belong to a running process
and are not kept.
"""

from __future__ import annotations

import collections
import copyreg
import enum
import io
import pickle
import threading
import types
import weakref
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import Any

from dragonctl.local import backends

# Our own classes that moto's executions hold.
_OURS = ("dragonctl.local.executions.recorder", "dragonctl.local.emission.trace_header")
_STANDARD = {
    "builtins": {"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list"}
    | {"complex", "object", "range", "set", "slice", "str", "tuple"},
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "dateutil.tz.tz": {"tzutc"},
    "decimal": {"Decimal"},
    "re": {"_compile"},
    "uuid": {"UUID"},
    __name__: {"_backend_at", "_bare", "_condition", "_event", "_lock", "_member", "_nothing"}
    | {"_pools_key", "_reentrant_lock", "_weak_values"},
}
"""Module -> its classes and functions that bytes may name, and call."""
_PROCESS = (threading.Thread, threading.local)
_CODE = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, partial)


def to_bytes(content: Any) -> bytes:
    """Everything that hangs on an object; backends by their address.

    pickle.PicklingError, TypeError: something has no form here. RuntimeError: it was changed
    meanwhile.
    """
    stream = io.BytesIO()
    _Pickler(stream).dump(content)
    return stream.getvalue()


def from_bytes(content: bytes) -> Any:
    """What :func:`to_bytes` has written; any exception where the bytes are something else."""
    return _Unpickler(io.BytesIO(content)).load()


class _Pickler(pickle.Pickler):
    """Knows which forms to write; refuses what could not be read.

    Asked for objects alone: a ``persistent_id`` is asked for every text and number, too, which
    takes ten times as long as all the rest.
    """

    def reducer_override(self, obj: Any) -> Any:
        if type(obj).__module__.startswith("joserfc."):
            return _pools_key, ()
        for kind, reduced in _REDUCED:
            if isinstance(obj, kind):
                return reduced(obj)
        return _reduced(obj) if _is_known_module(type(obj).__module__) else NotImplemented


class _Unpickler(pickle.Unpickler):
    """Makes what :class:`_Pickler` writes, and nothing else that bytes may name."""

    def find_class(self, module: str, name: str) -> Any:
        if name not in _STANDARD.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} does not belong there")
        return super().find_class(module, name)


def _reduced_code(obj: Any) -> Any:
    """A class or function: one of those that bytes may name, or nothing."""
    if getattr(obj, "__name__", None) in _STANDARD.get(getattr(obj, "__module__", ""), ()):
        return NotImplemented
    if isinstance(obj, type):
        raise pickle.PicklingError(f"{obj.__module__}.{obj.__qualname__} could not be read")
    return _nothing, ()


def _reduced(obj: Any) -> Any:
    """An object of a known class, in pickle's own form but for how it is made."""
    if isinstance(obj, enum.Enum):
        return _member, (*_name(type(obj)), obj.name)
    if isinstance(obj, _backend()):
        return _backend_at, backends.address(obj)
    function, arguments, *rest = obj.__reduce_ex__(pickle.DEFAULT_PROTOCOL)
    if function is copyreg.__newobj__:  # type: ignore[attr-defined]
        arguments = arguments[1:]
    elif function is not type(obj):
        return NotImplemented
    return _bare, (*_name(type(obj)), *arguments), *rest


def _reduced_groups(groups: collections.defaultdict[Any, Any]) -> Any:
    """A factory that cannot be named is given back by a fresh backend (``snapshot``).

    The reduction of a kind of defaultdict drops its fields.
    """
    if _is_known_module(type(groups).__module__):
        return _bare, _name(type(groups)), vars(groups), None, iter(groups.items())
    factory = groups.default_factory
    named = factory if getattr(factory, "__module__", "") == "builtins" else None
    return collections.defaultdict, (named,), None, None, iter(groups.items())


def _name(kind: type) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def _is_known_module(module: str) -> bool:
    return module in _OURS or (module.startswith("moto.") and ".__" not in module)


@cache
def _kind(module: str, name: str) -> type:
    """A class of moto's, or one of ours that moto holds, by where it was made."""
    found: Any = import_module(module) if _is_known_module(module) else None
    for part in name.split("."):
        found = vars(found).get(part) if found is not None else None
    if not isinstance(found, type) or _name(found) != (module, name):
        raise pickle.UnpicklingError(f"{module}.{name} does not belong there")
    return found


def _bare(module: str, name: str, *arguments: Any) -> Any:
    """An object of a class without its fields, which follow; its constructor is not run."""
    kind = _kind(module, name)
    return kind.__new__(kind, *arguments)


def _member(module: str, name: str, member: str) -> enum.Enum:
    kind = _kind(module, name)
    if not issubclass(kind, enum.Enum):
        raise pickle.UnpicklingError(f"{module}.{name} has no members")
    return kind[member]


@cache
def _backend() -> type:
    from moto.core.base_backend import BaseBackend

    found: type = BaseBackend
    return found


def _backend_at(module: str, account: str, region: str) -> Any:
    return backends.at((module, account, region))


def _weak_values(items: dict[Any, Any]) -> weakref.WeakValueDictionary[Any, Any]:
    return weakref.WeakValueDictionary(items)


def _lock() -> Any:
    return threading.Lock()


def _reentrant_lock() -> Any:
    return threading.RLock()


def _condition(lock: Any) -> threading.Condition:
    """Without it the pickler would write the lock's methods, by way of ``getattr``."""
    return threading.Condition(lock)


def _event(is_set: bool) -> threading.Event:
    made = threading.Event()
    if is_set:
        made.set()
    return made


def _pools_key() -> Any:
    """The key of every user pool: moto ships it, and a pool holds what was read of it."""
    from dragonctl.local.data_plane.user_pools import signing_key

    return signing_key()


def _nothing() -> None:
    """What a process's own objects are after it."""


_REDUCED: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((type, *_CODE), _reduced_code),
    (collections.defaultdict, _reduced_groups),
    (weakref.WeakValueDictionary, lambda held: (_weak_values, (dict(held),))),
    (type(threading.RLock()), lambda _: (_reentrant_lock, ())),
    (type(threading.Lock()), lambda _: (_lock, ())),
    (threading.Condition, lambda held: (_condition, (held._lock,))),  # noqa: SLF001
    (threading.Event, lambda held: (_event, (held.is_set(),))),
    (_PROCESS, lambda _: (_nothing, ())),
)
"""What is written in another form: by its kind."""
