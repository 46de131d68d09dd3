"""What people are told in place of identifiers: the titles of the steps, as a plan shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping

Titles = Mapping[str, str]
"""Identifier (``apigateway-stage/a1b2c3/prod``) -> title (``Stage prod of dragons``)."""


def in_words(sentence: str, titles: Titles) -> str:
    """The sentence, with the title of each thing for its identifier; documents keep those."""
    longest_first = sorted(titles, key=len, reverse=True)
    known = "|".join(map(re.escape, longest_first))
    whole = rf"(?<![\w/])({known})(?![\w/:-])"
    return re.sub(whole, lambda found: titles[found[0]], sentence) if known else sentence
