"""Programs that read 0.2's documents read every later one: what was always there is there."""

from __future__ import annotations

import pytest

from tests.docs.promises import PROMISED, promises


@pytest.mark.parametrize("kept", sorted(PROMISED.glob("*.txt")), ids=lambda kept: kept.stem)
def test_what_a_release_promised_of_its_documents_holds(kept):
    promised = set(kept.read_text(encoding="utf-8").splitlines())
    gone = promised - set(promises())
    assert sorted(gone) == [], "new keys may come; those that a release had stay as they were"
