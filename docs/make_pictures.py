"""Makes the pictures of `docs/pictures/` from real output: `make pictures`.

Each command runs on a local AWS of its own, in an empty folder, as a newcomer would type it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent / "pictures"
DRAGONCTL = Path(sys.executable).with_name("dragonctl")
COLUMNS = 100


def main() -> None:
    """Run the commands and draw them."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "COLUMNS": str(COLUMNS),
            "FORCE_COLOR": "1",
            "DRAGONCTL_LOCAL": "1",
            "DRAGONCTL_STATE_DIR": f"{folder}/state",
        }
        try:
            run("create-app", environment, folder)
            first = run("setup-observability --stage prod", environment, folder)
            again = run("setup-observability --stage prod", environment, folder)
            draw("setup-observability", [first, again])
            draw("status", [run("status --stage prod", environment, folder)])
        finally:
            subprocess.run([DRAGONCTL, "local", "down"], env=environment, check=False)


def run(line: str, environment: dict[str, str], folder: str) -> str:
    """A command line and what it printed, escape sequences included."""
    command = [str(DRAGONCTL), *line.split()]
    ended = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return f"\x1b[1;32m$\x1b[0m \x1b[1mdragonctl {line}\x1b[0m\n{ended.stdout.rstrip()}\n"


def draw(name: str, texts: list[str]) -> None:
    """An SVG of a terminal that shows the texts."""
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115, PTH123
    console.print(Text.from_ansi("\n".join(texts)))
    # Fonts from the network would tell others who reads the page.
    svg = console.export_svg(title="dragonctl", theme=MONOKAI)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("<!-- Generated with Rich https://www.textualize.io -->", "")
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
