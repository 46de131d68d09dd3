"""The flow of every command that changes AWS: plan, show, apply, report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from dragonctl.app import App
from dragonctl.command_line.failures import as_document, messages
from dragonctl.command_line.retrying import retry
from dragonctl.command_line.session import Session
from dragonctl.discovery.ownership import ownership_warnings
from dragonctl.engine.journal import Journal, new_run
from dragonctl.engine.model import Step
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import Plan, plan
from dragonctl.engine.run import Outcome, apply
from dragonctl.errors import DragonError, InterruptedByUserError
from dragonctl.terminal.changes import Report

CHANGES_FOUND = 3
RESUME = "Run the same command again, or `dragonctl undo`."


@dataclass(frozen=True)
class Goal:
    """What a command is about to do.

    ``title`` is its headline; ``warnings`` and ``notes`` are sentences known beforehand;
    ``errors`` what AWS did not let it read; ``question`` is asked before anything changes;
    ``also`` holds more keys for its JSON document; ``app`` is what it is about, if that may be
    several APIs; ``brief`` leaves out the fields of what is made or deleted whole; ``way_back`` is
    what to type to take it back, where that is not ``undo``.
    """

    title: str
    steps: Sequence[Step]
    warnings: Sequence[str] = ()
    notes: Sequence[str] = ()
    errors: Sequence[DragonError] = ()
    question: str = ""
    also: dict[str, Any] = field(default_factory=dict)
    app: App | None = None
    brief: bool = False
    way_back: str = ""


@dataclass(frozen=True)
class How:
    """The options that every changing command takes."""

    dry_run: bool = False
    check: bool = False
    yes: bool = False
    no_wait: bool = False

    @property
    def only_shows(self) -> bool:
        """Whether nothing may change."""
        return self.dry_run or self.check


def change(
    command: str,
    goal_of: Callable[[Session], Goal],
    how: How,
    *,
    question: str = "",
    undoes: str | None = None,
    session: Session | None = None,
) -> int:
    """Plan and, unless it is a dry run, apply; the exit code.

    ``question`` is asked before anything changes, where the command asks at all.
    """
    session = session or Session()
    report = Report(json_=session.globals.json)
    session.emit = report.event
    with report:
        goal = goal_of(session)
        report.brief = goal.brief
        planned = plan(session.reads, goal.steps)
        report.begin(goal.title, session.label, planned, dry=how.only_shows)
        owned = [] if undoes else ownership_warnings(session.reads, planned.items)
        told = [*goal.warnings, *session.overdue(), *planned.warnings, *owned]
        warnings = list(dict.fromkeys(told))
        report.warn(warnings, goal.notes)
        journal = _journal(session, command, undoes)
        outcome = _carried_out(session, report, planned, how, journal, question or goal.question)
    errors = outcome.errors = [*goal.errors, *outcome.errors]
    warnings += outcome.kept
    if session.globals.json:
        click.echo(
            json.dumps(
                _document(session, command, journal.run, how, goal, outcome, warnings, errors),
                indent=2,
                default=str,
            )
        )
    else:
        back = any(step.undo == "reverse" for step in goal.steps) and journal.begun
        undo = f"dragonctl undo {journal.run}" if back else ""
        report.end(outcome, goal.way_back or undo, dry=how.only_shows)
    for line in messages(errors):
        click.echo(line, err=True)
    if again := retry(goal.app, errors):
        click.echo(f"Retry what failed: {again}", err=True)
    if errors:
        stop = next((one for one in errors if isinstance(one, InterruptedByUserError)), None)
        return stop.exit_code if stop else 1
    return CHANGES_FOUND if how.check and outcome.changes else 0


def _journal(session: Session, command: str, undoes: str | None) -> Journal:
    return Journal(
        session.journal_folder,
        new_run(),
        lambda: session.scope,
        command,
        lambda: session.reads.user,
        undoes,
    )


def _carried_out(
    session: Session, report: Report, planned: Plan, how: How, journal: Journal, question: str
) -> Outcome:
    if how.only_shows:
        kept = [
            f"{item.step.resource.identifier} is left as it is: {item.kept}"
            for item in planned.items
            if item.kept
        ]
        return Outcome(list(planned.changes), list(planned.errors), kept)
    if question and planned.changes:
        report.pause()
        confirm(question, how)
    if journal.undoes:  # an undo that finds nothing left to do is still remembered
        journal.begin()
    outcome = Outcome()
    tools = Tools(session.reads, journal, report.event, wait=not how.no_wait)
    try:
        apply(planned, tools, outcome=outcome)
    except KeyboardInterrupt:  # calls go on until this process ends: the journal stays open
        outcome.errors.append(InterruptedByUserError(RESUME))
        return outcome
    journal.end("failed" if outcome.errors else "done")
    return outcome


def confirm(question: str, how: How) -> None:
    """Ask, unless ``--yes`` was said; without a terminal, say that it needs ``--yes``."""
    import sys

    if how.yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise DragonError(
            f"{question} This needs an answer.", "Say it with --yes.", code="NeedsYes"
        )
    if not click.confirm(question, err=True):
        raise DragonError("Cancelled: nothing was changed.", code="Cancelled")


def _document(
    session: Session,
    command: str,
    run: str,
    how: How,
    goal: Goal,
    outcome: Outcome,
    warnings: list[str],
    errors: list[DragonError],
) -> dict[str, Any]:
    document = {
        "command": command,
        "run": run,
        "account": session.scope.account,
        "region": session.scope.region,
        "dry_run": how.only_shows,
        "changed": bool(outcome.changes) and not how.only_shows,
        "changes": [asdict(change) for change in outcome.changes],
        "warnings": warnings,
        "notes": list(goal.notes),
        **goal.also,
    }
    if session.label:
        document["local"] = True
    if errors:
        document["errors"] = [as_document(error) for error in errors]
    if again := retry(goal.app, errors):
        document["retry"] = again
    return document
