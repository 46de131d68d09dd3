"""What one application consists of, as a small JSON file, in the words of AWS's own calls.

A shape describes resources and nothing else: no code, no answers. Its members:

``source``
    ``repo``, ``path``, ``commit`` and ``licence`` of the public application it is after; ``kind``,
    what is worth a look in it; ``added``, what that application has not got.
``roles``
    name -> ``service`` (who may assume it), ``managed`` (AWS's policies, after ``policy/``),
    ``inline`` (name -> document), ``path``.
``functions``
    name -> ``role``, ``runtime``, ``handler``, ``timeout``, ``env``, ``tracing``, ``arch``,
    ``logging``, ``snapStart``, ``tags``; ``versions``, how many are published (or a list of what
    differs in each); ``aliases``, name -> version, or ``version`` and ``weights``.
``machines``
    name -> ``definition``, ``role``, ``type``, ``log``, ``tracing``, ``versions`` (as above),
    ``aliases`` (name -> pairs of version and weight).
``log_groups``
    name -> days, or null. ``account_role``: the role that API Gateway logs with.
``apis`` (or one ``api``)
    ``name``, ``types``, ``policy``, ``authorizers``, ``validators``, ``models``,
    ``gateway_responses``, ``methods``, ``stages``, ``plans``, ``domains``. The first is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Any
ACCOUNT, REGION = "123456789012", "us-east-1"
OWN = Path(__file__).parent / "shapes"


@dataclass(frozen=True)
class Shape:
    """One application: ``name`` is its file's, ``about`` what stands in it."""

    name: str
    about: dict[str, Json]

    @property
    def apis(self) -> list[dict[str, Json]]:
        """The APIs, the one that the commands are run on first."""
        return self.about["apis"] if "apis" in self.about else [self.about["api"]]

    @property
    def api(self) -> dict[str, Json]:
        """The API that the commands are run on."""
        return self.apis[0]

    def part(self, name: str) -> dict[str, Json]:
        """``functions``, ``machines``, ``roles`` or ``log_groups``, by their names."""
        return self.about.get(name) or {}

    def role_arn(self, name: str) -> str:
        """The ARN that a role of the shape has."""
        path = self.part("roles").get(name, {}).get("path", "/")
        return f"arn:aws:iam::{ACCOUNT}:role{path}{name}"


def function_arn(name: str) -> str:
    """The ARN of a function."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def machine_arn(name: str) -> str:
    """The ARN of a state machine."""
    return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"


def load(folder: Path) -> Iterator[Shape]:
    """The shapes of a folder, by name; ValueError names a file that is none."""
    for path in sorted(folder.glob("*.json")):
        about = json.loads(path.read_text("utf-8"))
        if not isinstance(about, dict) or not (about.get("apis") or about.get("api")):
            raise ValueError(f"{path.name} describes no API")
        yield Shape(path.stem, about)


def versions_of(asked: dict[str, Json]) -> list[dict[str, Json]]:
    """What each published version of a function or machine differs in from it; oldest first."""
    versions = asked.get("versions") or 0
    return [{} for _ in range(versions)] if isinstance(versions, int) else versions


def alias_of(asked: Json) -> tuple[str, dict[str, float]]:
    """The version of an alias, and the shares of others beside it."""
    return (asked, {}) if isinstance(asked, str) else (asked["version"], asked.get("weights", {}))
