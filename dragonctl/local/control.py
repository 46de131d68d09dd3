"""Start, find and end the local AWS from a command: the only part of it that commands import.

Imports nothing heavy: the server is a process of its own, so a command pays for moto only once,
in the background.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import Any

from dragonctl.errors import UNWRITABLE, DragonError
from dragonctl.local import address
from dragonctl.local.address import LocalServer
from dragonctl.local.server_log import file as log_file
from dragonctl.paths import cache_folder, writable_folder

__all__ = ["LocalServer", "down", "log_file", "reset", "set_pace", "status", "up"]

# Long, because a busy machine is no failure; a server that dies is told at once.
START_SECONDS = 120.0
STOP_SECONDS = 60.0
PAUSE_SECONDS = 0.02
# Appending, so that the server may cut its log short while it writes to it.
_LOG_MODE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def up(allow_origins: Sequence[str] = ()) -> LocalServer:
    """The running local AWS, started if need be; returns when it answers.

    ``allow_origins``, if any, are from then on the only ones whose pages may call its stages; none
    leaves a running server as it is. Two commands at once get the same server. DragonError when
    the extra ``local`` is not installed or the server does not come up.
    """
    running = status()
    if running is None:
        with _turn():
            running = status() or _start(allow_origins)
    if allow_origins and set(allow_origins) != set(running.allow_origins):
        running = _allow(running, allow_origins)
    return running


def _allow(running: LocalServer, origins: Sequence[str]) -> LocalServer:
    _ask(running, "POST", "origins", {"allow_origins": list(origins)})
    changed = status()
    if changed is None or set(changed.allow_origins) != set(origins):
        raise DragonError(
            "The running local AWS does not take --allow-origin.",
            "Start it anew: `dragonctl local down`, then `dragonctl local up --allow-origin URL`.",
            code="LocalNotChanged",
        )
    return changed


def down() -> bool:
    """End it, its state written down; False when none was running.

    DragonError when it does not end in time, and where it could not write its state down.
    """
    try:
        with _turn(", so the local AWS runs on"):
            return _end()
    except DragonError as error:
        if error.code == UNWRITABLE and status() is None:
            return False
        raise


def _end() -> bool:
    running = status()
    if running is None:
        address.file().unlink(missing_ok=True)
        return False
    os.kill(running.pid, signal.SIGTERM)
    _wait_for_end(running)
    return True


def status() -> LocalServer | None:
    """The running local AWS; None when none runs.

    A dead process's file, and one whose process number now belongs to another program, are told
    by asking: only the server that wrote the file knows its token and number.
    """
    written = address.recall()
    if written is None or not is_alive(written.pid):
        return None
    try:
        served = _ask(written, "GET", "status")
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return written if served.get("pid") == written.pid else None


def reset(server: LocalServer | None = None) -> None:
    """Throw everything away that the running local AWS holds."""
    _ask(server or up(), "POST", "reset")


def set_pace(server: LocalServer, **seconds: float) -> None:
    """How long slow things take: ``cache_cluster``, ``function_update``, ``distribution``."""
    _ask(server, "POST", "pace", seconds)


def _start(allow_origins: Sequence[str]) -> LocalServer:
    if find_spec("moto") is None or find_spec("flask") is None:
        raise DragonError(
            "The local AWS is not installed.",
            "Type in the folder of dragonctl's source: pip install '.[local]'",
            code="LocalNotInstalled",
        )
    # A file left by a server that died must not be taken for the new one's.
    address.file().unlink(missing_ok=True)
    handle = os.open(log_file(), _LOG_MODE, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 (our own program, and origins that are checked)
            [sys.executable, "-m", "dragonctl.local.server", *allow_origins],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            env=environment(),
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(handle)
    return _wait_for_start(process)


def _wait_for_start(process: subprocess.Popen[bytes]) -> LocalServer:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        written = address.recall()
        if written and written.pid == process.pid:
            # The server outlives this command: it is not this process's child to wait for.
            process.returncode = 0
            return written
        time.sleep(PAUSE_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
    raise DragonError(
        f"The local AWS did not start: {_last_words()}",
        f"Its log is {log_file()}.",
        code="LocalNotStarted",
    )


def _last_words() -> str:
    lines = log_file().read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"no answer within {START_SECONDS:.0f} seconds"


def environment() -> dict[str, str]:
    """The server's own environment: nobody's profile, credentials, endpoint or proxy."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MOTO_", "TEST_")) and "proxy" not in name.lower()
    }
    return {
        **(_with_bytecode(kept) if _lacks_bytecode() else kept),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",  # moto's own clients need some
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "*",
        # No web page may read what this server answers.
        "MOTO_DISABLE_GLOBAL_CORS": "true",
        # A checkout that is run without being installed is found from any folder.
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
    }


def _lacks_bytecode() -> bool:
    """Whether moto came without compiled modules, and Python is told to write none."""
    moto = find_spec("moto")
    compiled = cache_from_source(moto.origin) if moto and moto.origin else ""
    return sys.dont_write_bytecode and not os.path.exists(compiled)  # noqa: PTH110 (a plain text)


def _with_bytecode(environment: dict[str, str]) -> dict[str, str]:
    """Compiled modules go into a folder of the user's own, and nothing into that of the sources.

    A thousand modules are compiled at each start otherwise, which takes three seconds.
    """
    try:
        folder = cache_folder("bytecode")
    except (DragonError, OSError):
        return environment
    written = {k: v for k, v in environment.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**written, "PYTHONPYCACHEPREFIX": str(folder)}


def _wait_for_end(server: LocalServer) -> None:
    until = time.monotonic() + STOP_SECONDS
    while is_alive(server.pid):
        if time.monotonic() > until:
            raise DragonError(
                f"The local AWS (process {server.pid}) does not end.",
                f"End it with: kill {server.pid}",
                code="LocalNotStopped",
            )
        time.sleep(PAUSE_SECONDS)


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs; a server that this process started is reaped."""
    _take_note(pid)
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    if _has_ended(pid):
        _take_note(pid)
        return False
    return True


def _take_note(pid: int) -> None:
    """A server that this very process started leaves its remains to it."""
    with contextlib.suppress(OSError):
        os.waitpid(pid, os.WNOHANG)


def _has_ended(pid: int) -> bool:
    """Whether it only waits for its parent to take note; a container's first process may never.

    Its first thread waits so while others of its threads are still ending.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:  # not Linux
        return False
    state, *numbers = stat.rpartition(b")")[2].split()
    return state == b"Z" and int(numbers[16]) <= 1  # proc(5): (3) state, (20) num_threads


def _ask(
    server: LocalServer, method: str, action: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    place = server.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=STOP_SECONDS)
    try:
        connection.request(
            method,
            f"/_dragonctl/{action}",
            json.dumps(body or {}),
            {"X-Dragonctl-Token": server.token, "Content-Type": "application/json"},
        )
        answer = json.loads(connection.getresponse().read())
        return answer if isinstance(answer, dict) else {}
    finally:
        connection.close()


@contextlib.contextmanager
def _turn(so: str = "") -> Iterator[None]:
    """One command at a time starts or ends the server; ``so`` is said where nothing can be kept."""
    from filelock import FileLock  # the kernel's own: it ends with the process that holds it

    with FileLock(writable_folder("local", so=so) / "lock", mode=0o600):
        yield
