"""What the page says of a walk: clean of total, every deviation, what could not be built."""

from __future__ import annotations

from tests.corpus.shape import Shape
from tests.corpus.table import BEGIN, END, Row, table, write_page
from tests.corpus.walk import LEFT, PART, Deviation

SOURCE = {"repo": "o/r", "commit": "0123456789", "kind": "a private API"}


def row(name, *found):
    return Row(Shape(name, {"source": SOURCE}), {"strict": [], "local": list(found)})


def test_a_part_that_was_refused_is_told_and_counts_as_no_deviation():
    text = table([row("a", Deviation(PART, "CreateLogGroup: no")), row("b")])
    assert "Clean: 2 of 2 on the strict AWS, 2 of 2 on the local AWS." in text
    assert "- a, local: CreateLogGroup: no" in text
    assert "Nothing deviated." in text


def test_a_deviation_is_named_with_its_shape_backend_and_words():
    text = table([row("a", Deviation(LEFT, "a role")), row("b")])
    assert "1 of 2 on the local AWS" in text
    assert f"| a | o/r 0123456 | a private API | clean | {LEFT} |" in text
    assert f"- a, local: {LEFT}: a role (not explained)" in text


def test_the_page_keeps_what_stands_around_the_table(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n{BEGIN}\nold\n{END}\nrest\n")
    write_page(page, "new")
    write_page(page, "newer \\1")
    assert page.read_text() == f"# Title\n{BEGIN}\n\nnewer \\1\n\n{END}\nrest\n"
