"""The server's log never fills the disk."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Its standard error is the log, as the server's is.
WRITER = """
import sys
from dragonctl.local import server_log
for number in range(int(sys.argv[1])):
    print(f"line {number:04}", file=sys.stderr, flush=True)
    server_log.bound(1000)
"""


@pytest.mark.parametrize("lines", [10, 100, 101, 5000])
def test_the_log_begins_anew_and_its_last_lines_are_kept_beside_it(tmp_path, monkeypatch, lines):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    folder = tmp_path / "local"
    folder.mkdir(mode=0o700)
    log = folder / "server.log"
    with log.open("ab") as stream:
        subprocess.run([sys.executable, "-c", WRITER, str(lines)], stderr=stream, check=True)
    before = folder / "server.log.1"
    kept = (before.read_text() if before.exists() else "") + log.read_text()
    assert len(kept) <= 2010
    assert kept.endswith(f"line {lines - 1:04}\n")
    assert kept.count("\n") >= min(lines, 100)


def test_a_terminal_or_another_file_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    (tmp_path / "local").mkdir(mode=0o700)
    (tmp_path / "local" / "server.log").write_text("x" * 5000)
    with (tmp_path / "elsewhere").open("ab") as stream:
        subprocess.run([sys.executable, "-c", WRITER, "500"], stderr=stream, check=True)
    assert (tmp_path / "elsewhere").stat().st_size == 500 * 10
    assert (tmp_path / "local" / "server.log").stat().st_size == 5000
