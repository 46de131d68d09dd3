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
from collections.abc import Iterable
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from dragonctl.packaging.errors import PackagingError, disk_full
from dragonctl.packaging.pip_settings import uv_arguments, uv_environment
from dragonctl.packaging.requirements import LocalPath, Requirements
from dragonctl.packaging.runtimes import Target

_NO_WHEEL = re.compile(
    r"(?:all versions of )?(?P<name>[A-Za-z0-9][\w.-]*(?:[=<>!~]=?=?[\w.*+!,<>=~-]+)?) "
    r"(?:has|have) no (?:usable wheels|wheels|(?:compatible )?wheels? with)"
)
_NO_BUILD = re.compile(r"disabled, but attempted to build `(?P<name>[^`]+)`")
_UNREACHABLE = re.compile(
    r"error sending request|dns error|[Cc]onnection (?:refused|reset)|timed out|Failed to fetch|"
    r"network connectivity is disabled"
)
_NOT_FOUND = re.compile(r"Because (?P<name>[A-Za-z0-9][\w.-]*) was not found in")
_CHATTER = re.compile(r"^(Using CPython|Resolved|Prepared|Installed|Building|\s*$)")


def install(
    requirements: Requirements, excluded: Iterable[str], target: Target, folder: Path
) -> None:
    """Install wheels for ``target`` into ``folder``, without the packages named in ``excluded``.

    Raises :class:`PackagingError` with one sentence when a requirement cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="dragonctl-") as scratch:
        work = Path(scratch)
        lines = [*requirements.lines, *(_as_wheel(each, work) for each in requirements.local)]
        (work / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (work / "excludes.txt").write_text("\n".join(excluded) + "\n", encoding="utf-8")
        arguments = ["pip", "install", "--target", str(folder), "--python", sys.executable]
        arguments += ["--python-version", target.python]
        arguments += ["--python-platform", target.wheel_platform, "--only-binary", ":all:"]
        arguments += ["--excludes", "excludes.txt", "--requirements", "requirements.txt"]
        _uv([*arguments, *uv_arguments(os.environ)], work, str(target))


def _as_wheel(local: LocalPath, work: Path) -> str:
    """The line that installs a local project: it is built here, so it must be pure Python."""
    wheel = local.path if local.is_wheel else _built(local.path, work)
    try:
        name, _, _, tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        raise PackagingError(f"{wheel} is no wheel: {error}.") from error
    if not local.is_wheel and any(tag.platform != "any" for tag in tags):
        raise PackagingError(
            f"{local.path} compiles for this machine only.",
            "Build its wheel on the function's platform, and name that wheel instead.",
        )
    marker = f" ; {local.marker}" if local.marker else ""
    return f"{name}{local.extras} @ {wheel.as_uri()}{marker}"


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


def _explained(said: str, platform: str) -> PackagingError:
    """What uv said, as one sentence and what to do."""
    text = " ".join(said.split())
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return disk_full("Installing the requirements")
    if missing := _NOT_FOUND.search(text):
        return PackagingError(
            f"There is no package {missing['name']} in the package index.",
            "Check its spelling in requirements.txt, and pip's index settings.",
        )
    if without := _NO_WHEEL.search(text) or _NO_BUILD.search(text):
        return PackagingError(
            f"{without['name']} has no wheel for {platform}.",
            "Choose a version that has one, or another --python or --architecture; or build the "
            "wheel on that platform and name its path in requirements.txt.",
        )
    if _UNREACHABLE.search(text):
        return PackagingError(
            f"The package index cannot be reached: {_last_cause(said)}.",
            "Check the network, and the index settings of pip (pip.conf, PIP_*).",
        )
    return PackagingError(f"The requirements cannot be installed: {_causes(said)}")


def _last_cause(said: str) -> str:
    return said.strip().splitlines()[-1].strip().removeprefix("cause: ").removeprefix("error: ")


def _causes(said: str) -> str:
    """What uv gives as reasons, on one line, without its progress and at most 600 characters."""
    lines = [line.strip() for line in said.splitlines() if not _CHATTER.match(line)]
    text = " ".join(line.removeprefix("error: ").removeprefix("cause: ") for line in lines)
    return text[:600]
