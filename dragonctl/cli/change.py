"""The flow of every command that changes AWS: plan, show, apply, report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from dragonctl.application.nouns import App
from dragonctl.application.ownership import ownership_warnings
from dragonctl.aws.transport import as_failure
from dragonctl.cli.failures import as_document, messages
from dragonctl.cli.kept_plan import (
    KeptPlan,
    check_place,
    current,
    differing,
    file_to_keep,
    keep,
)
from dragonctl.cli.printed import Printed
from dragonctl.cli.refusals import naming_the_file
from dragonctl.cli.retrying import retry
from dragonctl.cli.session import Session
from dragonctl.engine.journal import Journal, new_run
from dragonctl.engine.model import Step
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import Plan, plan
from dragonctl.engine.reads import begin
from dragonctl.engine.reversal import Reverse
from dragonctl.engine.run import Outcome, apply
from dragonctl.engine.titles import told_apart
from dragonctl.errors import DragonError, InterruptedByUserError, UsageError
from dragonctl.terminal.changes import UNTOUCHED, Report
from dragonctl.terminal.console import tell
from dragonctl.terminal.titles import Titles, in_words

CHANGES_FOUND = 3


def _no_notes(_: Plan) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Goal:
    """What a command is about to do.

    ``title`` is its headline; ``warnings`` and ``notes`` are sentences known beforehand,
    ``plan_notes`` makes those that only a plan tells, of one that changes something;
    ``errors`` what AWS did not let it read; ``question`` is asked before anything changes;
    ``also`` holds more keys for its JSON document; ``app`` is what it is about, if that may be
    several APIs; ``brief`` leaves out the fields of what is made or deleted whole;
    ``undo_command`` is the command that takes it back, where that is not ``undo``.
    ``rest`` finds out the goal in full, where these steps, a part of its, may be carried out
    meanwhile: nothing is asked or shown before. ``more_titles`` are what people are told in place
    of identifiers, besides the titles of its steps. ``planned`` is the plan of the steps, where
    what is said beforehand needed one.
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
    undo_command: str = ""
    plan_notes: Callable[[Plan], Iterable[str]] = _no_notes
    rest: Callable[[], Goal] | None = None
    more_titles: Titles = field(default_factory=dict)
    planned: Plan | None = None

    @property
    def titles(self) -> Titles:
        """What people are told in place of identifiers."""
        own = told_apart((step.resource, step.title) for step in self.steps)
        return {**own, **self.more_titles}


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
    undoes: str | None = None,
    session: Session | None = None,
) -> int:
    """Plan and, unless it is a dry run, apply; the exit code."""
    session = session or Session()
    work = _Work(session, command, how, undoes)
    try:
        _carry_out(work, goal_of)
        return work.answer()
    except (KeyboardInterrupt, click.Abort) as stop:  # at any time: what was changed is known here
        raise work.failed(work.interrupted()) from stop


def _carry_out(work: _Work, goal_of: Callable[[Session], Goal]) -> None:
    try:
        with work.report:
            work.carry_out(goal_of)
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as error:
        raise work.failed(error) from error


