"""What people get wrong in AWS's files and keys, as sentences: each names the place and the cause.

botocore says of a file only that it cannot be parsed, of a heading only that there is no such
profile, and sends keys with a line break in them (aws/aws-cli#9261, #3419, boto/botocore#2001).
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from configparser import DuplicateOptionError, DuplicateSectionError, MissingSectionHeaderError
from pathlib import Path
from typing import Any

_HEADING = re.compile(r"^\s*\[(.*)\]", re.MULTILINE)
_VARIABLES = {
    "config_file": "AWS_CONFIG_FILE",
    "credentials_file": "AWS_SHARED_CREDENTIALS_FILE",
}
_BYTE_ORDER_MARK = "\ufeff"
_KEYS = ("access_key", "secret_key", "token")
_SETTINGS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_LIST = "`aws configure list-profiles` shows those there are."


def of_file(error: Any) -> str:
    """A ``ConfigParseError`` of botocore with what its parser found, and where."""
    path, cause = error.kwargs.get("path"), error.kwargs.get("error")
    return f"{path}: {_cause(cause)}" if cause else str(error).rstrip(".")


def _cause(cause: Exception) -> str:
    match cause:
        case DuplicateSectionError():
            return f"line {cause.lineno}: [{cause.section}] is there twice"
        case DuplicateOptionError():
            return f"line {cause.lineno}: {cause.option} is twice in [{cause.section}]"
        case MissingSectionHeaderError() if str(cause.line).startswith(_BYTE_ORDER_MARK):
            return "it begins with a byte order mark: save it as UTF-8 without one"
        case MissingSectionHeaderError():
            return f"line {cause.lineno}: it stands before any [heading]"
        case UnicodeDecodeError():
            return "it is not in UTF-8"
    lines = [line for line, _ in getattr(cause, "errors", [])]
    return f"line {lines[0]}: no name = value" if lines else "an indented line is no name = value"


def of_profile(session: Any, name: str) -> str:
    """Why there may be no profile of that name: what to correct, or how to see those there are."""
    config, kept = (path_of(session, file) for file in _VARIABLES)
    if refused := unreadable(session):
        return refused
    if not config.is_file() and not kept.is_file():
        return f"Neither {config} nor {kept} is there: `aws configure` makes them."
    if name != "default" and name in _headings(config):
        return f"{config} has [{name}]: there it must be [profile {name}]."
    if f"profile {name}" in _headings(kept):
        return f"{kept} has [profile {name}]: there it must be [{name}]."
    return _LIST


def unreadable(session: Any) -> str:
    """The first of AWS's files that is there and cannot be read; botocore passes it over."""
    for path in (path_of(session, file) for file in _VARIABLES):
        if fault := of_path(path):
            return f"{path}: {fault}."
    return ""


def of_named_files(session: Any) -> Iterator[str]:
    """A sentence for each of AWS's files that a variable names and that cannot be read.

    One that is not there, or a device such as ``/dev/null``, is a way to say: none.
    """
    for file, variable in _VARIABLES.items():
        path = path_of(session, file)
        if os.environ.get(variable) and (fault := of_path(path)):
            yield f"{variable} names {path}: {fault}."


def of_path(path: Path) -> str:
    """Why a file that is there cannot be read; it is not opened, for it may be a pipe."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    if stat.S_ISDIR(mode):
        return "it is a folder, not a file"
    if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):
        return "it is no plain file, and botocore reads no other"
    return "" if os.access(path, os.R_OK) else os.strerror(errno.EACCES)


def of_keys(keys: Any, *, from_environment: bool) -> str:
    """What is wrong with the form of keys, never with a word of theirs; or nothing.

    A key that is empty, or holds what no key has (blanks, line breaks, quotes, other than ASCII),
    cannot be signed with or sent.
    """
    for attribute, setting in zip(_KEYS, _SETTINGS, strict=True):
        name = setting.upper() if from_environment else setting
        value = getattr(keys, attribute)
        if value == "" or (value is None and attribute != "token"):
            return f"{name} is empty"
        for fault in _faults(value or ""):
            return f"{name} {fault}"
    return ""


def _faults(value: str) -> Iterator[str]:
    if value[:1] in "\"'" and value:
        yield "stands between quotes: no quotes belong there"
    if re.search(r"\s", value):
        yield "holds a blank or a line break"
    if not value.isascii() or not value.isprintable():
        yield "holds a character that no key has"


def path_of(session: Any, file: str) -> Path:
    """Where ``config_file`` or ``credentials_file`` is."""
    return Path(os.path.expandvars(session.get_config_variable(file))).expanduser()


def _headings(path: Path) -> set[str]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return {" ".join(heading.split()) for heading in _HEADING.findall(text)}
