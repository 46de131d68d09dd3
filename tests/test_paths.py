"""What is written for a person is written whole, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dragonctl.paths import write_whole
from tests.full_disk import no_file_beyond


@pytest.mark.parametrize("before", [{}, {"page.html": "the page of yesterday"}])
def test_a_full_disk_leaves_the_folder_as_it_was(tmp_path, before):
    for name, content in before.items():
        (tmp_path / name).write_text(content)
    with no_file_beyond(1024), pytest.raises(OSError, match="File too large"):
        write_whole(tmp_path / "page.html", "x" * 100_000)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_a_file_is_its_owners_alone_and_a_link_still_leads_to_it(tmp_path):
    target, link = tmp_path / "page.html", tmp_path / "link.html"
    link.symlink_to(target)
    write_whole(link, "first")
    write_whole(link, "second")
    assert (link.is_symlink(), target.read_text()) == (True, "second")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_device_stays_one():
    write_whole(Path(os.devnull), "anything")
    assert Path(os.devnull).is_char_device()


_THREADS_THAT_READ = """
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import make_dataclass
from pathlib import Path
from threading import Barrier
from typing import Literal

from dragonctl.paths import read_own_json

sys.setswitchinterval(1e-6)
fields = [(f"field_{number}", Literal["xray", "otel", None]) for number in range(30)]
together = Barrier(8)

def read(shape):
    together.wait()
    return read_own_json(Path(sys.argv[1]), shape)

with ThreadPoolExecutor(8) as threads:
    for number in range(300):
        shape = make_dataclass(f"Shape{number}", fields)
        assert None not in threads.map(read, [shape] * 8)
"""


def test_threads_that_read_the_same_kind_of_file_at_once_all_have_it(tmp_path):
    """msgspec ends the process where two threads meet a class that it does not know yet."""
    file = tmp_path / "shape.json"
    write_whole(file, json.dumps({f"field_{number}": "xray" for number in range(30)}))
    line = [sys.executable, "-c", _THREADS_THAT_READ, str(file)]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
