"""The doctor: what is wrong is said, and nothing that is right is called wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dragonctl.engine.reads import Reads
from dragonctl.status import doctor
from tests.engine.fakes import TinyAws

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clocked(TinyAws):
    date = "Mon, 23 Nov 2026 12:00:10 GMT"


@pytest.mark.parametrize(
    ("off", "ok", "words"),
    [
        (timedelta(), True, "10 s"),
        (timedelta(hours=1), False, "fast"),
        (-timedelta(hours=1), False, "slow"),
    ],
)
def test_clock(off, ok, words):
    findings = {one.what: one for one in doctor.connection(Reads(Clocked()), NOW + off)}
    assert findings["clock"].ok is ok
    assert words in findings["clock"].detail


def test_refused_read_is_named():
    aws = Clocked(troubles=[("GetAccount", "AccessDeniedException", "not authorized", 403, False)])
    findings = {one.what: one for one in doctor.connection(Reads(aws), NOW)}
    assert findings["apigateway GetRestApis"].ok
    assert not findings["apigateway GetAccount"].ok


def test_the_state_folder_is_its_owners_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path / "state"))
    assert all(one.ok for one in doctor.state())
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("**/*")}
    assert modes == {"state": 0o700, "runs": 0o700}


def test_state_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "state").write_text("a file, where a folder should be")
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path / "state"))
    assert [one.ok for one in doctor.state()] == [False]


def test_a_journal_of_which_nothing_is_known_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path / "state"))
    list(doctor.state())
    path = tmp_path / "state" / "runs" / "20261123-101500-3fa9.jsonl"
    path.touch(mode=0o600)
    folder, journal = doctor.state()
    assert (folder.ok, "0 runs" in folder.detail, journal.ok) == (True, True, False)
    assert str(path) in journal.detail
