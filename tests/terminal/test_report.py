"""What a report tells of things that it knows by their titles."""

from __future__ import annotations

import pytest

from dragonctl.engine.events import Kept
from dragonctl.engine.model import Reading, Step
from dragonctl.engine.plan import Plan, Planned
from dragonctl.terminal.changes import Report
from tests.engine.fakes import Thing

STAGE = "apigateway-stage/abc/prod"


def test_a_warning_names_a_thing_by_its_title_and_no_other_thing(capsys):
    report = Report(json_=False)
    report.titles = {STAGE: "Stage prod of dragons"}
    report.warn([f"{STAGE} was left as it is: {STAGE}2 still needs it"], ())
    told = " ".join(capsys.readouterr().err.split())
    assert told == f"! Stage prod of dragons was left as it is: {STAGE}2 still needs it"


LOVED = Step("Undo: House", Thing("house"), None)
REASON = f"{STAGE} still needs it"


@pytest.mark.parametrize(
    "tell",
    [
        lambda report: report.begin(
            "Undo", "", Plan((Planned(LOVED, Reading({"a": 1}), kept=REASON),)), shows_plan=True
        ),
        lambda report: report.event(Kept(LOVED, REASON)),
    ],
    ids=["plan", "run"],
)
def test_a_plan_tells_what_is_left_as_its_run_does(tell, capsys):
    report = Report(json_=False)
    report.titles = {STAGE: "Stage prod of dragons"}
    tell(report)
    told = " ".join(capsys.readouterr().err.split())
    assert told == "= Undo: House: left, because Stage prod of dragons still needs it"
