"""``dragonctl.toml``: which application a folder is about, and options of its commands.

Top level: ``api`` and ``stage`` (a name or a list). A table per command holds that command's
options by their long names, with ``_`` or ``-``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragonctl.errors import UsageError

if TYPE_CHECKING:
    import click

FILE = "dragonctl.toml"
_TOP = {"api": str, "stage": (str, list), "region": str, "profile": str}
# How a thing is done, not what is wanted: that is said each time.
_NEVER = {"help", "dry_run", "check", "yes", "no_wait", "debug", "output", "local"}


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
    """One file, its top level checked."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    for key, value in document.items():
        if isinstance(value, dict):
            _check_table(path, key)
        elif key not in _TOP:
            raise UsageError(
                f"{path} has an unknown key {key!r}.", f"It may hold: {', '.join(_TOP)}."
            )
        elif not isinstance(value, _TOP[key]):  # type: ignore[arg-type]
            raise UsageError(f"In {path}, {key} must be text, not {value!r}.")
    _check_stages(path, document.get("stage"))
    return document


def defaults_for(command: click.Command) -> dict[str, Any]:
    """The options of a command that the file sets, by click's parameter names; checked."""
    document = load()
    options = {_name(parameter): parameter for parameter in command.params}
    defaults: dict[str, Any] = {}
    for key, parameter in (("api", "api"), ("stage", "stages")):
        if key in document and any(one.name == parameter for one in command.params):
            value = document[key]
            several = options[key].multiple
            defaults[parameter] = [value] if several and isinstance(value, str) else value
    for key, value in _table(document, command.name or "").items():
        name = key.replace("-", "_")
        option = options.get(name)
        if option is None or option.name is None or name in _NEVER:
            raise UsageError(
                f"{find()} has an unknown option {key!r} in [{command.name}].",
                f"It may hold: {', '.join(sorted(set(options) - _NEVER))}.",
            )
        defaults[option.name] = _checked(command, key, option, value)
    return defaults


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


def _table(document: Mapping[str, Any], command: str) -> Mapping[str, Any]:
    names = [one for one in dict.fromkeys((command, command.replace("-", "_"))) if one in document]
    if len(names) > 1:
        raise UsageError(f"{find()} has both [{names[0]}] and [{names[1]}].", "Keep one of them.")
    table = document[names[0]] if names else {}
    return table if isinstance(table, dict) else {}


def _name(parameter: click.Parameter) -> str:
    """The long option's name with ``_``: what a person writes in the file."""
    longest = max((one for one in parameter.opts), key=len)
    return longest.lstrip("-").replace("-", "_")


def _checked(command: click.Command, key: str, option: click.Parameter, value: Any) -> Any:
    flag = bool(getattr(option, "is_flag", False))
    if flag != isinstance(value, bool):
        wanted = "true or false" if flag else "a value, not true or false"
        raise UsageError(f"In {find()}, {key} of [{command.name}] must be {wanted}: {value!r}.")
    several = value if isinstance(value, list) and option.multiple else [value]
    if any(not _fits(option, one) for one in several):
        raise UsageError(f"In {find()}, {key} of [{command.name}] cannot be {value!r}.")
    return [value] if option.multiple and not isinstance(value, list) else value


def _fits(option: click.Parameter, value: Any) -> bool:
    """Whether one value may be what the option takes: click would cut 60.5 down to 60."""
    if isinstance(value, bool):
        return bool(getattr(option, "is_flag", False))
    whole = option.type.name.startswith("integer")
    return not isinstance(value, dict | list) and not (whole and isinstance(value, float))


def _check_table(path: Path, name: str) -> None:
    from dragonctl.cli.catalogue import command_names

    names = command_names()
    if name.replace("_", "-") not in names:
        raise UsageError(
            f"{path} has a table [{name}], which is not a command.",
            f"The commands are: {', '.join(names)}.",
        )


def _check_stages(path: Path, stages: Any) -> None:
    if isinstance(stages, list) and not all(isinstance(one, str) for one in stages):
        raise UsageError(f"In {path}, stage must be text or a list of texts, not {stages!r}.")
