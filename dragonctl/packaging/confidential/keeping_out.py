"""Take out of a function's files what holds a secret; refuse where code itself holds one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from dragonctl.packaging.confidential.contents import Secret, find
from dragonctl.packaging.confidential.names import is_secret
from dragonctl.packaging.confidential.published import published
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.source import SourceFiles
from dragonctl.wording import first_few

_SHOWN = 3


def without_secrets(files: SourceFiles, allowed: Sequence[str]) -> SourceFiles:
    """The files without those that hold a secret, which are named with their kind and line.

    ``allowed``: paths, or patterns of them, of files that are packed all the same. Raises
    :class:`PackagingError` where a Python file holds a secret: without it the function would break.
    """
    known = published(files.folder, files.files)
    found = secrets_in({k: v for k, v in files.files.items() if k not in known}, allowed)
    kept = {name: path for name, path in files.files.items() if name not in found}
    named = [f"{name} ({finding})" for name, finding in found.items()]
    return replace(
        files,
        files=kept,
        left_out=tuple(sorted({*files.left_out, *found})),
        secrets=tuple(sorted({*files.secrets, *named})),
    )


def secrets_in(files: Mapping[str, Path], allowed: Sequence[str]) -> dict[str, Secret]:
    """Files that hold a secret, by their path in the zip. Raises for those that are Python."""
    judged = ((name, find(path)) for name, path in files.items() if not is_allowed(name, allowed))
    found = {name: finding for name, finding in judged if finding}
    code = [
        f"{files[name]}, line {one.line}: {one.kind}"
        for name, one in found.items()
        if name.endswith(".py")
    ]
    if code:
        shown = first_few(code, _SHOWN, between="; ")
        raise PackagingError(
            f"This code holds what looks like a secret: {shown}.",
            "Read it from the environment or AWS Secrets Manager. If it is none, write"
            " `# pragma: allowlist secret` on that line, or name the file with --allow-secret.",
            code="Secret",
        )
    return found


def check_local(
    projects: Sequence[Path], bundled: Mapping[str, Path], allowed: Sequence[str]
) -> None:
    """Refuse secrets that the projects of this machine bring along, which requirements name.

    ``projects`` are their folders, ``bundled`` all that is installed (path in the zip -> file):
    what lies in a project under the same path is its own. Nothing can be left out of an installed
    package, so every secret is refused.
    """
    own = {
        name: path
        for name, path in bundled.items()
        if any((folder / name).is_file() for project in projects for folder in _roots(project))
    }
    named = [name for name in own if is_secret(Path(name).name) and not is_allowed(name, allowed)]
    found = [*named, *(f"{name} ({one})" for name, one in secrets_in(own, allowed).items())]
    if found:
        raise PackagingError(
            f"A project of this machine brings a secret: {', '.join(found[:_SHOWN])}.",
            "Take it out of the project's packages, or name it with --allow-secret.",
            code="Secret",
        )


def _roots(project: Path) -> tuple[Path, Path]:
    return project, project / "src"


def is_allowed(name: str, allowed: Sequence[str]) -> bool:
    """Whether a path in the zip is one that somebody said may be packed."""
    return any(fnmatchcase(name, pattern) for pattern in allowed)
