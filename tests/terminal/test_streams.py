"""Streams that lack characters."""

from __future__ import annotations

import codecs
import io
import sys

import pytest

from dragonctl.terminal.streams import guarded

SAID = "✓ off → on · 竜 “x” …"


@pytest.mark.parametrize(
    ("encoding", "errors", "got"),
    [
        ("ascii", "strict", '+ off -> on - ? "x" ...'),
        ("latin-1", "strict", '+ off -> on · ? "x" ...'),
        ("cp1252", "strict", "+ off -> on · ? “x” …"),
        ("cp932", "strict", "+ off → on - 竜 “x” …"),
        ("utf-8", "strict", SAID),
        ("ascii", "ignore", "off on x"),
    ],
)
@pytest.mark.parametrize("finishes", [True, False])
def test_what_an_encoding_lacks_is_replaced(tmp_path, monkeypatch, encoding, errors, got, finishes):
    path = tmp_path / "out"
    with path.open("w", encoding=encoding, errors=errors) as out:
        monkeypatch.setattr("sys.stdout", out)
        with guarded(finishes=finishes) as guard:
            sys.stdout.write(f"{SAID}\n")
            guard.drain()
    assert path.read_text(encoding=encoding).split() == got.split()


def test_bytes_that_are_no_text_are_replaced_too(tmp_path, monkeypatch):
    """A name on the command line may hold any bytes: Python keeps them as lone surrogates."""
    path = tmp_path / "out"
    with path.open("w", encoding="utf-8") as out:
        monkeypatch.setattr("sys.stdout", out)
        with guarded(finishes=False):
            sys.stdout.write(codecs.decode(b"caf\xe9", "utf-8", "surrogateescape") + "\n")
    assert path.read_text() == "caf?\n"


def test_a_stream_that_is_no_file_is_left_as_it_is(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    with guarded(finishes=True):
        sys.stdout.write(f"{SAID}\n")
    assert out.getvalue() == f"{SAID}\n"


@pytest.mark.parametrize("finishes", [True, False])
def test_in_one_file_stand_both_streams_in_the_order_in_which_they_were_said(
    tmp_path, monkeypatch, finishes
):
    path = tmp_path / "both"
    with path.open("a") as out, path.open("a") as err:
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", err)
        with guarded(finishes=finishes) as guard:
            for number, stream in enumerate((sys.stdout, sys.stderr, sys.stdout, sys.stderr)):
                stream.write(f"{number}\n")
            guard.drain()
    assert path.read_text().split() == ["0", "1", "2", "3"]
