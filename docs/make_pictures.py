"""Makes the pictures of `docs/pictures/` from real output: `make pictures`.

Each command runs as a newcomer would type it, on a local AWS of its own, at a real terminal of 80
and of 140 columns; what its emulator then shows is drawn on a dark and on a light ground. The page
of the service map is photographed in a headless Chromium.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, get_args

from playwright.sync_api import sync_playwright
from pyte.screens import Char
from rich.color_triplet import ColorTriplet
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from docs.story import lay_out
from tests.terminal.emulator import Emulator

PICTURES = Path(__file__).parent / "pictures"
DRAGONCTL = Path(sys.executable).with_name("dragonctl")
CHROMIUM = "/usr/bin/chromium"
WIDTHS = (80, 140)
ROWS = 24


def theme(*colours: str) -> TerminalTheme:
    """A ground, the text on it, eight colours and the same brighter, as hexadecimal numbers."""
    rgb: list[tuple[int, int, int]] = [
        ColorTriplet(*bytes.fromhex(colour)) for colour in " ".join(colours).split()
    ]
    return TerminalTheme(rgb[0], rgb[1], rgb[2:10], rgb[10:])


DARK = theme(
    "0d1117 c9d1d9",
    "484f58 ff7b72 3fb950 d29922 58a6ff bc8cff 39c5cf b1bac4",
    "6e7681 ffa198 56d364 e3b341 79c0ff d2a8ff 56d4dd f0f6fc",
)
LIGHT = theme(
    "ffffff 24292f",
    "24292f cf222e 116329 7b4e00 0969da 8250df 1b7c83 6e7781",
    "57606a a40e26 1a7f37 633c01 218bff a475f9 3192aa 8c959f",
)
Ground = Literal["dark", "light"]
GROUNDS: Mapping[Ground, TerminalTheme] = {"dark": DARK, "light": LIGHT}
_NAMED = ("black", "red", "green", "blue", "magenta", "cyan", "white")
COLOURS = {
    "default": "default",
    "brown": "yellow",
    "brightbrown": "bright_yellow",
    **{name: name for name in _NAMED},
    **{f"bright{name}": f"bright_{name}" for name in _NAMED},
}
"""The colours that have a name, as the emulator and as rich call them."""


@dataclass(frozen=True)
class Shot:
    """A picture's name and the lines that it shows, each as it is typed behind ``dragonctl``.

    ``{trace}`` stands for the trace of the request that was sent last.
    """

    name: str
    lines: tuple[str, ...]


STORY: tuple[Shot | str, ...] = (
    Shot("help", ("--help",)),
    "create-app",
    "deploy-function --yes",
    Shot("plan", ("setup-observability --stage prod --dry-run",)),
    Shot("setup-observability", ("setup-observability --stage prod --yes",) * 2),
    Shot("status", ("status --stage prod",)),
    "send GET /dragons?family=green --stage prod",
    *("send POST /dragons --stage prod --data @dragon.json --follow",) * 2,
    Shot("trace", ("traces {trace}",)),
    Shot("service-map", ("service-map",)),
    "service-map --html map.html",
    Shot("undo", ("undo --yes",)),
)
"""What is typed in turn: the pictures, and what comes between them."""


DRAGON = {
    "dragonName": "Sue", "description": "Sue dragon", "family": "red", "city": "Oslo",
    "country": "NO", "state": "Oslo", "neighborhood": "Centre",
    "reportingPhoneNumber": "15555555555", "confirmationRequired": False,
}  # fmt: skip
"""A report that the sample takes once: the trace of a second one shows where it failed."""


def main() -> None:
    """Tell the story at each width, and draw it on each ground."""
    PICTURES.mkdir(exist_ok=True)
    for columns in WIDTHS:
        with tempfile.TemporaryDirectory() as folder:
            tell(Path(folder), columns)
    write_gallery()


def write_gallery() -> None:
    """The page that shows every picture, each in the colours of its reader."""
    parts = [
        "# Pictures",
        "",
        "Real output, at a terminal of 80 and of 140 columns: `make pictures`.",
    ]
    for shot in (step for step in STORY if isinstance(step, Shot)):
        parts += ["", f"## dragonctl {shot.lines[0]}"]
        for columns in WIDTHS:
            parts += ["", picture(f"{shot.name}-{columns}", ".svg", f"{columns} columns")]
    parts += [
        "",
        "## dragonctl service-map --html map.html",
        "",
        picture("page", ".png", "the page"),
    ]
    (PICTURES / "README.md").write_text("\n".join(parts) + "\n", encoding="utf-8")


def picture(name: str, suffix: str, words: str) -> str:
    """HTML of a picture on a ground like the page's."""
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{name}-dark{suffix}">'
        f'<img alt="{words}" src="{name}-light{suffix}"></picture>'
    )


