"""The clients whose calls become spans, each instrumented by OpenTelemetry's own package.

A client is instrumented when the function imports it, so that what is never imported costs
nothing. The table at the top is read by the packaging too; so this module imports OpenTelemetry
only when it is used.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Client:
    """A library whose calls can be seen.

    ``imported`` is the module whose import shows that it is used, ``package`` what follows
    ``opentelemetry-instrumentation-`` in the name of the package that sees them, and
    ``instrumentor`` its class, in the module of that name.
    """

    imported: str
    package: str
    instrumentor: str

    @property
    def module(self) -> str:
        """The module of the instrumentor."""
        return f"opentelemetry.instrumentation.{self.package.replace('-', '_')}"


CLIENTS = (
    Client("botocore.client", "botocore", "BotocoreInstrumentor"),
    Client("aiobotocore.client", "botocore", "AiobotocoreInstrumentor"),
    Client("requests", "requests", "RequestsInstrumentor"),
    Client("httpx", "httpx", "HTTPXClientInstrumentor"),
    Client("urllib3", "urllib3", "URLLib3Instrumentor"),
    Client("urllib.request", "urllib", "URLLibInstrumentor"),
    Client("aiohttp", "aiohttp-client", "AioHttpClientInstrumentor"),
    Client("sqlite3", "sqlite3", "SQLite3Instrumentor"),
    Client("psycopg2", "psycopg2", "Psycopg2Instrumentor"),
    Client("psycopg", "psycopg", "PsycopgInstrumentor"),
    Client("asyncpg", "asyncpg", "AsyncPGInstrumentor"),
    Client("pymysql", "pymysql", "PyMySQLInstrumentor"),
    Client("MySQLdb", "mysqlclient", "MySQLClientInstrumentor"),
    Client("mysql.connector", "mysql", "MySQLInstrumentor"),
    Client("sqlalchemy", "sqlalchemy", "SQLAlchemyInstrumentor"),
    Client("redis", "redis", "RedisInstrumentor"),
    Client("pymongo", "pymongo", "PymongoInstrumentor"),
    Client("pymemcache", "pymemcache", "PymemcacheInstrumentor"),
)
_WRITING = frozenset({"lambda", "sns", "sqs"})
"""Services for which the instrumentation of botocore writes into what is sent: a key ``headers``
into the payload of a called function, attributes into messages. X-Ray needs neither."""


def see(packages: Iterable[str]) -> None:
    """Instrument the clients of these packages (``Client.package``), each when it is imported."""
    from wrapt import register_post_import_hook

    wanted = set(packages)
    for client in CLIENTS:
        if client.package in wanted:
            register_post_import_hook(partial(_instrument, client), client.imported)


def _instrument(client: Client, _module: Any) -> None:
    from wrapt import wrap_function_wrapper

    try:
        instrumentor = getattr(importlib.import_module(client.module), client.instrumentor)()
        instrumentor.instrument(skip_dep_check=True)
        if client.package == "botocore":
            from . import trace_header

            instrumentor.propagator = trace_header.TraceHeaderPropagator()
            instrumentor.extension_registry = _Reading(instrumentor.extension_registry)
            wrap_function_wrapper("botocore.endpoint", "Endpoint.prepare_request", _with_own_header)
        if client.package == "sqlite3":
            wrap_function_wrapper("sqlite3", "connect", _with_own_cursors)
    except Exception:  # noqa: BLE001 (the function runs, without these spans)
        _log.warning("Calls of %s are not traced.", client.imported, exc_info=True)


def _with_own_cursors(
    wrapped: Callable[..., Any], _instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A connection whose short cuts are seen as well: OpenTelemetry sees cursors alone."""
    from .sqlite_connection import Connection

    return Connection(wrapped(*args, **kwargs))


def _with_own_header(
    wrapped: Callable[..., Any], _instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    from . import trace_header

    request = args[0] if args else kwargs["request"]
    trace_header.overwrite(request.headers)
    return wrapped(*args, **kwargs)


class _Reading:
    """A registry of botocore's extensions, none of which writes into a call."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    def get_extension(self, call: Any) -> Any:
        """The extension for a call."""
        extension = self._registry.get_extension(call)
        if call.service in _WRITING:
            extension.before_service_call = _write_nothing
        return extension


def _write_nothing(*_arguments: Any) -> None:
    """In place of what would write into a call."""
