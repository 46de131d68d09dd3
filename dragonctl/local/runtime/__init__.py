"""Functions that really run: one Python process per container, as AWS Lambda keeps them.

The agreement of :mod:`dragonctl.local.hooks`: ``install``, ``invoke``, ``reset``, ``stop``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from dragonctl.local.hooks import Function, Invocation, Outcome

if TYPE_CHECKING:
    from dragonctl.local.emission.daemon import Daemon
    from dragonctl.local.runtime.instance import Instance
    from dragonctl.local.runtime.pool import Pool


@dataclass
class _Running:
    """What invocations start: containers, and an X-Ray daemon for each account and region."""

    pool: Pool[Instance]
    daemons: dict[tuple[str, str], Daemon] = field(default_factory=dict)


_endpoint = ""
_running: _Running | None = None
_starting = threading.Lock()


def install(endpoint: str) -> None:
    """Remember this server's address; nothing is started before the first invocation."""
    global _endpoint  # noqa: PLW0603 (one server a process)
    _endpoint = endpoint
    for name in ("executions.operations", "executions.reads", "xray.operations", "xray.otlp_http"):
        import_module(f"dragonctl.local.{name}")


def invoke(function: Function, invocation: Invocation) -> Outcome:
    """Run one function; blocks until it has answered, failed or timed out.

    Raises:
        ThrottledError: its reserved concurrency is in use.

    """
    from dragonctl.local.runtime import concurrency
    from dragonctl.local.runtime import invocation as invocations
    from dragonctl.local.runtime.settings import Settings

    running = _started()
    settings = Settings(function, _endpoint, _daemon(running, function).address)
    with concurrency.room(function, invocation):
        return invocations.run(running.pool, settings, invocation)


def reset() -> None:
    """End every container: what they knew is forgotten."""
    if _running is not None:
        _running.pool.end_all()


def stop() -> None:
    """End every container and the X-Ray daemon, and remove what was unpacked."""
    global _running
    from dragonctl.local.runtime import code

    with _starting:
        running, _running = _running, None
    if running is not None:
        running.pool.stop()
        for daemon in running.daemons.values():
            daemon.stop()
    code.discard()


def _started() -> _Running:
    global _running  # noqa: PLW0603 (one server a process)
    from dragonctl.local.runtime.pool import Pool

    with _starting:
        if _running is None:
            _running = _Running(Pool())
        return _running


def _daemon(running: _Running, function: Function) -> Daemon:
    from dragonctl.local.emission.daemon import Daemon
    from dragonctl.local.runtime import code

    home = (function.account, function.region)
    with _starting:
        if home not in running.daemons:
            running.daemons[home] = Daemon(*home, code.work_folder())
        return running.daemons[home]
