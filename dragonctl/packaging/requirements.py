"""A function's ``requirements.txt``, as pip's users write them, in a form that uv installs.

Format: pip documentation, "Requirements File Format". Files that include one another are made
one; what is editable or lies on this machine becomes a plain path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from dragonctl.packaging import parsing
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.runtimes import Target

FILE = "requirements.txt"
TRACER = "aws-xray-sdk"
# Pinned, so that the same source gives the same zip tomorrow. In maintenance since 25 February
# 2026: a newer minor version is not to be expected.
TRACER_REQUIREMENT = f"{TRACER}==2.15.0"

_OPTION = re.compile(
    r"(?:(-[rcef])\s*|(--(?:requirement|constraint|editable|find-links))[=\s]\s*)(.+)"
)
_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
}
_NAMED = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?P<extras>\[[^]]*\])?\s*@\s*(?P<address>.+)")
_PATH = re.compile(r"(?P<path>.+?)(?P<extras>\[[^]]*\])?")
_ARCHIVES = (".whl", ".zip", ".tar.gz")


@dataclass(frozen=True)
class LocalPath:
    """A requirement that lies on this machine: a project's folder, or an archive of one."""

    path: Path
    extras: str = ""
    marker: str = ""

    @property
    def is_wheel(self) -> bool:
        """Whether it can be installed as it is."""
        return self.path.suffix == ".whl"


@dataclass
class Requirements:
    """``lines`` for uv; ``names`` that are asked for on the target; ``local`` paths among them."""

    lines: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    local: list[LocalPath] = field(default_factory=list)
    constraints: list[Path] = field(default_factory=list)

    def digest(self) -> str:
        """A digest of everything that decides what is installed, local projects' files too."""
        total = hashlib.sha256("\n".join(self.lines).encode())
        for path in self.constraints:
            total.update(path.read_bytes())
        for item in self.local:
            total.update(f"{item.path.name}{item.extras}{item.marker}".encode())
            total.update(_contents(item.path))
        return total.hexdigest()

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        remote = any(line.startswith("--requirement") for line in self.lines)
        return not (self.names or self.local or remote)


def read_requirements(folder: Path, target: Target, *, add_tracer: bool) -> Requirements:
    """What the function in ``folder`` asks for; nothing when it has no ``requirements.txt``.

    With ``add_tracer`` the X-Ray SDK is asked for too, unless the file names it.
    """
    found = Requirements()
    if (folder / FILE).is_file():
        _read_file(folder / FILE, target, found, ())
    if add_tracer and TRACER not in found.names:
        found.lines.append(TRACER_REQUIREMENT)
        found.names.add(TRACER)
    return found


def _read_file(path: Path, target: Target, found: Requirements, above: tuple[Path, ...]) -> None:
    if path in above:
        raise PackagingError(f"{path} includes itself.", "Take one of the -r lines away.")
    for number, line in _logical_lines(path):
        try:
            _read_line(line, path, target, found, above)
        except InvalidRequirement as error:
            reason = str(error).splitlines()[0]
            raise PackagingError(f"{path}, line {number}: {line!r}: {reason}.") from error


def _read_line(
    line: str, path: Path, target: Target, found: Requirements, above: tuple[Path, ...]
) -> None:
    option = _OPTION.fullmatch(line)
    if option:
        kind = _SHORT.get(option[1] or "", option[2] or "")
        _read_option(kind, option[3].strip(), path, target, found, above)
    elif line.startswith("-"):
        found.lines.append(line)
    else:
        _read_requirement(line, path.parent, target, found)


def _read_option(
    kind: str, value: str, path: Path, target: Target, found: Requirements, above: tuple[Path, ...]
) -> None:
    if "://" in value and not value.startswith("file:"):
        found.lines.append(f"{kind} {value}")
        return
    if kind == "--editable":
        _read_requirement(value, path.parent, target, found)
        return
    file = (path.parent / value.removeprefix("file:").removeprefix("//")).resolve()
    if not file.exists():
        raise PackagingError(f"{path} names {value}, which does not exist.")
    if kind == "--requirement":
        _read_file(file, target, found, (*above, path))
        return
    found.lines.append(f"{kind} {file}")
    if kind == "--constraint":
        found.constraints.append(file)


def _read_requirement(line: str, folder: Path, target: Target, found: Requirements) -> None:
    local = _local_path(line, folder)
    if local:
        found.local.append(local)
        return
    requirement = parsing.requirement(re.split(r"\s--", line, maxsplit=1)[0].strip())
    found.lines.append(line)
    if requirement.marker is None or requirement.marker.evaluate(_environment(target)):
        found.names.add(canonicalize_name(requirement.name))


def _local_path(line: str, folder: Path) -> LocalPath | None:
    """The path that a line names, if it does: ``./lib[extra]; marker`` or ``name @ file:…``."""
    head, _, marker = line.partition(";")
    named = _NAMED.fullmatch(head.strip())
    address = _PATH.fullmatch(named["address"] if named else head.strip())
    assert address is not None
    text = re.sub(r"^file:(//)?", "", address["path"].strip())
    if not (address["path"].startswith("file:") or _looks_local(text, folder)):
        return None
    path = (folder / Path(text).expanduser()).resolve()
    if not path.exists():
        raise PackagingError(f"The requirement {line!r} names {path}, which does not exist.")
    extras = (named and named["extras"]) or address["extras"] or ""
    return LocalPath(path, extras, marker.strip())


def _looks_local(text: str, folder: Path) -> bool:
    if "://" in text:
        return False
    pathlike = text.startswith((".", "/", "~")) or text.endswith(_ARCHIVES)
    return pathlike or ("/" in text and (folder / text).exists())


def _environment(target: Target) -> dict[str, str]:
    """The markers' variables on the target (PEP 508)."""
    return {
        "python_version": target.python,
        "python_full_version": f"{target.python}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{target.python}.0",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": target.machine,
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }


def _logical_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text, with continuations joined and comments gone."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackagingError(f"{path} is no text in UTF-8.") from error
    begun = ""
    for number, line in enumerate(text.splitlines(), start=1):
        begun += re.sub(r"(^|\s)#.*$", "", line).strip() + " "
        if begun.rstrip().endswith("\\"):
            begun = begun.rstrip()[:-1]
            continue
        if begun.strip():
            yield number, begun.strip()
        begun = ""
    if begun.strip():
        yield number, begun.strip()


def _contents(path: Path) -> bytes:
    """A digest of a file, or of all of a project's files that are neither hidden nor built."""
    total = hashlib.sha256()
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).digest()
    for file in sorted(path.rglob("*")):
        parts = file.relative_to(path).parts
        skipped = any(p.startswith(".") or p in {"__pycache__", "build", "dist"} for p in parts)
        if file.is_file() and not skipped:
            total.update("/".join(parts).encode() + b"\0" + file.read_bytes())
    return total.digest()
