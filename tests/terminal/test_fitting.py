"""Lines broken to a width: every word whole, or shortened where it is longer than the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from dragonctl.terminal.fitting import fitted, fitted_text
from dragonctl.terminal.sheet import Sheet
from tests.terminal.screens import pipe, screen, seen

WORDS = st.text("abcdefgh/:-é→", min_size=1, max_size=90)
LINES = st.lists(st.tuples(st.integers(0, 6), WORDS), max_size=20).map(
    lambda parts: "".join(f"{' ' * blanks}{word}" for blanks, word in parts)
)


@given(LINES, st.integers(40, 100), st.integers(0, 60))
def test_each_word_stands_whole_and_in_its_order(line, width, hang):
    for lines in (
        fitted_text(line, width, hang),
        [part.plain for part in fitted(Text(line), width)],
    ):
        assert all(cell_len(part) <= width for part in lines)
        shown, words = " ".join(lines).split(), line.split()
        assert len(shown) == len(words)
        for got, word in zip(shown, words, strict=True):
            if len(word) <= width:
                assert got == word
            else:
                head, _, tail = got.partition("…")
                assert word.startswith(head)
                assert word.endswith(tail)


@pytest.mark.parametrize("width", [60, 80])
def test_a_sentence_stands_beside_its_sign(width):
    lines = fitted(Text("! " + "a warning that is long " * 8), width)
    assert len(lines) > 1
    assert all(line.plain.startswith("  a") or line.plain[2] != " " for line in lines[1:])


@pytest.mark.parametrize(
    "sentence",
    [
        "The execution goes on after this answer. What becomes of it: {}",
        "Nothing was found in the last hour: `{}` looks further back.",
    ],
)
def test_a_command_is_copied_whole_where_one_line_has_room_for_it(sentence):
    command = "dragonctl why 533981cb-ad3d-4a55-a254-2cf35ea4b636 --local"
    for width in range(60, 120):
        lines = fitted_text(sentence.format(command), width, 2)
        assert sum(command in line for line in lines) == 1
    assert len(fitted_text(sentence.format(command), 40, 2)) > 3


def test_nothing_of_a_command_is_shortened():
    machine = f"arn:aws:states:us-east-1:123456789012:execution:{'Order' * 9}:{'a' * 36}"
    lines = fitted_text(f"Next: dragonctl logs --request {machine} --source functions", 80, 2)
    assert lines == ["Next: dragonctl logs --request", machine, "  --source functions"]
    (first, *_) = fitted(Text(f"{machine} is long"), 80)
    assert "…" in first.plain


def test_json_without_blanks_is_broken_behind_its_commas():
    document = '{"dragonName":"Jon","found":null,"city":"Toronto","list":[1,2,3],"last":"one,two"}'
    lines = fitted_text(document, 40, 2)
    assert "".join(line.strip() for line in lines) == document
    assert all(line.endswith(",") for line in lines[:-1])
    assert lines[-1].endswith('"last":"one,two"}')


@pytest.mark.parametrize(
    "word",
    [
        "arn:aws:states:us-east-1:123456789012:execution:MyStateMachine:" + "5" * 60,
        '{"executionArn":"arn:aws:states:us-east-1:1:execution:M:' + "5" * 60 + '","ok":true}',
        "Root=1-6b0adb78-ed6527e1ff48a89ab10ff993;Sampled=1;Lineage=" + "a" * 60,
    ],
)
def test_nothing_of_what_was_logged_is_left_out(word):
    lines = fitted_text(f"13:47:36.961  api  {word} end", 60, 20, least=1)
    assert max(map(len, lines)) <= 60
    assert "".join("".join(lines).split()) == f"13:47:36.961api{word}end"
    assert "…" in " ".join(fitted_text(f"api  {word}", 60, 20))


def test_a_script_without_blanks_goes_on_in_the_next_line():
    lines = fitted_text("竜" * 100, 60, 2)
    assert "".join(line.strip() for line in lines) == "竜" * 100
    assert max(map(cell_len, lines)) <= 60


def test_styles_stay_with_their_words():
    (first, *_, last) = fitted(Text.assemble("x " * 40, ("bold", "bold")), 60)
    assert not first.spans
    assert [(last.plain[span.start : span.end], span.style) for span in last.spans] == [
        ("bold", "bold")
    ]


CELLS = st.text("abcdefgh-", min_size=1, max_size=40)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5), st.integers(60, 130))
def test_a_sheet_cuts_nothing_at_any_width(rows, width):
    sheet = Sheet(("Name", "number", "words"), right=("number",), prose=2)
    for row in rows:
        sheet.add(*row)
    narrow, wide = screen(width), pipe()
    sheet.print(narrow)
    sheet.print(wide)
    assert max(cell_len(line.rstrip()) for line in seen(narrow).splitlines()) <= width
    words = seen(narrow).split()
    assert all(cell in words for row in rows for cell in row)
    assert [line.split() for line in seen(wide).splitlines()] == [
        ["Name", "number", "words"], *map(list, rows),
    ]  # fmt: skip
