"""uv, and what it says when it cannot install.

uv installs wheels for another Python and another processor than this machine's in well under a
second (uv documentation, ``uv pip install``: ``--target``, ``--python-platform``, ``--excludes``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from email.parser import HeaderParser
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from dragonctl.packaging.errors import PackagingError, disk_full
from dragonctl.packaging.pip_settings import BEST_OF_ALL_INDEXES, uv_arguments, uv_environment
from dragonctl.packaging.requirements import LocalPath, Requirements
from dragonctl.packaging.runtimes import Platform

_NO_WHEEL = re.compile(
    r"(?:all versions of )?(?P<name>[A-Za-z0-9][\w.-]*(?:[=<>!~]=?=?[\w.*+!,<>=~-]+)?) "
    r"(?:has|have) no (?:usable wheels|wheels|(?:compatible )?wheels? with)"
)
_NO_BUILD = re.compile(r"Building source distributions for `(?P<name>[^`]+)` is disabled")
_MISFIT = re.compile(r"The built wheel `(?P<name>[^`]+)` is not compatible with the target")
_UNREACHABLE = re.compile(
    r"error sending request|dns error|[Cc]onnection (?:refused|reset)|timed out|Failed to fetch|"
    r"network connectivity is disabled"
)
_NOT_FOUND = re.compile(r"Because (?P<name>[A-Za-z0-9][\w.-]*) was not found in")
_CHATTER = re.compile(r"^(Using CPython|Resolved|Prepared|Installed|Building|\s*$)")


class UnsatisfiableError(PackagingError):
    """There are no versions of everything that go together."""


def install(
    requirements: Requirements, excluded: Iterable[str], target: Platform, folder: Path
) -> None:
    """Install wheels for ``target`` into ``folder``, without the packages named in ``excluded``.

    Raises :class:`PackagingError` with one sentence when a requirement cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="dragonctl-") as scratch:
        work = Path(scratch)
        lines = [*requirements.lines, *(_as_wheel(each, work) for each in requirements.local)]
        if not requirements.needs_hashes:  # else everything is pinned, and uv wants hashes here too
            lines += [f"--constraint {place}" for place in requirements.shared]
        (work / "excludes.txt").write_text("\n".join(excluded) + "\n", encoding="utf-8")
        try:
            _install_lines([*lines, *requirements.tracer], requirements, target, folder, work)
        except UnsatisfiableError:
            if not requirements.tracer or requirements.needs_hashes:
                raise
            unpinned = [line.partition("==")[0] for line in requirements.tracer]
            _install_lines([*lines, *unpinned], requirements, target, folder, work)
    _check_built(folder, requirements.sources)


def _install_lines(
    lines: Iterable[str], requirements: Requirements, target: Platform, folder: Path, work: Path
) -> None:
    (work / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["pip", "install", "--target", str(folder), "--python", sys.executable]
    arguments += ["--python-version", target.python]
    arguments += ["--python-platform", target.wheel_platform, "--only-binary", ":all:"]
    arguments += ["--excludes", "excludes.txt", "--requirements", "requirements.txt"]
    arguments += (f"--no-binary={name}" for name in sorted(requirements.sources))
    if requirements.several_indexes:
        arguments += BEST_OF_ALL_INDEXES
    _uv([*arguments, *requirements.arguments, *uv_arguments(os.environ)], work, str(target))


def _check_built(folder: Path, sources: Collection[str]) -> None:
    """Refuse what was compiled here: uv takes it for a target like this machine, older or not."""
    for info in folder.glob("*.dist-info"):
        name = canonicalize_name(info.name.partition("-")[0])
        if name in sources:
            tags = HeaderParser().parsestr((info / "WHEEL").read_text(encoding="utf-8"))
            if not all(tag.endswith("-any") for tag in tags.get_all("Tag", [])):
                raise _compiled_here(name)


def _as_wheel(local: LocalPath, work: Path) -> str:
    """The line that installs a local project: it is built here, so it must be pure Python."""
    wheel = local.path if local.is_wheel else _built(local.path, work)
    try:
        name, _, _, tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        raise PackagingError(f"{wheel} is not a valid wheel: {error}.") from error
    if not local.is_wheel and any(tag.platform != "any" for tag in tags):
        raise _compiled_here(str(local.path))
    marker = f" ; {local.marker}" if local.marker else ""
    return f"{name}{local.extras} @ {wheel.as_uri()}{marker}"


def _compiled_here(what: str) -> PackagingError:
    return PackagingError(
        f"{what} compiles for this machine only.",
        "Build its wheel on the function's platform, and name that wheel instead.",
    )


def _built(project: Path, work: Path) -> Path:
    out = Path(tempfile.mkdtemp(dir=work))
    _uv(["build", "--wheel", "--out-dir", str(out), str(project)], work, "this machine")
    return next(out.glob("*.whl"))


def _uv(arguments: list[str], work: Path, platform: str) -> None:
    """Run uv in an empty folder, so that no project's settings reach it."""
    from uv import find_uv_bin

    done = subprocess.run(  # noqa: S603 (uv's own program, arguments made here)
        [find_uv_bin(), *arguments, "--no-progress", "--color", "never"],
        cwd=work,
        env=uv_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise _explained(done.stderr, platform)


def _explained(output: str, platform: str) -> PackagingError:
    """What uv said, as one sentence and what to do."""
    text = " ".join(output.split())
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return disk_full("Installing the requirements")
    if missing := _NOT_FOUND.search(text):
        return PackagingError(
            f"There is no package {missing['name']} in the package index.",
            "Check its spelling in requirements.txt, and pip's index settings.",
        )
    if misfit := _MISFIT.search(text):
        return _compiled_here(misfit["name"].partition("-")[0])
    if without := _NO_WHEEL.search(text) or _NO_BUILD.search(text):
        return UnsatisfiableError(
            f"{without['name']} has no wheel for {platform}.",
            "Choose a version that has one, or another --python or --architecture; build the "
            "wheel on that platform and name its path in requirements.txt; or, if it is pure "
            "Python, let it be built, by a line --no-binary NAME there.",
        )
    if _UNREACHABLE.search(text):
        return PackagingError(
            f"The package index cannot be reached: {_last_cause(output)}.",
            "Check the network, and the index settings of pip (pip.conf, PIP_*).",
        )
    kind = UnsatisfiableError if "No solution found" in text else PackagingError
    return kind(f"The requirements cannot be installed: {_causes(output)}")


def _last_cause(output: str) -> str:
    return output.strip().splitlines()[-1].strip().removeprefix("cause: ").removeprefix("error: ")


def _causes(output: str) -> str:
    """What uv gives as reasons, on one line, without its progress and at most 600 characters."""
    lines = [line.strip() for line in output.splitlines() if not _CHATTER.match(line)]
    text = " ".join(line.removeprefix("error: ").removeprefix("cause: ") for line in lines)
    return text[:600]
