"""``dragonctl.toml``: which application a folder is about, and options of its commands.

Top level: ``api`` and ``stage`` (a name or a list). A table per command holds that command's
options by their long names, with ``_`` or ``-``; :mod:`dragonctl.cli.defaults` knows which.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from dragonctl.errors import UsageError

FILE = "dragonctl.toml"

Text = Annotated[str, msgspec.Meta(description="text")]
Texts = Annotated[str | list[str], msgspec.Meta(description="text or a list of texts")]


class TopLevel(msgspec.Struct):
    """What may stand above the tables; None where it does not."""

    api: Text | None = None
    stage: Texts | None = None
    region: Text | None = None
    profile: Text | None = None


def find(folder: Path | None = None) -> Path | None:
    """The nearest ``dragonctl.toml``, in this folder or above."""
    here = (folder or Path.cwd()).resolve()
    return next((one / FILE for one in (here, *here.parents) if (one / FILE).is_file()), None)


@lru_cache(maxsize=1)
def load() -> Mapping[str, Any]:
    """The file's content; empty when there is none. What it may not say is a UsageError."""
    path = find()
    return {} if path is None else parse(path)


def parse(path: Path) -> dict[str, Any]:
    """One file, its top level checked; what its tables hold is whoever's they are."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # also of a number of 5,000 digits
        raise UsageError(f"{path} cannot be read: {error}.") from error
    kinds = {field.name: field.type for field in msgspec.structs.fields(TopLevel)}
    for key, value in document.items():
        if isinstance(value, dict):
            continue
        if key not in kinds:
            raise UsageError(
                f"{path} has an unknown key {key!r}.", f"It may hold: {', '.join(kinds)}."
            )
        check(value, kinds[key], f"In {path}, {key}")
    return document


def check(value: Any, kind: Any, subject: str) -> None:
    """Refuse a value that is not of a type, in the words of the type's description.

    ``kind``: a type as msgspec takes it, with a ``Meta(description=…)``.
    """
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{subject} must be {_words(kind)}, not {value!r}.") from error


def _words(kind: Any) -> str:
    schema = msgspec.json.schema(kind)
    choices = [schema, *schema.get("anyOf", ())]
    return next(str(one["description"]) for one in choices if "description" in one)


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
