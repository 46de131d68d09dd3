"""Makes the generated parts of the pages anew: `make docs` (`docs/pages.py` says which they are).

`make docs-help` leaves what commands printed as it is.

The pages that show output tell one story on a local AWS of their own, in a folder that holds what
a newcomer has: the sample's source.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Container
from pathlib import Path

from docs.pages import (
    DOCS,
    KINDS,
    WITHOUT_STORY,
    Block,
    filled,
    help_of,
    imports_of,
    pages,
    remember,
    with_ids,
)
from docs.story import STORY, distribution, lay_out

DRAGONCTL = Path(sys.executable).with_name("dragonctl")
COLUMNS = 88
STATE_AS_SHOWN = "~/.local/state/dragonctl"
FOLDER_AS_SHOWN = "~/dragons"


def main() -> None:
    """Write every page again; with ``help`` only what is made from the source alone."""
    if sys.argv[1:] == ["help"]:
        for page in pages():
            write(page, only_help, WITHOUT_STORY)
        return
    with tempfile.TemporaryDirectory(prefix="dragonctl-docs-") as folder:
        story = Story(Path(folder))
        try:
            for name in STORY:
                print(name)
                write(DOCS / name, story.told)
        finally:
            story.end()
    for page in pages():
        if str(page.relative_to(DOCS) if page.is_relative_to(DOCS) else page) not in STORY:
            write(page, only_help)


def write(page: Path, body: Callable[[Block], str], kinds: Container[str] = KINDS) -> None:
    """Fill a page; a page without generated parts is left as it is."""
    before = page.read_text(encoding="utf-8")
    made = {"help": help_of, "imports": imports_of}

    def part(block: Block) -> str:
        return made[block.kind](block.line) if block.kind in made else body(block)

    after = filled(before, part, kinds)
    if after != before:
        page.write_text(after, encoding="utf-8")


def only_help(block: Block) -> str:
    """A page outside the story can show no output."""
    raise SystemExit(f"`{block.line}` is on a page that is not in docs/pages.py's STORY.")


class Story:
    """Runs command lines one after the other, as a person would, and keeps what they print."""

    def __init__(self, folder: Path) -> None:
        self.state, self.folder = folder / "state", folder / "dragons"
        self.state.mkdir(mode=0o700)
        lay_out(self.folder)
        self.known: dict[str, str] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "COLUMNS": str(COLUMNS),
            "NO_COLOR": "1",
            "DRAGONCTL_LOCAL": "1",
            "DRAGONCTL_STATE_DIR": str(self.state),
            "PATH": f"{DRAGONCTL.parent}:{os.environ['PATH']}",
        }

    def told(self, block: Block) -> str:
        """The command line and what it printed, as the page shows them."""
        if "{distribution}" in block.line and "distribution" not in self.known:
            self.known["distribution"] = distribution(self._endpoint())
        line = with_ids(block.line, self.known)
        ended = subprocess.run(
            line,
            shell=True,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ended.returncode != block.exit_code:
            raise SystemExit(f"{line}: exit code {ended.returncode}\n{ended.stdout}")
        remember(ended.stdout, self.known)
        return self._shown(line, ended.stdout, block.lines)

    def _endpoint(self) -> str:
        command = [DRAGONCTL, "local", "status", "--output", "json"]
        told = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        endpoint: str = json.loads(told.stdout)["endpoint"]
        return endpoint

    def _shown(self, line: str, output: str, lines: int) -> str:
        kept = [text.rstrip() for text in output.rstrip().splitlines()]
        if lines and len(kept) > lines:
            kept = [*kept[:lines], "…"]
        text = "\n".join([f"$ {line}", *kept])
        text = text.replace(str(self.state), STATE_AS_SHOWN)
        text = text.replace(str(self.folder), FOLDER_AS_SHOWN)
        text = text.replace(sys.prefix, "~/venv").replace(platform.platform(), "Linux-x86_64")
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:4566", text)

    def end(self) -> None:
        """Leave nothing running."""
        subprocess.run(
            [DRAGONCTL, "local", "down"], env=self.environment, check=False, capture_output=True
        )


if __name__ == "__main__":
    main()
