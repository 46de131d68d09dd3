import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dragonctl.terminal.neutral import middle, neutral, neutral_lines

ANYTHING = st.text(st.characters(), max_size=60)
"""Every code point, lone surrogates and controls too."""


@given(ANYTHING)
def test_no_control_format_or_surrogate_character_survives(text):
    for character in neutral(text):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(character) not in (
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        )  # fmt: skip


@given(ANYTHING)
def test_a_text_keeps_its_length_and_can_be_written(text):
    assert len(neutral(text)) == len(text)
    neutral(text).encode("utf-8")


def test_signs_stand_where_the_characters_stood():
    assert neutral("a\x1b[31mb\x00c\u202ed\x9bz\ttab") == "a␛[31mb␀c\ufffdd\ufffdz tab"


@given(ANYTHING, st.integers(1, 30))
def test_a_shortened_text_never_exceeds_its_cells(text, width):
    assert cell_len(middle(text, width)) <= width


def test_a_short_text_is_left_whole_and_a_long_one_keeps_both_ends():
    assert middle("list-dragons", 12) == "list-dragons"
    assert middle("list-dragons-of-the-north", 13) == "list-dra…orth"
    assert neutral("x" * 100, 10) == "x" * 9 + "…"
    assert neutral_lines("a\r\nb\n") == ["a", "b"]
