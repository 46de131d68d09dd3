"""Journals are read by their shape, and only where nobody else can have written them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dragonctl.engine.history import read_history, read_run
from dragonctl.errors import DragonError
from dragonctl.paths import read_own_file

RUN = "20261123-101500-3fa9"
TIME = "2026-11-23T10:15:00.000001+00:00"


def line(event, **about):
    return json.dumps({"event": event, "time": TIME, **about})


BEGIN = line(
    "begin",
    run=RUN,
    command="setup-dashboard",
    user="arn:aws:iam::111122223333:user/ann",
    login="ann",
    undoes=None,
    account="111122223333",
    region="eu-west-1",
    endpoint="aws",
)
STEP = line(
    "step",
    step="logs-group/g",
    kind="logs-group",
    identity={"name": "g"},
    title="Log group g",
    before=None,
    expected={"retentionInDays": 30},
    undo="reverse",
    requires=[],
)
CALL = line("call", step="logs-group/g", service="logs", operation="CreateLogGroup", params={})
CHANGE = {"resource": "logs-group/g", "field": "retentionInDays", "before": None, "after": 30}
DONE = line("done", step="logs-group/g", after={"retentionInDays": 30}, changes=[CHANGE])
END = line("end", outcome="done")
WHOLE = [BEGIN, STEP, CALL, DONE, END]


def read(*lines, end="\n"):
    return read_run(("\n".join(lines) + end).encode(errors="surrogateescape"))


def changed(text, **about):
    return json.dumps({**json.loads(text), **about})


def test_a_whole_journal_is_read_without_a_word():
    run, said = read(*WHOLE)
    assert (run.run, run.command, run.changes, run.outcome) == (RUN, "setup-dashboard", 1, "done")
    assert said == ""


def test_the_journal_of_a_run_of_many_thousand_calls_is_read(folder):
    keep(folder, lines=[BEGIN, STEP, *[CALL] * 20_000, DONE, END])
    history = read_history(folder)
    assert [(run.run, run.outcome) for run in history.runs] == [(RUN, "done")]
    assert history.warnings == []


@pytest.mark.parametrize("length", range(1, len(CALL)))
def test_a_last_line_that_a_crash_cut_short_is_nothing_to_tell(length):
    run, said = read(BEGIN, STEP, CALL[:length], end="")
    assert (run.changes, said) == (1, "")


def test_what_a_later_version_adds_is_no_fault():
    later = [changed(one, colour="red") for one in WHOLE]
    later.insert(2, line("note", text="new"))
    run, said = read(*later)
    assert (run.changes, run.outcome, said) == (1, "done", "")


@pytest.mark.parametrize(
    "broken",
    [
        "[" * 5_000,
        '{"event":"step","step":["a"]}',
        "{}",
        "null",
        "\x00" * 50,
        "\udcff\udcfe",
        "{" * 20 + "x" * 1_000_000,
        line("end", outcome="done")[:20],
        changed(STEP, identity={"name": 5}),
        changed(STEP, before=[1]),
        changed(STEP, undo="delete everything"),
        changed(STEP, requires="all"),
        changed(STEP, time=-5),
        changed(STEP, time="-0001-01-01"),
        STEP.replace("30", "[" * 300 + "]" * 300),
        changed(DONE, changes=[{"field": "a"}]),
        changed(DONE, step="logs-group/of-nobody"),
        changed(CALL, params=None),
        changed(END, outcome="perhaps"),
        changed(BEGIN, run="20261123-101500-0000", account="999988887777"),
    ],
    ids=range(20),
)
def test_a_line_that_dragonctl_does_not_write_is_passed_over_and_said_once(broken):
    run, said = read(BEGIN, STEP, DONE, broken)
    assert (run.scope.account, run.changes, run.entries["logs-group/g"].before) == (
        "111122223333",
        1,
        None,
    )
    assert said == (
        f"Line 4 of run {RUN} is not a journal entry that dragonctl writes; passed over."
    )


def test_many_broken_lines_are_one_sentence():
    run, said = read(BEGIN, *["?"] * 1_000, STEP, DONE, END)
    assert (run.changes, run.outcome) == (1, "done")
    assert said == (
        f"Lines 2, 3, 4, 5, 6 and 995 more of run {RUN} are not journal entries that dragonctl"
        " writes; passed over."
    )


def test_nothing_is_taken_from_another_run_s_lines_in_the_same_file():
    other = changed(BEGIN, run="20261123-101500-0000")
    run, said = read(BEGIN, STEP, DONE, other, changed(STEP, before={"retentionInDays": 1}), END)
    assert (run.entries["logs-group/g"].before, run.outcome) == (None, None)
    assert "Lines 4, 5 and 6" in said


def test_what_stands_before_the_beginning_or_after_the_end_does_not_count():
    run, said = read(STEP, *WHOLE, changed(DONE, after=None))
    assert run.entries["logs-group/g"].after == {"retentionInDays": 30}
    assert "Lines 1 and 7" in said


ANSWER = line("answer", step="logs-group/g", operation="CreateLogGroup", outcome="ok")
FIELDS = changed(
    STEP,
    before=None,
    expected={"name": "g", "retentionInDays": 30, "kmsKeyId": None},
    fields=["name", "retentionInDays"],
)
REFUSED = changed(ANSWER, outcome="AccessDeniedException")


@pytest.mark.parametrize(
    ("lines", "changes", "unconfirmed"),
    [
        ([FIELDS], 0, {}),  # cut short before its first call
        ([FIELDS, CALL], 2, {"name": "g", "retentionInDays": 30}),
        ([FIELDS, CALL, ANSWER], 2, {"name": "g", "retentionInDays": 30}),
        ([FIELDS, CALL, REFUSED], 0, {}),
        ([FIELDS, CALL, REFUSED, CALL], 2, {"name": "g", "retentionInDays": 30}),
        ([FIELDS, CALL, ANSWER, DONE], 1, {}),
        ([STEP, CALL, ANSWER], 1, {}),  # an earlier version: which fields is not known
    ],
    ids=range(7),
)
def test_of_a_run_cut_short_all_that_aws_was_asked_for_counts(lines, changes, unconfirmed):
    run, said = read(BEGIN, *lines)
    found = run.entries["logs-group/g"].unconfirmed
    assert (run.changes, {one["field"]: one["after"] for one in found}) == (changes, unconfirmed)
    assert all(one["before"] is None for one in found)
    assert said == ""


def test_a_run_of_a_kept_plan_has_its_command_s_name():
    run, _ = read(changed(BEGIN, command="apply 0123456789ab", of="setup-observability"), END)
    assert run.title == "apply 0123456789ab (setup-observability)"
    assert read(*WHOLE)[0].title == "setup-dashboard"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "state" / "runs"
    made.mkdir(parents=True, mode=0o700)
    return made


def keep(folder, name=RUN, lines=WHOLE):
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path


def test_one_file_that_is_no_journal_stops_nothing(folder):
    keep(folder)
    (folder / "a.jsonl").mkdir()
    os.mkfifo(folder / "b.jsonl")
    (folder / "c.jsonl").symlink_to("/etc/hostname")
    (folder / "d.jsonl").symlink_to(folder / "nowhere")
    (folder / "e.jsonl").write_bytes(b"\x00" * 100 + b"\n")
    with (folder / "f.jsonl").open("wb") as huge:
        huge.truncate((256 << 20) + 1)  # takes no room on the disk
    keep(folder, "g")
    (folder / "h.jsonl").touch(mode=0o600)
    history = read_history(folder)
    assert [run.run for run in history.runs] == [RUN]
    told = " ".join(history.warnings)
    for name, fault in {
        "a": "is not a file",
        "b": "is not a file",
        "c": "is a link",
        "d": "is a link",
        "e": "does not begin as a journal does",
        "f": "is larger than 256 MiB",
        "g": f"tells of run {RUN} again",
        "h": "is empty",
    }.items():
        assert f"{name}.jsonl {fault}" in told
    assert len(history.warnings) == 8


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"garbage", b"\xff\xfe\n", BEGIN.encode()[:40], b'{"event":"later"}\n'],
)
def test_a_file_without_a_journals_beginning_is_named_with_what_to_do(folder, content):
    path = folder / f"{RUN}.jsonl"
    path.write_bytes(content)
    path.chmod(0o600)
    history = read_history(folder)
    (warning,) = history.warnings
    assert (history.runs, warning.startswith(f"{path} ")) == ([], True)
    assert "then move the file away" in warning
    assert "\n" not in warning
    assert "cannot be undone" in history.refused[RUN].message


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_not_believed(folder, mode):
    path = keep(folder)
    path.chmod(mode)
    history = read_history(folder)
    assert history.runs == []
    (warning,) = history.warnings
    assert f"{mode:04o}" in warning
    assert f"chmod go-w {path}" in warning
    assert f"chmod go-w {path}" in history.refused[RUN].hint


@pytest.mark.parametrize("of", ["runs", "state"])
@pytest.mark.parametrize("is_link", [False, True])
def test_a_folder_that_others_can_write_is_refused(folder, tmp_path, of, is_link):
    keep(folder)
    open_one = folder if of == "runs" else folder.parent
    if is_link:
        moved = tmp_path / "elsewhere"
        open_one.rename(moved)
        open_one.symlink_to(moved)
    open_one.chmod(0o777)
    with pytest.raises(DragonError) as refused:
        read_history(folder)
    assert f"type: chmod go-w {open_one}" in refused.value.hint
    open_one.chmod(0o755)
    assert len(read_history(folder).runs) == 1


@pytest.mark.parametrize("mode", [0o1777, 0o1770])
def test_a_folder_meant_for_many_is_not_to_be_closed_to_them(folder, mode):
    folder.parent.chmod(mode)
    with pytest.raises(DragonError, match="can be written by others") as refused:
        read_history(folder)
    assert refused.value.hint == "Name another folder with DRAGONCTL_STATE_DIR."


@pytest.mark.parametrize("kind", ["file", "beneath a file", "dead link"])
def test_what_cannot_hold_runs_is_not_taken_for_having_none(tmp_path, kind):
    place = tmp_path / "place"
    if kind == "dead link":
        place.symlink_to(tmp_path / "gone")
    else:
        place.write_text("no folder")
    history = read_history((place / "x" if kind == "beneath a file" else place) / "runs")
    (told,) = history.in_short
    assert told.startswith(f"No run can be read: {place}")
    assert told.endswith("Name another folder with DRAGONCTL_STATE_DIR.")


def test_a_device_is_no_state_folder():
    with pytest.raises(DragonError, match="/dev/null is no folder") as refused:
        read_history(Path("/dev/null/runs"))
    assert refused.value.hint == "Name another folder with DRAGONCTL_STATE_DIR."


def test_a_state_folder_that_is_not_there_yet_holds_no_run(tmp_path):
    history = read_history(tmp_path / "new" / "state" / "runs")
    assert (history.runs, history.warnings) == ([], [])


def test_a_file_or_folder_of_another_user_is_not_believed(folder, monkeypatch):
    path = keep(folder)
    give_away(path, monkeypatch)
    with pytest.raises(DragonError, match=r"belongs to another user \(uid \d+\)"):
        read_own_file(path, limit=1_000)
    give_away(folder, monkeypatch)
    with pytest.raises(DragonError, match="belongs to another user") as refused:
        read_history(folder)
    assert refused.value.hint == "Name another folder with DRAGONCTL_STATE_DIR."


def give_away(path, monkeypatch):
    """Let another user own it; only root can, and anybody else becomes another user himself."""
    if os.getuid() == 0:
        os.chown(path, 1234, 1234)
    else:
        other = path.stat().st_uid + 1
        monkeypatch.setattr(os, "getuid", lambda: other)