class _Work:
    """One command's work and what is known of it, however far it has come."""

    def __init__(self, session: Session, command: str, how: How, undoes: str | None) -> None:
        self.session, self.command, self.how = session, command, how
        self.report = Report(json_=session.globals.output != "text")
        session.emit = self.report.event
        self.printed = Printed.current()
        self.kept = current()
        self.journal = _journal(session, command, self.kept, undoes)
        self.also: dict[str, Any] = {"of": command} if self.kept else {}
        self.goal, self.outcome = Goal("", ()), Outcome()
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def carry_out(self, goal_of: Callable[[Session], Goal]) -> None:
        """Plan, show, ask, apply."""
        session, how = self.session, self.how
        if self.kept:
            check_place(self.kept, session.scope)
        goal = self.goal = goal_of(session)
        self.report.brief, self.report.titles = goal.brief, goal.titles
        planned = goal.planned or plan(session.reads, goal.steps)
        if goal.rest:
            self._carry_out_in_parts(planned, goal.rest)
            return
        asked = goal.question if planned.changes else ""
        is_told_first = how.only_shows or bool(asked and not how.yes)
        self.report.begin(goal.title, session.label, planned, shows_plan=is_told_first)
        owned = begin(self._owners, planned)
        overdue = session.overdue()  # reads journals, too: what it passes over is told
        known = [*goal.warnings, *session.passed_over, *overdue, *planned.warnings]
        more = goal.plan_notes(planned) if planned.changes else ()
        self.notes = self.printed.all_filled((*goal.notes, *more))
        if self.kept:
            self.outcome.errors += differing(self.kept, planned, session.history.runs)
        shows = how.only_shows or bool(self.outcome.errors)
        self._warn([*known, *(owned.result() if is_told_first or shows else ())], self.notes)
        if shows:
            self._show(planned)
            return
        if asked:
            confirm(asked, how)
        try:
            self._apply(planned)
        finally:  # who is asked nothing does not wait for the tags: they are told before the end
            self._warn(() if is_told_first else owned.result())

    def _carry_out_in_parts(self, first: Plan, rest: Callable[[], Goal]) -> None:
        """Change what is known already while the rest is found out; then tell what there is of it.

        Whoever interrupts it before the rest is known is told of what was begun with.
        """
        self.report.begin(self.goal.title, self.session.label, first, shows_plan=False)
        whole: Future[Goal] = Future()
        later = begin(self._rest, first, rest, whole, click.get_current_context())
        self._apply(first, later)
        begun, planned = self.goal, first
        if whole.done() and later.done() and not later.exception():
            self.goal, planned = whole.result(), Plan((*first.items, *later.result().items))
            self.report.titles = self.goal.titles
            warnings = (*self.session.overdue(), *planned.warnings, *self._owners(planned))
        else:
            warnings = tuple(planned.warnings)
        goal = self.goal
        notes = (*begun.notes, *goal.notes, *(goal.plan_notes(planned) if planned.changes else ()))
        self.notes = self.printed.all_filled(dict.fromkeys(notes))
        self._warn(
            (*begun.warnings, *goal.warnings, *self.session.passed_over, *warnings), self.notes
        )

    def _rest(
        self, first: Plan, rest: Callable[[], Goal], whole: Future[Goal], context: click.Context
    ) -> Plan:
        """The plan of what is not being carried out already."""
        with context.scope(cleanup=False):
            goal = rest()
        begun = {item.step.resource.identifier for item in first.items}
        steps = [step for step in goal.steps if step.resource.identifier not in begun]
        self.journal.serve(step for step in goal.steps if step.resource.identifier in begun)
        more = plan(self.session.reads, steps, first)
        whole.set_result(goal)
        return more

    def _owners(self, planned: Plan) -> list[str]:
        return [] if self.journal.undoes else ownership_warnings(self.session.reads, planned.items)

    def _warn(self, warnings: Iterable[str], notes: Iterable[str] = ()) -> None:
        filled = list(dict.fromkeys(self.printed.all_filled(warnings)))
        self.warnings += filled
        self.report.warn(filled, notes)

    def _show(self, planned: Plan) -> None:
        """Change nothing; keep the plan, if that was asked for and all of it could be read."""
        refused = self.outcome.errors
        self.outcome = _shown(planned)
        if refused:
            self.outcome = Outcome([], [*refused, *self.outcome.errors])
        path = file_to_keep()
        if path is None or not planned.changes or self.goal.errors or self.outcome.errors:
            return
        kept = keep(path, planned, self.goal.title, self.session.scope, self.session.apis)
        self.also["plan"] = {"file": str(path), "id": kept.identifier}

    def _apply(self, planned: Plan, rest: Future[Plan] | None = None) -> None:
        if self.journal.undoes:  # an undo that finds nothing left to do is still remembered
            self.journal.begin()
        tools = Tools(
            self.session.reads, self.journal, self.report.event, wait=not self.how.no_wait
        )
        try:
            apply(planned, tools, outcome=self.outcome, rest=rest)
        except KeyboardInterrupt:  # calls go on until this process ends: the journal stays open
            self.outcome.errors.append(self.interrupted())
            return
        except Exception:
            self.journal.end("failed")
            raise
        self.journal.end("failed" if self.outcome.errors else "done")

    def interrupted(self) -> InterruptedByUserError:
        """What somebody who has pressed Ctrl-C can do."""
        if not self.journal.begun:
            return InterruptedByUserError(UNTOUCHED)
        undo = self._undo_command()
        undo_hint = f", or take back what it did with `{undo}`" if undo else ""
        return InterruptedByUserError(f"Run the same command again{undo_hint}.")

    def failed(self, error: Exception) -> DragonError:
        """The failure that ended it all, with the document of what had been done until then."""
        failure = as_failure(error)
        if isinstance(failure, UsageError):
            naming_the_file(failure)
        run = self.journal.run if self.journal.begun else None
        errors = [*self.goal.errors, *self.outcome.errors, failure]
        failure.document = self._document(run, self.session.whereabouts, errors)
        return failure

    def answer(self) -> int:
        """Tell how it went; the exit code."""
        outcome, goal = self.outcome, self.goal
        errors = outcome.errors = [*goal.errors, *outcome.errors]
        self.warnings += self.printed.all_filled(outcome.kept)
        session_form = self.session.globals.output
        if self.session.globals.json:
            where = self.session.scope.account, self.session.scope.region
            document = self._document(self.journal.run, where, errors)
            click.echo(json.dumps(document, indent=2, default=str))
        elif session_form == "markdown":
            click.echo(self._markdown(errors))
        else:
            self.report.end(
                outcome,
                self._undo_command(),
                dry=self.how.only_shows,
                unknown=self.journal.unrefused > 0,
            )
        tell(*messages(errors, goal.titles))
        if path := file_to_keep():
            tell(self._about_the_file(path))
        if again := self._retry(errors):
            tell(f"Retry what failed: {again}")
        if errors:
            stop = next((one for one in errors if isinstance(one, InterruptedByUserError)), None)
            return stop.exit_code if stop else 1
        return CHANGES_FOUND if self.how.check and outcome.changes else 0

    def _undo_command(self) -> str:
        if self.goal.undo_command:
            return self.printed.command(self.goal.undo_command)
        if not (
            self.journal.begun and any(isinstance(step.undo, Reverse) for step in self.goal.steps)
        ):
            return ""
        region = self.session.globals.region  # that of the edge is nobody's choice
        return self.printed.command(
            "undo", self.journal.run, *(("--region", region) if region else ())
        )

    def _document(
        self, run: str | None, where: tuple[str | None, str | None], errors: list[DragonError]
    ) -> dict[str, Any]:
        changes, (account, region) = self.outcome.changes, where
        document = {
            "command": "apply" if self.kept else self.command,
            "run": run,
            "account": account,
            "region": region,
            "dry_run": self.how.only_shows,
            "changed": bool(changes) and not self.how.only_shows,
            "changes": [asdict(change) for change in changes],
            "warnings": self.warnings,
            "notes": self.notes,
            **self.goal.also,
            **self.also,
        }
        if self.session.label:
            document["local"] = True
        if errors:
            document["errors"] = [as_document(error) for error in errors]
        if again := self._retry(errors):
            document["retry"] = again
        return document

    def _markdown(self, errors: list[DragonError]) -> str:
        """The plan, or what was done, as a table for a ticket."""
        from dragonctl.terminal.markdown import changes_table, page

        scope = self.session.scope
        facts = {
            "command": self.printed.line_as_typed(),
            "account": scope.account,
            "region": scope.region,
            "endpoint": scope.endpoint,
            "plan": self.kept.identifier if self.kept else self.also.get("plan", {}).get("id", ""),
            "run": self.journal.run if self.journal.begun else "none: this is a plan",
        }
        titles = self.goal.titles
        table = changes_table(self.outcome.changes, titles)
        warnings = [in_words(one, titles) for one in self.warnings]
        return page(self.goal.title, facts, table, warnings, messages(errors, titles), self.notes)

    def _retry(self, errors: list[DragonError]) -> str:
        return "" if self.kept else retry(self.goal.app, errors)

    def _about_the_file(self, path: Path) -> str:
        """Whether the plan was kept, and what to type next."""
        if "plan" in self.also:
            apply = self.printed.command("apply", str(path))
            return f"Plan {self.also['plan']['id']} kept in {path}. Carry it out: {apply}"
        return f"Nothing was kept in {path}: the plan has no changes, or could not be made whole."


def _journal(session: Session, command: str, kept: KeptPlan | None, undoes: str | None) -> Journal:
    return Journal(
        session.journal_folder,
        new_run(),
        lambda: session.scope,
        kept.run_command if kept else command,
        lambda: session.reads.user,
        undoes,
        command if kept else None,
    )


def _shown(planned: Plan) -> Outcome:
    """The outcome of a run that only shows."""
    kept = [
        f"{item.step.resource.identifier} is left as it is: {item.kept}"
        for item in planned.items
        if item.kept
    ]
    return Outcome(list(planned.changes), list(planned.errors), kept)


def confirm(question: str, how: How) -> None:
    """Ask, unless ``--yes`` was said; without a terminal, say that it needs ``--yes``."""
    import sys

    if how.yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise DragonError(
            f"{question} This needs an answer.", "Say it with --yes.", code="NeedsYes"
        )
    from dragonctl.terminal.questions import agreed

    if not agreed(question):
        raise DragonError("Cancelled: nothing was changed.", code="Cancelled")
