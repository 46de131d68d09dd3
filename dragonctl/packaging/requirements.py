"""A function's ``requirements.txt``, as pip's users write them, in a form that uv installs.

Format: pip documentation, "Requirements File Format". Files that include one another are made
one; what is editable or lies on this machine becomes a plain path.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from dragonctl.packaging import parsing
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.origins import listing, origins, without_password
from dragonctl.packaging.pip_settings import constraints
from dragonctl.packaging.runtimes import Platform

FILE = "requirements.txt"

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
_ADDRESS = re.compile(r"(?:(?:git|hg|svn|bzr)\+|https?://)\S+")
_EGG = re.compile(r"[#&]egg=(?P<name>[A-Za-z0-9][\w.-]*)")
_WHEEL = ".whl"
_ARCHIVES = (_WHEEL, ".zip", ".tar.gz")
_FIND_LINKS = "--find-links "
_REQUIRE_HASHES = "--require-hashes"
# What pip heeds and uv need not be told: wheels are all that is taken anyway.
_NEEDLESS = {"--only-binary", "--prefer-binary", "--use-feature"}
# The byte order marks that pip heeds; PowerShell's `pip freeze > requirements.txt` writes UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(frozen=True)
class LocalPath:
    """A requirement that lies on this machine: a project's folder, or an archive of one."""

    path: Path
    extras: str = ""
    marker: str = ""

    @property
    def is_wheel(self) -> bool:
        """Whether it can be installed as it is."""
        return self.path.suffix == _WHEEL


@dataclass
class Requirements:
    """``lines`` for uv; ``names`` that are asked for on the target; ``local`` paths among them.

    ``sources`` are names that may be built from their source, by their address or a
    ``--no-binary``; ``arguments`` what uv takes on its command line only; ``shared`` the
    constraints files of pip's own settings; ``tracer`` the lines that add a tracer, for as long as
    the rest can live with them; ``origins`` a digest of where packages come from.
    """

    lines: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    local: list[LocalPath] = field(default_factory=list)
    constraints: list[Path] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    arguments: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    tracer: list[str] = field(default_factory=list)
    origins: str = ""

    def digest(self) -> str:
        """A digest of everything that decides what is installed, local projects' files too."""
        lines = [*self.lines, *sorted(self.sources), *self.arguments, *self.tracer]
        total = hashlib.sha256(without_password("\n".join(lines)).encode())
        if not self.empty:
            total.update(self.origins.encode())
        for line in self.lines:
            if line.startswith(_FIND_LINKS):
                total.update(repr(listing(line.removeprefix(_FIND_LINKS).strip())).encode())
        shared = (Path(place) for place in self.shared if "://" not in place)
        for path in (*self.constraints, *shared):
            total.update(path.read_bytes())
        for item in self.local:
            total.update(f"{item.path.name}{item.extras}{item.marker}".encode())
            total.update(_contents(item.path))
        return total.hexdigest()

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        remote = any(line.startswith("--requirement") for line in self.lines)
        return not (self.names or self.local or self.tracer or remote)

    @property
    def several_indexes(self) -> bool:
        """Whether a line names an index besides the first."""
        return any(line.startswith("--extra-index-url") for line in self.lines)

    @property
    def needs_hashes(self) -> bool:
        """Whether everything must have a hash."""
        return _REQUIRE_HASHES in self.lines


def read_requirements(folder: Path, target: Platform) -> Requirements:
    """What the function in ``folder`` asks for; nothing when it has no ``requirements.txt``."""
    found = Requirements(shared=constraints(os.environ), origins=origins(os.environ))
    if (folder / FILE).is_file():
        _read_file(folder / FILE, target, found, ())
    return found


def add_tracer(found: Requirements, pins: Mapping[str, str]) -> None:
    """Ask for a tracer too; what the file names itself, it pins itself.

    ``pins``: ``name==version`` -> the SHA-256 of its universal wheel.
    """
    found.tracer = [
        f"{pinned} --hash=sha256:{digest}" if found.needs_hashes else pinned
        for pinned, digest in pins.items()
        if pinned.partition("==")[0] not in found.names
    ]


