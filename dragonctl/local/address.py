"""Where the running local AWS is: a small file, mode 0600, that the server writes when ready."""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from dragonctl.paths import check_folder, read_own_json, state_folder, state_path

_ENDPOINT = re.compile(r"http://127\.0\.0\.1:\d{1,5}")
_LARGEST_PID = (1 << 31) - 1  # what a C int holds; 0 and below mean groups of processes to kill(2)


@dataclass(frozen=True)
class LocalServer:
    """A running local AWS: its address, process, token (for ``/_dragonctl``) and identity.

    ``allow_origins``: whose web pages may call its stages. ``set_aside``: the file of what it held
    before and could not take up, in full or in part.
    """

    endpoint: str
    pid: int
    token: str
    region: str
    account: str
    moto: str
    allow_origins: tuple[str, ...] = ()
    set_aside: str | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.endpoint.rpartition(":")[2])


def file() -> Path:
    """Where the address is kept."""
    return state_path("local", "server.json")


def remember(server: LocalServer) -> None:
    """Write the address down, whole or not at all."""
    state_folder("local")
    path = file()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(asdict(server), stream)
    draft.replace(path)


def recall() -> LocalServer | None:
    """The address as written; None when there is none or it cannot be believed.

    Its token is sent to no other place than this machine, and nothing but one process is ended.
    """
    path = file()
    check_folder(path.parents[1])
    check_folder(path.parent)
    written = read_own_json(path, LocalServer)
    is_ours = written and _ENDPOINT.fullmatch(written.endpoint) and 1 < written.pid <= _LARGEST_PID
    return written if is_ours else None


def is_own() -> bool:
    """Whether the address that is written down is this process's."""
    kept = recall()
    return kept is not None and kept.pid == os.getpid()


def forget() -> None:
    """Take the address away, if it is this process's own."""
    if is_own():
        with contextlib.suppress(FileNotFoundError):
            file().unlink()
