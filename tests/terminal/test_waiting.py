"""What is said of waits: as long as a person waits, and not as often as reads do."""

from __future__ import annotations

import pytest

from dragonctl.terminal.waiting import Waits


@pytest.mark.parametrize(
    ("waits", "lines"),
    [
        ([(0.0, 2.0)], []),
        ([(0.0, 2.0), (0.0, 2.0), (0.1, 1.9)], []),  # three reads at the same time
        ([(0.0, 2.0), (2.0, 2.0)], ["… AWS is busy, 4 s of waiting so far"]),
        ([(0.0, 4.0), (4.0, 4.0), (8.0, 15.0)],
         ["… AWS is busy, 4 s of waiting so far", "… AWS is busy, 23 s of waiting so far"]),
        ([(0.0, 2.0), (100.0, 2.0)], ["… AWS is busy, 4 s of waiting so far"]),
    ],
)  # fmt: skip
def test_a_wait_is_told_once_it_is_felt(capsys, waits, lines):
    times = iter([moment for moment, _ in waits])
    told = Waits(lambda: next(times))
    for _, seconds in waits:
        told.wait("AWS is busy", seconds)
    assert capsys.readouterr().err.splitlines() == lines
