"""The list of runs as a person reads it, on a terminal of eighty columns."""

from __future__ import annotations

from dragonctl.terminal.history import show_history

RUN = {
    "run": "20261125-204540-a22b",
    "command": "setup-observability",
    "changes": 71,
    "account": "123456789012",
    "region": "us-east-1",
    "endpoint": "aws",
    "user": "arn:aws:iam::123456789012:user/ann",
    "of": None,
    "undoes": None,
    "undone": False,
    "outcome": "done",
}


def test_a_row_a_run_and_where_it_ran_whenever_that_changes(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    cut = {**RUN, "run": "20261125-204542-cabb", "undone": True, "outcome": "interrupted"}
    undo = {**RUN, "run": "20261125-204544-6214", "command": "undo", "undoes": cut["run"]}
    show_history([RUN, cut, undo, {**RUN, "endpoint": "local"}])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "account 123456789012 · us-east-1 · by user/ann",
        "run                   command                    changes",
        "20261125-204540-a22b  setup-observability             71",
        "20261125-204542-cabb  setup-observability             71  undone, interrupted",
        "20261125-204544-6214  undo 20261125-204542-cabb       71",
        "",
        "account 123456789012 · us-east-1 · by user/ann  local",
        "run                   command              changes",
        "20261125-204540-a22b  setup-observability       71",
    ]


def test_the_list_leaves_out_which_plan_was_carried_out_and_the_run_tells_it(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    applied = {**RUN, "command": "apply d23830509c7e", "of": "setup-observability"}
    show_history([applied])
    assert "apply (setup-observability)" in capsys.readouterr().out
    show_history([applied], whole=True)
    assert "d23830509c7e" in capsys.readouterr().out
