"""The pages as a reader has them: whole, current, and with nothing in them that does not exist."""

from __future__ import annotations

import json
import re
import shlex

import click
import pytest

from docs.pages import (
    DOCS,
    ROOT,
    WITHOUT_STORY,
    blocks,
    command_lines,
    filled,
    help_of,
    imports_of,
    links,
    pages,
)
from docs.story import STORY
from dragonctl.cli.catalogue import command_names
from dragonctl.cli.demo import ACTS
from dragonctl.cli.root import CHANGING, cli

NO_RUN = {"completion", "demo", "help"}
"""Pages that show no output beside the help."""

PAGES = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages()}
LINES = sorted({line for text in PAGES.values() for line in command_lines(text)})
MACHINE = re.compile(r"/(?:work|tmp|root)/|/home/\w+|127\.0\.0\.1:(?!4566)\d{4,5}")


@pytest.mark.parametrize("name", command_names())
def test_every_command_has_a_page_with_its_help_and_an_example(name):
    page = DOCS / "commands" / f"{name}.md"
    assert page.exists(), f"write {page.relative_to(ROOT)}: copy another, then make docs"
    text = page.read_text(encoding="utf-8")
    generated = blocks(text)
    assert [block.line for block in generated if block.kind == "help"] == [name]
    assert f"dragonctl {name}" in text
    assert any(block.kind == "run" for block in generated) or name in NO_RUN
    assert f"(commands/{name}.md)" in PAGES["docs/README.md"]


def test_no_page_is_of_a_command_that_is_gone():
    assert {page.stem for page in (DOCS / "commands").glob("*.md")} == set(command_names())


@pytest.mark.parametrize("name", PAGES)
def test_the_help_in_a_page_is_current(name):
    found = re.finditer(r"<!-- help: (\S+) -->\n```text\n(.*?)\n```", PAGES[name], re.DOTALL)
    for block in found:
        assert block[2] == help_of(block[1]).rstrip(), "run: make docs-help"


def test_the_picture_of_the_imports_is_current():
    text = PAGES["docs/architecture.md"]
    (picture,) = (block for block in blocks(text) if block.kind == "imports")
    assert f"```text\n{imports_of(picture.line)}\n```\n<!-- end -->" in text, "run: make docs-help"


@pytest.mark.parametrize("name", PAGES)
def test_every_generated_part_is_filled(name):
    empty = re.findall(r"<!-- (?:run|help|imports)[^\n]*-->\n<!-- end -->", PAGES[name])
    assert empty == [], "run: make docs"


@pytest.mark.parametrize("name", PAGES)
def test_output_is_shown_only_where_the_story_makes_it(name):
    runs = [block for block in blocks(PAGES[name]) if block.kind == "run"]
    assert not runs or name.removeprefix("docs/") in STORY, (
        f"put {name.removeprefix('docs/')} into STORY of docs/story.py, where the story comes to it"
    )


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    here = (ROOT / name).parent
    assert [link for link in links(PAGES[name]) if not (here / link).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_a_place_on_the_machine_that_made_it(name):
    assert MACHINE.findall(PAGES[name]) == []


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_is_one(line):
    """Those of the story are run; these, some for a real account only, are parsed."""
    words = shlex.split(line)[1:]
    root = cli.make_context("dragonctl", words, terminal_width=80)
    rest = [*root._protected_args, *root.args]
    if not rest or {"-h", "--help"} & set(rest):
        return
    command = cli.get_command(root, rest[0])
    assert command is not None, f"there is no {rest[0]}"
    command.make_context(rest[0], rest[1:], parent=root)


def test_a_line_with_an_option_that_does_not_exist_is_found():
    with pytest.raises(click.NoSuchOption):
        test_every_command_line_is_one("dragonctl status --colour")


def test_make_targets_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {found for text in PAGES.values() for found in re.findall(r"`make ([\w-]+)`", text)}
    assert named <= targets


def test_the_tutorial_follows_the_demo():
    shown = [block.line for block in blocks(PAGES["docs/tutorial.md"]) if block.kind == "run"]
    played = [f"dragonctl {line}" for act in ACTS for line in act.lines]
    played = [line.replace("{page}", "map.html") for line in played]
    assert [line for line in shown if line in played] == played


def test_what_commands_printed_can_be_left_as_it_is():
    text = "<!-- help: x -->\nold\n<!-- end -->\n<!-- run: y -->\nkept\n<!-- end -->\n"
    made = filled(text, lambda block: block.kind, WITHOUT_STORY)
    assert "kept" in made
    assert "old" not in made


def test_pages_are_filled_part_by_part():
    text = "a\n<!-- help: x -->\nold\n<!-- end -->\nb\n<!-- run, exit 3: y -->\n<!-- end -->\n"
    made = filled(text, lambda block: f"{block.kind} {block.line} {block.exit_code}")
    assert made == (
        "a\n<!-- help: x -->\n```text\nhelp x 0\n```\n<!-- end -->\n"
        "b\n<!-- run, exit 3: y -->\n```text\nrun y 3\n```\n<!-- end -->\n"
    )


@pytest.mark.parametrize("name", sorted({*command_names()} - {*CHANGING}))
def test_every_command_that_shows_something_has_a_schema(name):
    schema = {"logs": "log-event"}.get(name, name)
    assert (DOCS / "schemas" / f"{schema}.json").exists(), f"write docs/schemas/{schema}.json"


def test_every_schema_is_listed():
    listed = set(links(PAGES["docs/schemas/README.md"]))
    there = {path.name for path in (DOCS / "schemas").glob("*.json")}
    assert there == listed, "docs/schemas/README.md has another list"
    for name in listed:
        json.loads((DOCS / "schemas" / name).read_text())
