"""pip's settings of where packages come from, handed on to uv, which does not read them.

Files and their order: pip documentation, "Configuration" (``PIP_CONFIG_FILE``, global, user,
site; then ``PIP_*`` variables). What uv is told by its own variables (``UV_*``) wins. Addresses
travel in the environment alone: an argument can be read by everybody on the machine.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

# pip's option -> uv's variable, for those whose value means the same in both.
_SAME = {
    "index-url": "UV_DEFAULT_INDEX",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
}
_FILES = {"cert": "SSL_CERT_FILE", "client-cert": "SSL_CLIENT_CERT"}
# Lists: pip separates by white space; uv by what stands here.
_LISTS = {
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
}
# pip takes the best version that any index has; uv would stop at the first index.
_STRATEGY = "unsafe-best-match"
BEST_OF_ALL_INDEXES = ("--index-strategy", _STRATEGY)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY")
_TRUE = {"1", "true", "yes", "on", "y", "t"}


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of pip by option name (``index-url``), as ``pip install`` would read them."""
    settings: dict[str, str] = {}
    for path in _files(environ):
        settings.update(_read(path))
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            settings[name.removeprefix("PIP_").lower().replace("_", "-")] = value
    return settings


def uv_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv: the present one with pip's settings in uv's words.

    AWS credentials are left out: a package that builds itself has no business with them.
    """
    settings = pip_settings(environ)
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    return {**dict(_translated(settings)), **kept}


def uv_arguments(environ: Mapping[str, str]) -> list[str]:
    """What of pip's settings uv takes as an argument only."""
    settings = pip_settings(environ)
    flags = {"no-index": ["--no-index"], "pre": ["--prerelease", "allow"]}
    return [
        word
        for option, words in flags.items()
        if settings.get(option, "").lower() in _TRUE
        for word in words
    ]


def constraints(environ: Mapping[str, str]) -> list[str]:
    """The constraints files that pip would heed everywhere: paths, or addresses."""
    return [_place(word) for word in pip_settings(environ).get("constraint", "").split()]


def _translated(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for option, variable in _SAME.items():
        if option in settings:
            yield variable, settings[option]
    for option, variable in _FILES.items():
        if option in settings:
            yield variable, _place(settings[option])
    for option, (variable, separator) in _LISTS.items():
        if option in settings:
            words = settings[option].split()
            places = map(_place, words) if option == "find-links" else words
            yield variable, separator.join(places)
    if "extra-index-url" in settings:
        yield "UV_INDEX_STRATEGY", _STRATEGY
    if settings.get("keyring-provider") == "subprocess":
        yield "UV_KEYRING_PROVIDER", "subprocess"
    if "proxy" in settings:
        yield from ((variable, settings["proxy"]) for variable in _PROXIES)


def _place(path: str) -> str:
    """An address as it is; a path so that it can be found from the folder that uv runs in, too."""
    return path if "://" in path else str(Path(path).expanduser().absolute())


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    if named:
        yield Path(named)
    yield from _global_files(environ)
    if not (named and Path(named).exists()):
        yield from _user_files(environ)
    yield Path(sys.prefix) / _file_name()


def _file_name() -> str:
    return "pip.ini" if sys.platform == "win32" else "pip.conf"


def _global_files(environ: Mapping[str, str]) -> list[Path]:
    if sys.platform == "win32":
        return [Path(environ.get("PROGRAMDATA", r"C:\ProgramData")) / "pip" / "pip.ini"]
    if sys.platform == "darwin":
        return [Path("/Library/Application Support/pip/pip.conf")]
    folders = environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(os.pathsep)
    return [*(Path(folder) / "pip" / "pip.conf" for folder in folders), Path("/etc/pip.conf")]


def _user_files(environ: Mapping[str, str]) -> list[Path]:
    home = Path(environ.get("HOME") or Path.home())
    legacy = home / ".pip" / "pip.conf"
    if sys.platform == "win32":
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        return [home / "pip" / "pip.ini", roaming / "pip" / "pip.ini"]
    mac = home / "Library" / "Application Support" / "pip"
    if sys.platform == "darwin" and mac.is_dir():
        return [legacy, mac / "pip.conf"]
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [legacy, config / "pip" / "pip.conf"]


def _read(path: Path) -> dict[str, str]:
    """One file's ``[global]`` and, over it, ``[install]``; nothing when there is no such file."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return {}  # pip itself will say so; a broken file names no index
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found.update({key.replace("_", "-"): value for key, value in parser.items(section)})
    return found
