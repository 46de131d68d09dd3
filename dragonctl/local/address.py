"""Where the running local AWS is: a small file, mode 0600, that the server writes when ready."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from dragonctl.paths import state_folder


@dataclass(frozen=True)
class LocalServer:
    """A running local AWS: its address, process, token (for ``/_dragonctl``) and identity."""

    endpoint: str
    pid: int
    token: str
    region: str
    account: str
    moto: str


def file() -> Path:
    """Where the address is kept."""
    return state_folder("local") / "server.json"


def remember(server: LocalServer) -> None:
    """Write the address down, whole or not at all."""
    path = file()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(asdict(server), stream)
    draft.replace(path)


def recall() -> LocalServer | None:
    """The address as written; None when there is none or it cannot be read."""
    try:
        said = json.loads(file().read_text())
        return LocalServer(**{one.name: said[one.name] for one in fields(LocalServer)})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_own() -> bool:
    """Whether the address that is written down is this process's."""
    kept = recall()
    return kept is not None and kept.pid == os.getpid()


def forget() -> None:
    """Take the address away, if it is this process's own."""
    if is_own():
        with contextlib.suppress(FileNotFoundError):
            file().unlink()
