"""``python -m dragonctl.local.server [ORIGIN…]``: the process that is the local AWS.

It binds a free port of 127.0.0.1, writes down where it is, and serves until it is told to stop
(SIGTERM, SIGINT); what takes long is done behind the open port (:mod:`dragonctl.local.opening`).
Pages of the origins may call its stages. A thread, the autosaver, writes the state down shortly
after each change, so that even a kill loses no more than the last moment.
"""

from __future__ import annotations

import gc
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dragonctl.local import address, callers, hooks, server_log, shims, snapshot, state
from dragonctl.local.front import FrontDoor
from dragonctl.local.http_server import Server
from dragonctl.local.messages import DEFAULT_ACCOUNT, DEFAULT_REGION
from dragonctl.local.opening import Opening

QUIET_SECONDS = 0.5
LATEST_SECONDS = 5.0
# Modules and botocore's models stay: looking through them for garbage as often as Python does of
# itself takes a fifth of a start, and of the first requests.
_ALLOCATIONS = 50_000
_log = logging.getLogger("dragonctl.local")
_READS = ("Get", "List", "Describe", "Head", "BatchGet", "Filter", "Select")


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    shims.check_version()
    # botocore imports Amazon's C library where it is installed; nothing here needs it.
    sys.modules.setdefault("awscrt", None)  # type: ignore[arg-type]
    gc.set_threshold(_ALLOCATIONS)
    opening = Opening()
    server = build(opening, sys.argv[1:])
    autosaver = Autosaver(abandoned=server.shutdown)
    server.handler = autosaver.watching(server.handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    autosaver.start()
    try:
        server.serve_forever()
    finally:
        # First the port, so that nobody is served by a process on its way out.
        server.server_close()
        _end(opening, autosaver)


def _end(opening: Opening, autosaver: Autosaver) -> None:
    """Write down what there is, and end what was started."""
    try:
        if opening.has_succeeded():
            autosaver.stop()
    finally:
        if opening.has_succeeded():
            hooks.tell("stop")
        address.forget()


def build(opening: Opening, allow_origins: Sequence[str] = ()) -> Server:
    """The server, bound, its address written down; what it held before is being taken up."""
    state.ALLOWED_ORIGINS.update(map(callers.origin, allow_origins))
    token = secrets.token_urlsafe(32)
    server = Server(FrontDoor(opening.services, token))
    written = snapshot.read()
    place = address.LocalServer(
        endpoint=server.endpoint,
        pid=os.getpid(),
        token=token,
        region=DEFAULT_REGION,
        account=DEFAULT_ACCOUNT,
        moto=shims.MOTO_VERSION,
        allow_origins=tuple(sorted(state.ALLOWED_ORIGINS)),
        set_aside=str(written.aside) if written.aside else None,
    )
    address.remember(place)
    opening.begin(place, written, failed=server.shutdown)
    return server


class Autosaver(threading.Thread):
    """Writes the state down when something changed and a quiet moment has come.

    A server whose address is gone (its state folder was removed) cannot be found any more, nor
    ended by ``down``: it ends itself, by calling ``abandoned``, and leaves nothing.
    """

    def __init__(self, abandoned: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="autosaver")
        self._abandoned = abandoned
        self._changed_at: float | None = None
        self._first_at = 0.0
        self._end = threading.Event()

    def watching(self, application: Any) -> Any:
        """The application, with each request that may change something taken note of."""

        def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            answer: Iterable[bytes] = application(environ, start_response)
            if _may_change(environ):
                self.note()
            return answer

        return watched

    def note(self) -> None:
        """Something may have changed."""
        now = time.monotonic()
        if self._changed_at is None:
            self._first_at = now
        self._changed_at = now

    def run(self) -> None:
        """Look twice a second until stopped."""
        while not self._end.wait(QUIET_SECONDS):
            if not address.is_own():
                self._abandoned()
                return
            server_log.bound()
            changed = self._changed_at
            now = time.monotonic()
            waited = changed and now - changed >= QUIET_SECONDS
            if waited or (changed and now - self._first_at >= LATEST_SECONDS):
                self._changed_at = None
                self._save()

    def stop(self) -> None:
        """Write the last state down and end."""
        self._end.set()
        self.join()
        if address.is_own():
            self._save()

    def _save(self) -> None:
        try:
            snapshot.save()
        except OSError:
            _log.exception("the state cannot be written down")


def _may_change(environ: dict[str, Any]) -> bool:
    target: str = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if target:
        return not target.startswith(_READS)
    if environ.get("PATH_INFO", "").startswith("/_run/"):
        return True  # a request to an API leaves logs and traces, even a GET
    return environ.get("REQUEST_METHOD") not in ("GET", "HEAD")


if __name__ == "__main__":
    main()
