"""The OpenAPI documents and state machines of a folder, whatever their files are called.

A file is known by what it holds: ``openapi`` or ``swagger``, or ``StartAt`` and ``States``. JSON
and YAML are read, YAML with CloudFormation's short tags (``!Sub``), which become their long form.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragonctl.engine.model import Json
from dragonctl.errors import DragonError, UsageError

LARGEST_BYTES = 6 << 20
"""What API Gateway imports (AWS: "API Gateway quotas": 6 MB)."""

MOST_NODES = 500_000
MOST_FILES = 2_000
_KINDS = {".json", ".yaml", ".yml"}
_NOT_THEIRS = {"node_modules", "venv", "__pycache__", "cdk.out", "dist", "build", "site-packages"}


@dataclass(frozen=True)
class Document:
    """One file; ``name`` is its path below the folder, ``stem`` what it may be called after."""

    name: str
    stem: str
    content: dict[str, Json]


@dataclass(frozen=True)
class Documents:
    """What a folder holds; ``passed_over`` says in sentences what could not be read."""

    folder: Path
    apis: tuple[Document, ...]
    machines: tuple[Document, ...]
    passed_over: tuple[str, ...]


def read_folder(folder: Path) -> Documents:
    """All of a folder's documents, by name.

    Raises:
        UsageError: there is no such folder.
        DragonError: no document is in it.

    """
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}.", "--definitions names one.", option="--definitions"
        )
    apis, machines, passed_over = [], [], []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            content = parsed(path)
        except ValueError as error:
            passed_over.append(f"{name} was passed over: {error}.")
            continue
        if not isinstance(content, dict):
            continue
        if "openapi" in content or "swagger" in content:
            apis.append(Document(name, _stem(path), content))
        elif "StartAt" in content and "States" in content:
            machines.append(Document(name, _stem(path), content))
        elif _is_template(content):
            passed_over.append(
                f"{name} was passed over: it is a template. Only OpenAPI documents and state "
                "machines that are files of their own are taken."
            )
    if not apis and not machines:
        why = f" {passed_over[0]}" if passed_over else ""
        raise DragonError(
            f"{folder} holds no OpenAPI document and no state machine.{why}",
            "They are JSON or YAML files with `openapi` (or `swagger`), or `StartAt` and `States`.",
            code="BadDefinitions",
        )
    return Documents(folder, tuple(apis), tuple(machines), tuple(passed_over))


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _NOT_THEIRS and one[0] != ".")
        for name in sorted(names):
            if Path(name).suffix.lower() in _KINDS and name[0] != ".":
                count += 1
                if count > MOST_FILES:
                    raise DragonError(
                        f"{folder} holds more than {MOST_FILES:,} JSON and YAML files.",
                        "Name the folder of the definitions alone.",
                        code="BadDefinitions",
                    )
                yield Path(here, name)


def _stem(path: Path) -> str:
    """``order.asl.json`` -> ``order``; a file that only says its kind is called by its folder."""
    stem = path.name.partition(".")[0]
    generic = {"statemachine", "state-machine", "state_machine", "definition", "workflow", "asl"}
    parent = path.parent.name
    return parent if stem.lower() in generic and parent.isidentifier() else stem


def _is_template(content: dict[str, Json]) -> bool:
    return "Resources" in content and isinstance(content["Resources"], dict)


def parsed(path: Path) -> Json:
    """The file as plain JSON; ValueError, in one clause, where it is none or cannot be read."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"it has more than {LARGEST_BYTES:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"it cannot be read ({getattr(error, 'strerror', error)})") from error
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"it is no JSON ({error})") from error
    return _from_yaml(text)


def _from_yaml(text: str) -> Json:
    import yaml  # type: ignore[import-untyped]

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Knows CloudFormation's short tags; dates stay text."""

    Loader.add_multi_constructor("!", _short_tag)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", Loader.construct_yaml_str)
    try:
        return _plain(yaml.load(text, Loader), [MOST_NODES])  # noqa: S506 (it is a safe one)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "broken"
        raise ValueError(f"it is no YAML ({where}{problem})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _short_tag(loader: Any, name: str, node: Any) -> Json:
    """``!Sub x`` as ``{"Fn::Sub": x}``."""
    kind = type(node).__name__
    if kind == "ScalarNode":
        value = loader.construct_scalar(node)
    elif kind == "SequenceNode":
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


def _plain(value: Any, left: list[int]) -> Json:
    """Keys as text (``200:`` is a number in YAML); what anchors blow up is refused."""
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("it grows beyond all measure when its anchors are followed")
    if isinstance(value, dict):
        return {_key(key): _plain(one, left) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one, left) for one in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) or key is None else str(key)
