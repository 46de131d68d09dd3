"""Bytes that claim to be a snapshot: nothing is called, and no class is handed out."""

from __future__ import annotations

import collections
import datetime as dt
import functools
import os
import pickle
import subprocess
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.local.pickles import from_bytes, to_bytes

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.tuples(inner, inner)
        | st.sets(st.text())
        | st.lists(inner).map(collections.deque)
        | st.dictionaries(st.text(), inner).map(lambda one: collections.defaultdict(list, one))
    ),
)


class Called:
    """Pickled, it is a call."""

    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


def called(module, name, *arguments):
    """The bytes of a call of what stands in a module, whether or not it can be pickled."""
    given = pickle.dumps(arguments, 2)[2:-1]  # without its protocol and its end
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + given + b"R."


@given(PLAIN)
def test_data_come_back_as_they_were(data):
    assert from_bytes(to_bytes(data)) == data


@pytest.mark.parametrize(
    "call",
    [
        (os.system, "touch {}"),
        (os.mkdir, "{}"),
        (subprocess.check_call, ["touch", "{}"]),
        (eval, "__import__('os').mkdir('{}')"),
        (exec, "import os; os.mkdir('{}')"),
        (functools.partial(os.mkdir, "{}"),),
        (open, "{}", "w"),
        (getattr, os, "system"),
        (__import__, "os"),
        (threading.Thread, None, os.mkdir, "x", ("{}",)),
    ],
)
def test_no_function_is_called(tmp_path, call):
    place = tmp_path / "called"

    def filled(one):
        if isinstance(one, list):
            return [filled(each) for each in one]
        return one.replace("{}", str(place)) if isinstance(one, str) else one

    function, *arguments = call
    if function is getattr:  # a module has no pickle: its name is a call, too
        arguments[0] = Called(__import__, "os")
    if isinstance(function, functools.partial):
        function = functools.partial(os.mkdir, str(place))
    trap = Called(function, *map(filled, arguments))
    for content in (trap, [trap], {"services": {"x": trap}}):
        with pytest.raises(pickle.UnpicklingError, match="does not belong there"):
            from_bytes(pickle.dumps(content))
    assert not place.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("__builtin__", "eval"),  # as Python 2 named it; pickle translates
        ("commands", "getoutput"),
        ("operator", "attrgetter"),
        ("functools", "reduce"),
        ("importlib", "import_module"),
        ("collections", "namedtuple"),
        ("datetime", "sys.modules"),
        ("re", "_compile.__globals__"),
        ("moto.iam.models", "Role"),
        ("moto.utilities.docker_utilities", "functools.partial"),
        ("dragonctl.local.pickles", "import_module"),
        ("dragonctl.local.pickles", "_kind"),
        ("dragonctl.local.control", "subprocess.Popen"),
        ("dragonctl.local.control", "up"),
    ],
)
def test_what_is_not_listed_is_not_found(module, name):
    with pytest.raises(pickle.UnpicklingError, match="does not belong there"):
        from_bytes(called(module, name, "x"))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "_wrap_close"),
        ("subprocess", "Popen"),
        ("moto.iam.models", "json.JSONDecoder"),
        ("moto.iam.models", "random"),
        ("moto.__main__", "x"),
        ("motoring", "Car"),
        ("dragonctl.local.http_server", "Server"),
        ("dragonctl.local.runtime.instance", "subprocess.Popen"),
    ],
)
def test_only_classes_of_motos_state_are_made(module, name):
    with pytest.raises(pickle.UnpicklingError, match="does not belong there"):
        from_bytes(called("dragonctl.local.pickles", "_bare", module, name))


def test_the_constructor_of_a_class_is_not_run():
    made = from_bytes(called("dragonctl.local.pickles", "_bare", "moto.iam.models", "Role"))
    assert vars(made) == {}


def test_what_could_not_be_read_is_not_written():
    with pytest.raises(pickle.PicklingError, match=r"subprocess\.Popen could not be read"):
        to_bytes({"class": subprocess.Popen})
    assert from_bytes(to_bytes({"code": os.system, "more": len})) == {"code": None, "more": None}


def test_locks_are_new_and_stand_open():
    held = threading.Condition()
    with held:
        held, event, lock = from_bytes(to_bytes((held, threading.Event(), threading.Lock())))
    assert held.acquire(blocking=False)
    assert lock.acquire(blocking=False)
    assert not event.is_set()


def test_the_form_of_a_date_is_pickles_own():
    moment = dt.datetime.now(dt.UTC)
    assert from_bytes(pickle.dumps(moment)) == moment
