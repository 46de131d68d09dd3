"""``python requirements/install.py FILE``: what FILE pins, and dragonctl itself, for this Python.

pip looks through every version of a package that there ever was before it takes the one that is
pinned, which lasts longer than the demo: so it installs uv alone, and uv the rest. uv does not
read pip's settings; they are handed on as ``deploy-function`` does. Further arguments are uv's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def main() -> None:
    """Ends as the first of the three that fails."""
    pinned, *arguments = sys.argv[1:]
    run([*PIP, "--no-deps", "--require-hashes", "--requirement", HERE / "uv.txt"])
    uv(["--require-hashes", "--requirements", pinned, *arguments])
    uv(["--no-deps", "--no-build-isolation", "--editable", PROJECT])


def uv(arguments: list[str | Path]) -> None:
    """``uv pip install`` into this environment, from where pip would take it."""
    sys.path.insert(0, str(PROJECT))
    from dragonctl.packaging.pip_settings import uv_arguments, uv_environment

    program = Path(sys.executable).with_name("uv")
    command = [program, "pip", "install", "--quiet", "--python", sys.executable]
    run([*command, *arguments, *uv_arguments(os.environ)], uv_environment(os.environ))


def run(command: list[str | Path], environment: dict[str, str] | None = None) -> None:
    """One program to its end."""
    if code := subprocess.run(command, env=environment, check=False).returncode:
        sys.exit(code)


if __name__ == "__main__":
    main()
