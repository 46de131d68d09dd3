"""How names stand in a sentence."""

from __future__ import annotations

import pytest

from dragonctl.wording import first_few, with_and, with_or


@pytest.mark.parametrize(
    ("names", "sentence"), [("", ""), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")]
)
def test_all_names_are_joined(names, sentence):
    assert with_and(names) == sentence
    assert with_or(names) == sentence.replace("and", "or")


def test_of_many_names_the_first_stand_there_and_the_rest_is_counted():
    assert first_few("abc") == "a, b, c"
    assert first_few("abcde") == "a, b, c and 2 more"
    assert first_few("abc", 1, between="; ") == "a and 2 more"