def _read_file(path: Path, target: Platform, found: Requirements, above: tuple[Path, ...]) -> None:
    if path in above:
        raise PackagingError(f"{path} includes itself.", "Take one of the -r lines away.")
    for number, line in _logical_lines(path):
        try:
            _read_line(line, path, target, found, above)
        except InvalidRequirement as error:
            reason = str(error).splitlines()[0]
            raise PackagingError(f"{path}, line {number}: {line!r}: {reason}.") from error


def _read_line(
    line: str, path: Path, target: Platform, found: Requirements, above: tuple[Path, ...]
) -> None:
    option = _OPTION.fullmatch(line)
    if option:
        kind = _SHORT.get(option[1] or "", option[2] or "")
        _read_option(kind, option[3].strip(), path, target, found, above)
    elif line.startswith("-"):
        _read_switch(line, found)
    else:
        _read_requirement(line, path.parent, target, found)


def _read_switch(line: str, found: Requirements) -> None:
    name, _, value = line.replace("=", " ", 1).partition(" ")
    if name == "--pre":
        found.arguments += ["--prerelease", "allow"]
    elif name == "--trusted-host":
        found.arguments += ["--allow-insecure-host", value.strip()]
    elif name == "--no-binary":
        named = re.split(r"[,\s]+", value.strip())
        found.sources |= {canonicalize_name(one) for one in named if one and one[0] != ":"}
    elif name not in _NEEDLESS:
        found.lines.append(line)


def _read_option(
    kind: str,
    value: str,
    path: Path,
    target: Platform,
    found: Requirements,
    above: tuple[Path, ...],
) -> None:
    if kind == "--editable":
        _read_requirement(value, path.parent, target, found)
        return
    if "://" in value and not value.startswith("file:"):
        found.lines.append(f"{kind} {value}")
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


def _read_requirement(line: str, folder: Path, target: Platform, found: Requirements) -> None:
    local = _local_path(line, folder)
    if local:
        found.local.append(local)
        return
    text = re.split(r"\s--", line, maxsplit=1)[0].strip()
    if address := _ADDRESS.match(text):
        found.lines.append(line)
        name = _name_at(address[0])
        found.names.add(name)
        if not _is_wheel(address[0]):
            found.sources.add(name)
        return
    requirement = parsing.requirement(text)
    found.lines.append(line)
    if requirement.url and not _is_wheel(requirement.url):
        found.sources.add(canonicalize_name(requirement.name))
    if requirement.marker is None or requirement.marker.evaluate(_environment(target)):
        found.names.add(canonicalize_name(requirement.name))


def _is_wheel(address: str) -> bool:
    return urlsplit(address).path.endswith(_WHEEL)


def _name_at(address: str) -> str:
    """The package at an address: what ``#egg=`` says, else what its last part begins with."""
    if egg := _EGG.search(address):
        return canonicalize_name(egg["name"])
    last = urlsplit(address).path.rstrip("/").rpartition("/")[2].partition("@")[0]
    name = re.split(r"-\d|\.git$|\.zip$|\.tar", last, maxsplit=1)[0]
    return canonicalize_name(name)


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


def _environment(target: Platform) -> dict[str, str]:
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
    begun = ""
    for number, line in enumerate(_text(path).splitlines(), start=1):
        begun += re.sub(r"(^|\s)#.*$", "", line).strip() + " "
        if begun.rstrip().endswith("\\"):
            begun = begun.rstrip()[:-1]
            continue
        if begun.strip():
            yield number, begun.strip()
        begun = ""
    if begun.strip():
        yield number, begun.strip()


def _text(path: Path) -> str:
    """The file's text: UTF-8, or what its byte order mark says."""
    content = path.read_bytes()
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS.items() if content.startswith(mark)), (b"", "utf-8")
    )
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise PackagingError(f"{path} is not text in UTF-8.") from error


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
