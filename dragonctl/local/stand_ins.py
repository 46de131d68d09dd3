"""What moto imports at once and this server hardly ever uses: stood in for, imported when used.

moto is made for tests within one process: it imports boto3, a mock of ``requests`` and what checks
certificates before it answers anything, and Lambda's part of it imports the services of every event
source. That is half of a start's processor time and memory. While moto is imported, a stand-in has
the place of each of these modules; what is taken of it then, is the real thing at its first use. In
no other moment is there a stand-in to be met: who imports such a module later gets the module. One
stays, ``moto.core.models``: what mocks botocore within a process has no use in a server.

``tests/local/test_stand_ins.py`` holds moto's pinned version to what is relied on here: nothing of
these modules is called, subclassed or compared while moto is imported.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from typing import Any


def _folders(package: str) -> list[str]:
    """Where the modules of a package are that was not run: one of them is needed for itself."""
    spec = find_spec(package)
    return list((spec and spec.submodule_search_locations) or ())


_MOCKS = "moto.core.models"
_KNOWN: dict[str, dict[str, Any]] = {
    "boto3": {},
    "botocore.session": {},
    "cryptography.hazmat.backends": {},
    "cryptography.x509": {},
    "moto.core.decorator": {},
    _MOCKS: {"DEFAULT_ACCOUNT_ID": "123456789012"},
    "moto.dynamodb": {},
    "moto.dynamodbstreams": {},
    "moto.ecr.models": {},
    "moto.iam.aws_managed_policies": {},
    "moto.kinesis.models": {},
    "requests": {"__path__": _folders("requests")},
    "requests.adapters": {},
    "requests.compat": {"MutableMapping": MutableMapping},
    "requests.exceptions": {},
}
"""Each module, and the values of it that are needed while moto is imported."""


class Later:
    """A name of a module, as ``from MODULE import NAME`` finds it; its use brings the module."""

    def __init__(self, module: str, name: str) -> None:
        self.__module = module
        self.__name = name

    def __real(self) -> Any:
        module = import_module(self.__module)
        if isinstance(module, StandIn):
            words = f"{self.__module}.{self.__name} is used while moto is imported"
            raise ImportError(words)  # noqa: TRY004 (a matter of the import)
        return attrgetter(self.__name)(module)

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        """What the real one returns."""
        return self.__real()(*arguments, **more)

    def __getattr__(self, name: str) -> Any:
        if isinstance(sys.modules.get(self.__module), StandIn):
            return Later(self.__module, f"{self.__name}.{name}")
        return getattr(self.__real(), name)

    def __getitem__(self, key: Any) -> Any:
        return self.__real()[key]


class StandIn(types.ModuleType):
    """In the place of a module while moto is imported; whoever keeps it has the module later."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return Later(self.__name__, name)
        return getattr(import_module(self.__name__), name)


def import_moto() -> None:
    """Import what every command asks of moto: its core, IAM, Lambda, Logs and S3."""
    with _standing_in():
        for name in ("moto.awslambda_simple.models", "moto.iam.models", "moto.logs.models"):
            import_module(name)
    sys.modules.setdefault(_MOCKS, _without_mocks())


def _without_mocks() -> types.ModuleType:
    """What services take of :data:`_MOCKS`, which mocks botocore and ``requests`` in a process.

    A server mocks nothing: botocore is not stubbed, and what would be mocked is None.
    """
    from moto.core.base_backend import BackendDict
    from moto.core.config import default_user_config

    module = types.ModuleType(_MOCKS)
    module.__dict__.update(
        **_KNOWN[_MOCKS],
        BackendDict=BackendDict,
        botocore_stubber=types.SimpleNamespace(enabled=False),
        default_user_config=default_user_config,
        responses_mock=None,
    )
    return module


@contextlib.contextmanager
def _standing_in() -> Iterator[None]:
    """While it lasts, imports of the modules that are not there yet meet stand-ins."""
    put = {}
    for name, known in _KNOWN.items():
        if name not in sys.modules:
            put[name] = sys.modules[name] = StandIn(name)
            put[name].__dict__.update(known)
    try:
        yield
    finally:
        for name, module in put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
