"""``dragonctl.toml``: which application a folder is about, and options of its commands.

Top level: ``api`` and ``stage`` (a name or a list). A table per command holds that command's
options by their long names, with ``_`` or ``-``; :mod:`dragonctl.cli.defaults` knows which.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from dragonctl.errors import UsageError

FILE = "dragonctl.toml"
_LONGEST = 60
"""Characters of a refused value that are shown."""

Text = Annotated[str, msgspec.Meta(min_length=1, description="text")]
Texts = Annotated[
    Text | Annotated[list[Text], msgspec.Meta(min_length=1)],
    msgspec.Meta(description="text or a list of texts"),
]


class TopLevel(msgspec.Struct):
    """What may stand above the tables; None where it does not."""

    api: Text | None = None
    stage: Texts | None = None
    region: Text | None = None
    profile: Text | None = None


def find(folder: Path | None = None) -> Path | None:
    """The nearest ``dragonctl.toml``, in this folder or above, be it a file or not."""
    try:
        here = (folder or Path.cwd()).resolve()
    except FileNotFoundError as error:
        raise UsageError("The folder in which this was typed is gone.", "Go to another.") from error
    return next((one / FILE for one in (here, *here.parents) if os.path.lexists(one / FILE)), None)


@lru_cache(maxsize=1)
def load() -> Mapping[str, Any]:
    """The file's content; empty when there is none. What it may not say is a UsageError."""
    path = find()
    return {} if path is None else parse(path)


def parse(path: Path) -> dict[str, Any]:
    """One file, what stands above its tables checked; the rest is whoever's it is."""
    document = _document(path)
    kinds = {field.name: field.type for field in msgspec.structs.fields(TopLevel)}
    for key, value in document.items():
        if key in kinds:
            check(value, kinds[key], f"In {path}, {key}")
    return document


def _document(path: Path) -> dict[str, Any]:
    """What a file holds, as TOML has it; UsageError says in plain words why it cannot be read."""
    try:
        if path.exists() and not path.is_file():  # a pipe would never end
            raise UsageError(f"{path} is {'a folder' if path.is_dir() else 'no plain file'}.")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Windows' Notepad marks it
    except OSError as error:
        is_dead_link = path.is_symlink() and isinstance(error, FileNotFoundError)
        reason = "it is a link to what is not there" if is_dead_link else str(error.strerror)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is not UTF-8"
    except tomllib.TOMLDecodeError as error:
        reason = _mistake(str(error))
    except ValueError:  # Python reads no number of 5,000 digits
        reason = "a number has too many digits"
    except RecursionError:
        reason = "its values are nested too deeply"
    raise UsageError(f"{path} cannot be read: {reason}.")


_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_MISTAKES = {
    "Cannot declare": "[{key}] stands twice; the second is on {place}",
    "Cannot mutate": "{key} is written in two places; the second is on {place}",
    "Cannot redefine": "{key} is written in two places; the second is on {place}",
    "Cannot overwrite": "a key or table stands twice; the second is on {place}",
    "Duplicate inline": "a key stands twice; the second is on {place}",
    "Invalid value": "the value on {place} is missing or is none; a text stands in quotes",
    "Invalid date": "the date on {place} does not exist",
    "Invalid statement": "{place} begins with neither a key nor a [table]",
    "Invalid initial": "a key is missing, or has signs that need quotes, on {place}",
    "Expected '='": "the key on {place} has no = behind it",
    "Expected ']": "the table's name on {place} is not closed by ]",
    "Expected newline": "something stands behind the value on {place}",
    "Unclosed array": "a list is not closed by ] on {place}",
    "Unclosed inline": "a table in {{ }} is not closed on {place}",
    "Unterminated string": "a text has no closing quote on {place}",
    "Expected ": "a text has no closing quote on {place}",
    "Illegal character": "a character that may not stand there is on {place}",
    "Found invalid": "a character that may not stand there is on {place}",
    "Unescaped": "a \\ on {place} means nothing; in '…' it is a plain character",
}
"""What tomllib says (``tomllib/_parser.py``, by how it begins), for people who know no parser."""


def _mistake(told: str) -> str:
    """A mistake of TOML in plain words, with its line."""
    found = _PLACE.search(told)
    place = f"line {found[1]}" if found and found[1] else "the last line"
    key = ".".join(re.findall(r"'([^']*)'", told))
    known = next((words for start, words in _MISTAKES.items() if told.startswith(start)), "")
    return known.format(key=key, place=place) if known else told


def check(value: Any, kind: Any, subject: str) -> None:
    """Refuse a value that is not of a type, in the words of the type's description.

    ``kind``: a type as msgspec takes it, with a ``Meta(description=…)``.
    """
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if value in ("", []) or (isinstance(value, list) and "" in value):
            raise UsageError(f"{subject} must not be empty.") from error
        raise UsageError(f"{subject} must be {_words(kind)}, not {_written(value)}.") from error


def _words(kind: Any) -> str:
    schema = msgspec.json.schema(kind)
    choices = [schema, *schema.get("anyOf", ())]
    return next(str(one["description"]) for one in choices if "description" in one)


def _written(value: Any) -> str:
    """A value as the file may have it, on one line."""
    if isinstance(value, dict):
        return "a table"
    plain = isinstance(value, str | bool)
    words = json.dumps(value, ensure_ascii=False) if plain else str(value)
    if isinstance(value, list):
        words = f"[{', '.join(map(_written, value))}]"
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def api_title(folder: Path | None = None) -> str | None:
    """The title of the OpenAPI document in this folder's ``definitions/``, if there is one."""
    for path in sorted((folder or Path.cwd()).glob("definitions/*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(document, dict) and ("openapi" in document or "swagger" in document):
            title = (document.get("info") or {}).get("title")
            return str(title) if title else None
    return None