def tell(folder: Path, columns: int) -> None:
    """Type the story's lines on a local AWS of its own."""
    here = folder / "here"
    lay_out(here)
    (here / "dragon.json").write_text(json.dumps(DRAGON))
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")},
        "TERM": "xterm-256color",
        "DRAGONCTL_LOCAL": "1",
        "DRAGONCTL_STATE_DIR": str(folder / "state"),
    }
    trace = ""
    try:
        for step in STORY:
            lines = step.lines if isinstance(step, Shot) else (step,)
            shown = [typed(line.format(trace=trace), environment, here, columns) for line in lines]
            trace = next(iter(re.findall(r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b", str(shown))), trace)
            if isinstance(step, Shot):
                draw(f"{step.name}-{columns}", Text("\n\n").join(shown), columns)
        photograph(here / "map.html")
    finally:
        subprocess.run([DRAGONCTL, "local", "down"], env=environment, check=False)


def typed(line: str, environment: Mapping[str, str], folder: Path, columns: int) -> Text:
    """A command line, and what then stands at the terminal, scrolled out or not, in its colours."""
    print(f"{columns} columns: dragonctl {line}", flush=True)
    emulator = Emulator(columns, ROWS)
    for written in at_a_terminal(
        [str(DRAGONCTL), *shlex.split(line)], environment, folder, columns
    ):
        emulator.feed(written)
    rows = [*emulator.screen.history.top, *(emulator.screen.buffer[at] for at in range(ROWS))]
    shown = Text("\n").join(row_in_colours(row) for row in rows)
    shown.rstrip()
    return Text.assemble(("$ ", "bold green"), (f"dragonctl {line}\n", "bold"), shown)


def at_a_terminal(
    command: list[str], environment: Mapping[str, str], folder: Path, columns: int
) -> Iterator[bytes]:
    """What a command writes to a terminal of that size, piece by piece, until it ends."""
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (ROWS, columns))
    with subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=folder,
        start_new_session=True,
    ):  # fmt: skip
        os.close(slave)
        with suppress(OSError):  # EIO: nothing has the terminal open any more
            while written := os.read(master, 65536):
                yield written
    os.close(master)


def row_in_colours(row: Mapping[int, Char]) -> Text:
    """One row of the emulator's, cells of one look joined."""
    cells = [row[at] for at in range(max(row, default=-1) + 1)]
    text = Text()
    for style, alike in groupby(cells, look):
        text.append("".join(cell.data for cell in alike), style)
    text.rstrip()
    return text


def look(cell: Char) -> Style:
    """The style of a cell; the emulator calls yellow brown, and leaves out the # of a number."""
    return Style(
        color=COLOURS.get(cell.fg, f"#{cell.fg}"),
        bgcolor=COLOURS.get(cell.bg, f"#{cell.bg}"),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def draw(name: str, text: Text, columns: int) -> None:
    """Pictures of a terminal that shows the text, one on each ground."""
    for ground, theme in GROUNDS.items():
        console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True)
        console.print(text)
        # Fonts from the network would tell others who reads the page.
        svg = console.export_svg(title="dragonctl", theme=theme)
        svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
        svg = svg.replace("<!-- Generated with Rich https://www.textualize.io -->", "")
        (PICTURES / f"{name}-{ground}.svg").write_text(svg, encoding="utf-8")


def photograph(page: Path) -> None:
    """Pictures of the page in a browser, wide and narrow, in its two colour schemes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for ground in get_args(Ground):
            tab = browser.new_page(color_scheme=ground, viewport={"width": 1280, "height": 800})
            tab.goto(page.as_uri())
            tab.screenshot(path=PICTURES / f"page-{ground}.png")
        browser.close()


if __name__ == "__main__":
    main()
