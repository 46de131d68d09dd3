"""Which runtimes of Lambda an auditor takes for supported: two lists, of their authors' own.

They are not :mod:`dragonctl.packaging.runtimes`: that tells when AWS retires a runtime, these what
an auditor's tool holds to be so. A runtime that is newer than Security Hub's list fails there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _runtimes(**versions: str) -> frozenset[str]:
    """``python="3.13 3.12"`` are ``python3.13`` and ``python3.12``."""
    return frozenset(name + each for name, all_ in versions.items() for each in all_.split())


SUPPORTED = _runtimes(
    dotnet="8",
    java="25 21 17 11 8.al2",
    nodejs="24.x 22.x 20.x",
    python="3.14 3.13 3.12 3.11 3.10",
    ruby="3.4 3.3 3.2",
)
"""The parameter ``runtime`` of Lambda.2, which cannot be customized."""

OBSOLETE = _runtimes(
    dotnet="5.0 6 7 core1.0 core2.0 core2.1 core3.1",
    go="1.x",
    java="8",
    nodejs="4.3 4.3-edge 6.10 8.10 10.x 12.x 14.x 16.x",
    python="2.7 3.6 3.7 3.8",
    ruby="2.5 2.7",
) | {"nodejs", "provided"}
"""prowler's ``obsolete_lambda_runtimes``."""


def is_supported(function: Mapping[str, Any]) -> bool | None:
    """Lambda.2, which ignores images, and by its Config rule what brings a runtime of its own."""
    runtime = function.get("Runtime")
    if not runtime or runtime.startswith("provided"):
        return None
    return runtime in SUPPORTED


def is_not_obsolete(function: Mapping[str, Any]) -> bool | None:
    """The check of prowler, which says nothing of an image."""
    runtime = function.get("Runtime")
    return None if not runtime else runtime not in OBSOLETE
