"""``undo``: Put back what a run changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import change_options, command, complete, not_empty

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.history import Run
    from dragonctl.engine.model import Step
    from dragonctl.engine.plan import Plan


@command(
    epilog="""\b
Examples:
  dragonctl undo                         # the last run that is not undone yet
  dragonctl undo 20261123-101500-3fa9    # that run; 3fa9 will do, or how it begins
  dragonctl undo --dry-run --verbose     # every field of what would be deleted, too
"""
)
@click.argument("run", required=False, shell_complete=complete("open run"), callback=not_empty)
@click.option(
    "--verbose", is_flag=True, help="Show the fields of what is deleted, or made again, too."
)
@change_options
def undo(
    run: str | None, verbose: bool, dry_run: bool, check: bool, yes: bool, no_wait: bool
) -> int:
    """Put back what RUN changed, where the live value is still the one that it wrote.

    Without RUN, it takes the last run that is not undone yet. What somebody changed since, log
    groups with events, and what others rely on are left, and named. An undo is a run too: it can be
    undone.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.session import Session
    from dragonctl.engine.plan import plan
    from dragonctl.engine.titles import told_apart
    from dragonctl.engine.undo import undoing
    from dragonctl.resources import known_kinds

    session = Session()
    chosen = _chosen(session, run)
    titles = told_apart((entry, entry.title) for entry in chosen.entries.values())

    def goal(session: Session) -> Goal:
        back = undoing(chosen, known_kinds(), session.history.runs)
        planned = plan(session.reads, back.steps)
        return Goal(
            f"Undo of {chosen.title}, run {chosen.run}",
            back.steps,
            back.kept,
            tuple(_next(session, chosen, planned) if not run else _again(session, chosen, planned)),
            question=_question(chosen, planned, titles, brief=not verbose),
            also={"undoes": chosen.run},
            brief=not verbose,
            more_titles=titles,
            planned=planned,
        )

    how = How(dry_run, check, yes, no_wait)
    return change("undo", goal, how, undoes=chosen.run, session=session)


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The undo of the last run: for `policy`."""
    from dragonctl.cli.first_run import assume
    from dragonctl.engine.undo import undoing
    from dragonctl.resources import known_kinds

    chosen = _chosen(session, None)
    assume(f"the last run, {chosen.run} ({chosen.title})")
    return undoing(chosen, known_kinds()).steps, {}


def _question(run: Run, planned: Plan, titles: Mapping[str, str], *, brief: bool) -> str:
    from dragonctl.engine.undo import ends_requests
    from dragonctl.terminal.changes import intention

    doing = intention(planned, brief=brief)
    deleted = [titles[name] for name in ends_requests(planned)]
    return f"Take back run {run.run} ({run.title}): {doing}?{_deletes(deleted)}"


def _next(session: Session, chosen: Run, planned: Plan) -> Iterator[str]:
    """What who repeats an undo without a run must know: an application may be next to go."""
    from dragonctl.engine.undo import open_runs, would_end_requests
    from dragonctl.resources import known_kinds

    match open_runs(session.history.runs, session.scope):
        case [*_, following, last] if last is chosen:
            if ended := would_end_requests(following, known_kinds(), planned, session.reads):
                run = f"run {following.run} ({following.title})"
                yield f"After this one, `dragonctl undo` takes back {run}.{_deletes(ended)}"


def _again(session: Session, chosen: Run, planned: Plan) -> Iterator[str]:
    """What who undoes a run by its name must know: that there is nothing left of it, and why."""
    from dragonctl.engine.undo import undone

    if not planned.changes and (by := undone(session.history.runs).get(chosen.run)):
        yield f"Run {chosen.run} was undone already, by run {by}."


def _deletes(titles: Sequence[str]) -> str:
    """A sentence on what people's requests go to, and what would be deleted; or nothing."""
    return f" That deletes what requests go to: {', '.join(sorted(titles))}." if titles else ""


def _chosen(session: Session, name: str | None) -> Run:
    """The run that is meant; the session learns of the regions that may share things with it."""
    from dragonctl.engine.run_names import whole_name
    from dragonctl.engine.undo import choose, elsewhere
    from dragonctl.errors import DragonError

    history = session.history
    name = name and whole_name(history, name)
    if name in history.refused:
        raise history.refused[name]
    session.reads.elsewhere = elsewhere(history.runs, session.scope)
    try:
        return choose(history.runs, session.scope, name)
    except DragonError as error:  # the run that is meant may be one that is passed over
        error.hint = " ".join(filter(None, (error.hint, *history.in_short)))
        raise
