"""The demo from a wheel, on every Python from 3.11 that this machine has.

``python -m bench.pythons``: each gets an environment of its own, with the versions that
``requirements/dev.txt`` pins, and a home of its own. Exit 1 if the demo failed on any.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from uv import find_uv_bin

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
ROOT = Path(__file__).parents[1]


def main() -> int:
    """A line for each Python; how many of them failed, at most 1."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = _wheel(folder)
        failed = [_tried(python, wheel, folder) for python in _pythons()].count(False)
    return min(failed, 1)


def _pythons() -> Iterator[str]:
    """The interpreters that uv finds, and pyenv's, which it does not look for."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        found = _uv("python", "find", "--no-project", "--system", version).stdout.split()
        found = found or [str(each) for each in pyenv.glob(f"{version}.*/bin/python{version}")]
        yield from found[:1]
        if not found:
            print(f"{version}  not on this machine")


def _wheel(folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def _tried(python: str, wheel: Path, folder: Path) -> bool:
    place = Path(tempfile.mkdtemp(dir=folder))
    _uv("venv", "--quiet", "--python", python, str(place / "venv")).check_returncode()
    _uv(
        "pip", "install", "--quiet", "--python", str(place / "venv/bin/python"),
        "--constraint", str(ROOT / "requirements/dev.txt"), f"{wheel}[local]",
    ).check_returncode()  # fmt: skip
    begun = time.monotonic()
    demo = _dragonctl(place, "demo")
    _dragonctl(place, "local", "down")
    seconds = time.monotonic() - begun
    lines = len(demo.stdout.splitlines())
    print(f"{python}  exit {demo.returncode}, {lines} lines, {seconds:.0f} s", flush=True)
    if demo.returncode:
        print(demo.stdout[-2_000:], demo.stderr[-2_000:], sep="\n")
    return demo.returncode == 0


def _dragonctl(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As a new user, with a home and no settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "XDG_", "PYTHON"))
    }
    return subprocess.run(
        [str(place / "venv/bin/dragonctl"), *words], cwd=place, env={**kept, "HOME": str(place)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _uv(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([find_uv_bin(), *words], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
