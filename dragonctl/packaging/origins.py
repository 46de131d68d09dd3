"""Where packages would come from, as a digest: a zip that was built with other settings is another.

Everything that uv is told counts: pip's settings in uv's words, uv's own variables and files
(uv documentation, "Configuration files"), and what lies in folders of wheels and in constraints
files. Passwords and tokens do not: they are no part of the digest, and a token that is renewed
twice a day builds nothing again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from dragonctl.packaging.pip_settings import constraints, uv_arguments, uv_environment

_PASSWORD_OF_URL = re.compile(r"(?<=//)([^\s/:@\"']*):[^\s\"']*@")
_SECRET = ("PASSWORD", "TOKEN")
# How uv works, not what comes of it.
_HARMLESS = re.compile(
    r"UV_(?:CACHE_DIR|CONCURRENT_.*|HTTP_.*|LINK_MODE|LOG_CONTEXT|NO_CACHE|NO_PROGRESS|NO_WRAP|OFFLINE"
    r"|PUBLISH_.*|PYTHON_INSTALL_.*|RUN_.*|STACK_SIZE|TOOL_.*|UPLOAD_.*|VENV_.*|PROJECT_.*|ENV_FILE)"
)
_FOLDERS = "UV_FIND_LINKS"
_FILES = ("UV_CONSTRAINT", "UV_OVERRIDE", "UV_BUILD_CONSTRAINT", "UV_EXCLUDE", "UV_CONFIG_FILE")


def origins(environ: Mapping[str, str]) -> str:
    """A digest of everything outside a function's folder that decides what is installed."""
    settings = {
        name: without_password(value)
        for name, value in uv_environment(environ).items()
        if name.startswith("UV_") and not name.endswith(_SECRET) and not _HARMLESS.fullmatch(name)
    }
    files = [*_config_files(environ), *map(Path, constraints(environ))]
    files += [Path(one) for name in _FILES for one in settings.get(name, "").split()]
    parts = [
        sorted(settings.items()),
        uv_arguments(environ),
        [contents(path) for path in files],
        [listing(one) for one in re.split(r"[,\s]+", settings.get(_FOLDERS, "")) if one],
        [version("uv"), sys.platform, sys.version_info[:2]],  # uv builds sources with this Python
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def without_password(text: str) -> str:
    """The text with the passwords of its URLs taken out, users left."""
    return _PASSWORD_OF_URL.sub(r"\1@", text)


def listing(place: str) -> list[tuple[str, int, int]]:
    """What lies in a local folder of wheels: name, bytes, change in nanoseconds; else nothing."""
    folder = Path(place.removeprefix("file://"))
    try:
        found = [(path.name, path.stat()) for path in folder.iterdir()]
    except OSError:  # an address, or no folder: what it holds is not known here
        return []
    return sorted((name, about.st_size, about.st_mtime_ns) for name, about in found)


def contents(path: Path) -> str:
    """A file's text without passwords; nothing where there is no such file, or it is an address."""
    try:
        return without_password(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def _config_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where uv looks for settings besides a project's: the user's file, then the system's."""
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "win32":
        folders = [
            Path(environ.get("APPDATA") or home / "AppData" / "Roaming"),
            Path(environ.get("PROGRAMDATA", r"C:\ProgramData")),
        ]
    else:
        shared = environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(os.pathsep)
        folders = [Path(environ.get("XDG_CONFIG_HOME") or home / ".config"), *map(Path, shared)]
        folders.append(Path("/etc"))
    return (folder / "uv" / "uv.toml" for folder in folders)
