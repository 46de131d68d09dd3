"""What a report tells of things that it knows by their titles."""

from __future__ import annotations

from dragonctl.terminal.changes import Report

STAGE = "apigateway-stage/abc/prod"


def test_a_warning_names_a_thing_by_its_title_and_no_other_thing(capsys):
    report = Report(json_=False)
    report.titles = {STAGE: "Stage prod of dragons"}
    report.warn([f"{STAGE} was left as it is: {STAGE}2 still needs it"], ())
    told = " ".join(capsys.readouterr().err.split())
    assert told == f"! Stage prod of dragons was left as it is: {STAGE}2 still needs it"
