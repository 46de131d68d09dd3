"""``demo`` and ``local``: from nothing to everything and back, in an empty folder."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest

from dragonctl import config
from dragonctl.cli import root as cli
from dragonctl.cli.demo import ACTS, begin, play
from dragonctl.local import control
from dragonctl.terminal.demo import Excerpt


@pytest.fixture
def typed(packages, tmp_path, monkeypatch, capsys):
    """Type a command with no local AWS running; whatever was started is ended."""
    state, folder = tmp_path / "state", tmp_path / "here"
    state.mkdir(mode=0o700)
    folder.mkdir()
    (state / "packages").symlink_to(packages)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(state))
    # Credentials of a real account, which nothing here may use.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    def run(*words):
        config.load.cache_clear()
        code = cli.run(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    control.down()


def headings(text):
    return re.findall(r"^\d+ (.+?) ─+$", text, re.MULTILINE)


def test_the_demo_goes_all_the_way_and_back(typed, tmp_path):
    code, out, err = typed("demo")
    assert code == 0
    assert err.count("Full request and response data will be in the log") == 1
    assert headings(out) == [act.title for act in ACTS]
    assert "Plan: " in out
    assert len(out.splitlines()) < 130
    assert "Function add-dragon" not in out
    assert "fault 50 %" in out
    assert "DragonValidationException" in out
    assert "No changes (checked in " in out
    assert list((tmp_path / "here").iterdir()) == []
    second = out.split("Once more ")[1].split("What can be seen now")[0]
    assert "changed" not in second

    code, out, err = typed("demo", "--undo", "--output", "json")
    assert code == 0, err
    acts = json.loads(out)["acts"]
    assert [act["command"].split()[1] for act in acts][-3:] == ["status", "delete-app", "local"]
    status = next(act["answer"] for act in acts if act["command"] == "dragonctl status --local")
    assert {stage["log_level"] for stage in status["stages"]} == {"OFF"}
    assert control.status() is None
    assert typed("demo", "--undo")[1].startswith("There is no demo to take back")


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("demo --region eu-west-1 --endpoint-url http://x", "--region or --endpoint-url"),
        ("--profile mine demo --undo", "--profile"),
    ],
)
def test_the_demo_refuses_every_other_aws(typed, line, refused):
    code, out, err = typed(*line.split())
    assert (code, out) == (2, "")
    assert err == f"Error: demo uses the local AWS alone: it takes no {refused}.\n"
    assert control.status() is None
    assert "--region" not in typed("demo", "--help")[1]


@pytest.mark.parametrize(
    ("whole", "pattern", "expected"),
    [
        (False, "b", "\x1b[1mbee\x1b[0m\nz\na"),
        (False, "q", "z\na"),
        (True, "b", "\x1b[1mbee\x1b[0m\nz\naant\n"),
    ],
)
def test_an_excerpt_shows_its_lines_and_a_failed_command_whole(whole, pattern, expected):
    stream = StringIO()
    excerpt = Excerpt(stream, pattern, "z")
    for text in ("an", "t\n\x1b[1mbee", "\x1b[0m\nz\n", "a"):
        excerpt.write(text)
    excerpt.end(whole=whole)
    assert stream.getvalue() == expected


def test_an_excerpt_of_nothing_is_the_whole():
    stream = StringIO()
    excerpt = Excerpt(stream, "q", "q")
    excerpt.write("ant\nbee")
    excerpt.end(whole=False)
    assert stream.getvalue() == "ant\nbee"


def test_a_reader_that_has_gone_is_told_at_the_end():
    excerpt = Excerpt(open("/dev/full", "w"), "a", "z")  # noqa: SIM115, PTH123
    excerpt.write("ant\nant\n")
    with pytest.raises(OSError, match="space"):
        excerpt.end(whole=False)


@pytest.mark.thorough
def test_an_application_that_was_there_before_survives_the_demo(typed):
    answer = typed("status", "--local")  # starts a local AWS with the sample in it
    assert answer[0] == 0, answer
    before = json.loads(typed("status", "--local", "--output", "json")[1])
    begin()
    observe = next(act for act in ACTS if act.title == "The changes")
    assert play([observe], as_json=True)[0] == 0
    seen = json.loads(typed("status", "--local", "--output", "json")[1])
    assert seen["stages"] != before["stages"]
    assert typed("demo", "--undo", "--output", "json")[0] == 0
    assert control.status() is not None
    after = json.loads(typed("status", "--local", "--output", "json")[1])
    assert after["stages"] == before["stages"]
    assert after["state_machines"] == before["state_machines"]


def test_local_says_whether_it_runs(typed):
    def running(action):
        return json.loads(typed("local", action, "--output", "json")[1])["running"]

    assert [running(one) for one in ("status", "up", "up", "status", "down", "down")] == [
        False, True, True, True, False, False,
    ]  # fmt: skip


def test_what_local_prints_names_no_secret(typed):
    code, out, _ = typed("local", "up")
    server = control.status()
    assert code == 0
    assert server.endpoint in out
    assert "local" in out
    assert server.token not in out + typed("local", "status", "--output", "json")[1]


@pytest.mark.thorough
def test_local_keeps_what_it_holds(typed):
    typed("create-app", "--local")
    typed("local", "down")
    assert typed("create-app", "--local", "--check")[0] == 0


@pytest.mark.parametrize("action", ["", "sideways"])
def test_local_with_another_word_is_wrong_usage(typed, action):
    assert typed("local", *filter(None, [action]))[0] == 2


def test_a_line_that_is_broken_is_shown_or_left_out_whole():
    stream = StringIO()
    excerpt = Excerpt(stream, "GET .*OK", r"\Z")
    for pieces in ("GET /a\n  200 OK\n", "note\n  GET b OK\n"):
        with excerpt.one_line():
            excerpt.write(pieces)
    excerpt.end(whole=False)
    assert stream.getvalue() == "GET /a\n  200 OK\n"
