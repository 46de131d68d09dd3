"""What the pages hold that a machine can check: command lines, generated parts, links.

Three kinds of part are generated, each between ``<!-- kind: line -->`` and ``<!-- end -->``:

- ``help: NAME``: the help of a command;
- ``imports: PACKAGE``: which of the package's folders imports which;
- ``run: LINE``: a command line and what it printed. ``run, exit 3: LINE`` expects that exit code,
  ``run, first 20 lines: LINE`` keeps the beginning. ``{run}``, ``{request}``, ``{execution}`` and
  ``{trace}`` in a line stand for the last one that was printed, ``{distribution}`` for a
  CloudFront distribution that is there.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import takewhile
from pathlib import Path

import click

DOCS = Path(__file__).parent
ROOT = DOCS.parent
HELP_WIDTH = 80

KINDS = ("run", "help", "imports")
WITHOUT_STORY = ("help", "imports")
"""The kinds that are made from the source alone."""
_BLOCK = re.compile(
    rf"(?P<head><!-- (?P<kind>{'|'.join(KINDS)})(?P<how>[^:>]*): (?P<line>.*?) -->\n)"
    r"(?P<body>.*?)<!-- end -->",
    re.DOTALL,
)
_SHOWN = {
    "run": re.compile(r"dragonctl undo (\d{8}-\d{6}-\w+)"),
    "request": re.compile(r"^ *request +(\S+)", re.MULTILINE),
    "execution": re.compile(r"^ *execution +(\S+)", re.MULTILINE),
    "trace": re.compile(r"^ *trace +(\S+)", re.MULTILINE),
}
_TYPED = re.compile(r"^(?: {4}|\$ )?(dragonctl .+)$", re.MULTILINE)
_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)
_SPAN = re.compile(r"`(dragonctl [^`\n]+)`")
_LINK = re.compile(r"""(?:\]\(|\bsrc(?:set)?=")([^)"#\s]+)""")


@dataclass(frozen=True)
class Block:
    """A generated part of a ``kind``; ``lines`` says how many are kept (0: all)."""

    kind: str
    line: str
    exit_code: int
    lines: int

    @classmethod
    def of(cls, found: re.Match[str]) -> Block:
        """The part that a marker begins."""
        exit_code = re.search(r"exit (\d+)", found["how"])
        lines = re.search(r"first (\d+) lines", found["how"])
        return cls(
            found["kind"],
            found["line"],
            int(exit_code[1]) if exit_code else 0,
            int(lines[1]) if lines else 0,
        )


def pages() -> list[Path]:
    """Every page of the documentation, and the README."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks(text: str) -> list[Block]:
    """The generated parts of a page, in their order."""
    return [Block.of(found) for found in _BLOCK.finditer(text)]


def filled(text: str, body: Callable[[Block], str], kinds: Container[str] = KINDS) -> str:
    """The page with every generated part of these kinds made anew by ``body``."""

    def fill(found: re.Match[str]) -> str:
        if found["kind"] not in kinds:
            return found[0]
        return f"{found['head']}```text\n{body(Block.of(found)).rstrip()}\n```\n<!-- end -->"

    return _BLOCK.sub(fill, text)


def without_generated(text: str) -> str:
    """The page as a person wrote it."""
    return _BLOCK.sub("", text)


def remember(output: str, known: dict[str, str]) -> None:
    """Keep the ids that a command printed, for the lines that follow."""
    for name, pattern in _SHOWN.items():
        if found := pattern.findall(output):
            known[name] = found[-1]


def with_ids(line: str, known: dict[str, str]) -> str:
    """The line with the ids that were printed last."""
    for name, value in known.items():
        line = line.replace(f"{{{name}}}", value)
    return line


def command_lines(text: str) -> Iterator[str]:
    """Every command line of dragonctl that a page shows, but for those of its generated parts."""
    text = without_generated(text)
    for code in (*_FENCE.findall(text), *_INDENTED.findall(_FENCE.sub("", text))):
        for found in _TYPED.finditer(code):
            yield _without_shell(found[1])
    yield from _SPAN.findall(text)


def _without_shell(line: str) -> str:
    """The line up to a comment, a pipe or a redirection."""
    words = shlex.shlex(line, posix=True, punctuation_chars="|>")
    words.whitespace_split = True
    return shlex.join(takewhile(lambda word: word not in {"|", ">"}, words))


def links(text: str) -> list[str]:
    """What a page links to on this disk."""
    return [link for link in _LINK.findall(text) if "://" not in link]


def help_of(name: str) -> str:
    """The help of a command, as on a terminal of 80 columns."""
    from dragonctl.cli.root import cli

    root = click.Context(cli, info_name="dragonctl")
    command = cli.get_command(root, name)  # type: ignore[attr-defined]
    assert command is not None, name
    context = command.make_context(
        name, [], parent=root, resilient_parsing=True, terminal_width=HELP_WIDTH
    )
    return textwrap.dedent(command.get_help(context))


def imports_of(package: str) -> str:
    """A line for each folder and single module of a package: which of the others it imports.

    Whoever imports comes before what it imports.
    """
    import grimp

    graph = grimp.build_graph(package, cache_dir=None)
    arrows: dict[str, set[str]] = {}
    for module in sorted(graph.modules - {package}):
        mine = arrows.setdefault(_part(module), set())
        mine |= {_part(other) for other in graph.find_modules_directly_imported_by(module)}
    imported = {part: sorted(arrows[part] - {part, package}) for part in sorted(arrows)}
    ordered = list(TopologicalSorter(imported).static_order())[::-1]
    width = max(map(len, ordered))
    lines = (
        f"{part:{width}}  {' '.join(sorted(imported[part], key=ordered.index))}" for part in ordered
    )
    return "\n".join(map(str.rstrip, lines))


def _part(module: str) -> str:
    """The folder, or single module, of a package that a module belongs to."""
    return ".".join(module.split(".")[1:2]) or module
