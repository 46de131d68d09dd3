"""``setup-observability``: Switch on logs, metrics and traces of an application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dragonctl.cli.options import application_options, change_options, command, option_under
from dragonctl.cli.values import OneOf, WholeNumber

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.application.nouns import App
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Reading, Step
    from dragonctl.engine.plan import Plan

_logging_option = option_under("Logs, metrics and traces")
_signals_option = option_under("Application Signals")
_role_option = option_under("Roles")
_publish_option = option_under("Publish")


@command(
    epilog="""\b
Examples:
  dragonctl setup-observability --dry-run
  dragonctl setup-observability --api dragons --stage prod --log-level ERROR
  dragonctl setup-observability --check        # exit 3 if something has drifted
"""
)
@application_options
@_logging_option(
    "--log-level",
    type=OneOf(["OFF", "ERROR", "INFO"]),
    show_default="INFO",
    help="Log executions of the API at this level.",
)
@_logging_option(
    "--data-trace/--no-data-trace",
    default=None,
    show_default="off",
    help="Log full requests and responses.",
)
@_logging_option(
    "--data-trace-for",
    metavar="TIME",
    help="Log them, and remind you once 30m, 2h or 1d are over; nothing is switched off by itself.",
)
@_logging_option(
    "--metrics/--no-metrics",
    default=None,
    show_default="off",
    help="Collect detailed metrics; each is billed.",
)
@_logging_option(
    "--access-log/--no-access-log",
    default=None,
    show_default="on",
    help="Log one line per request.",
)
@_logging_option(
    "--tracing/--no-tracing",
    default=None,
    show_default="on",
    help="Trace stages, functions and state machines with X-Ray.",
)
@_logging_option(
    "--state-machine-level",
    type=OneOf(["ALL", "ERROR", "FATAL", "OFF"]),
    show_default="ALL",
    help="Log the state machines at this level.",
)
@_logging_option(
    "--execution-data/--no-execution-data",
    default=None,
    show_default="off",
    help="Log inputs and outputs of states.",
)
@_logging_option(
    "--retention",
    type=WholeNumber(),
    metavar="DAYS",
    help="Keep events this many days, in every log group. Without it: 30 days for new groups,"
    " others unchanged.",
)
@_logging_option(
    "--log-format",
    type=OneOf(["json", "text"]),
    show_default="what each has",
    help="Set the functions' log format; JSON has levels.",
)
@_signals_option(
    "--application-signals",
    is_flag=True,
    help="Trace functions with AWS's OpenTelemetry layer; billed.",
)
@_signals_option(
    "--layer-arn",
    "layer_arns",
    multiple=True,
    metavar="ARN",
    help="Use this layer instead of AWS's own. Repeatable.",
)
@_signals_option(
    "--replace-wrapper", is_flag=True, help="Replace a function's wrapper script that somebody set."
)
@_role_option(
    "--role-name",
    metavar="NAME",
    default="APIGatewayCWLogs",
    show_default=True,
    help="Give the role of API Gateway this name.",
)
@_role_option(
    "--replace-account-role",
    is_flag=True,
    help="Replace the account's CloudWatch role, even if somebody set it.",
)
@_role_option(
    "--no-role-changes", is_flag=True, help="Report missing rights instead of adding them."
)
@_publish_option(
    "--publish", is_flag=True, help="Publish a version, and move the alias that traffic uses."
)
@change_options
def setup_observability(
    api: tuple[str, ...],
    all_apis: bool,
    stages: tuple[str, ...],
    functions: tuple[str, ...],
    state_machines: tuple[str, ...],
    no_discover: bool,
    dry_run: bool,
    check: bool,
    yes: bool,
    no_wait: bool,
    no_role_changes: bool,
    data_trace_for: str | None,
    **given: object,
) -> int:
    """Make an application observable: execution and access logs, metrics, X-Ray tracing.

    It covers every stage of the API, and the Lambda functions and state machines behind it. A
    setting that somebody has made is kept unless an option names it; a second run changes nothing.
    """
    from dataclasses import replace
    from functools import partial

    from dragonctl.cli.session import Session, selection

    chosen = selection(
        api, stages, functions, state_machines, no_discover=no_discover, all_apis=all_apis
    )
    session = Session()
    _prefetch(session, chosen)

    from dragonctl.application.discovery import fleet
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.kept_plan import current
    from dragonctl.recipes.observability import (
        Options,
        costs,
        observability,
        prefetch_account,
        prefetch_groups,
        prefetch_shared,
        survey,
    )

    session.aws.prepare("iam", "logs")  # not before: they would slow down the first questions
    options = Options(
        **_data_trace(given, data_trace_for),  # type: ignore[arg-type]
        role_changes=not no_role_changes,
    )

    def goal(session: Session) -> Goal:
        if not chosen.named_only:  # without an API nothing is asked of API Gateway
            prefetch_account(session.reads, options)
        only_shows = dry_run or check or current() is not None
        if not only_shows and not options.retention and (app := fleet(session.reads, chosen)):
            return stages_first(session, app)
        return whole(session)

    def stages_first(session: Session, app: App) -> Goal:
        reads = session.reads
        prefetch_groups(reads, app)
        known = survey(reads, app, options)
        recipe = observability(app, known, replace(options, unfinished=session.unfinished))
        rest = partial(whole, session, known.account)
        return Goal(app.title, recipe.steps, recipe.warnings, recipe.notes, app=app, rest=rest)

    def whole(session: Session, account: Reading | None = None) -> Goal:
        reads = session.reads
        app = session.application(chosen, partial(prefetch_shared, reads))
        prefetch_groups(reads, app)
        known = survey(reads, app, options)
        known = replace(known, account=account or known.account)
        recipe = observability(app, known, replace(options, unfinished=session.unfinished))
        errors = (*app.errors, *recipe.errors)

        def plan_notes(planned: Plan) -> Iterator[str]:
            from dragonctl.status.controls import effects  # where something changes
            from dragonctl.status.problem import CommandContext

            if dry_run or check:
                yield from costs(reads, app, planned)
            yield from effects(planned, CommandContext(stages=stages))

        return Goal(
            app.title,
            recipe.steps,
            recipe.warnings,
            recipe.notes,
            errors,
            app=app,
            plan_notes=plan_notes,
        )

    how = How(dry_run, check, yes, no_wait)
    return change("setup-observability", goal, how, session=session)


def _prefetch(session: Session, chosen: Selection) -> None:
    """Let AWS answer the first questions while the rest of the program is imported."""
    from dragonctl.application.discovery import begin

    session.aws.warm("apigateway")
    begin(session.reads, chosen)
    session.aws.warm("sts", "stepfunctions", "lambda")


FIRST_RUN_OPTIONS = (
    "application_signals", "data_trace_for", "layer_arns", "publish", "role_name",
)  # fmt: skip
"""The options that need rights of their own, by their parameters: `policy` takes them too."""


def first_run(
    session: Session, selection: Selection, **given: object
) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps with the default options, whether or not they have been taken: for `policy`.

    ``given``: those of :data:`FIRST_RUN_OPTIONS` that are asked for.
    """
    from dragonctl.recipes.observability import Options, read_account, survey
    from dragonctl.recipes.observability.first_run import application_roles, first_run_steps

    length = given.pop("data_trace_for", None)
    reads, options = session.reads, Options(**_data_trace(given, length))  # type: ignore[arg-type]
    if not selection.named_only:
        reads.prefetch(lambda: read_account(reads))
    app = session.application(selection)
    steps = first_run_steps(reads, app, survey(reads, app, options), options)
    return steps, application_roles(app)


def _data_trace(given: dict[str, object], length: object) -> dict[str, object]:
    """``--data-trace-for`` as data trace, on until then."""
    if length is None:
        return given
    from datetime import timedelta

    from dragonctl.cli.kept_plan import planned_at
    from dragonctl.cli.session import was_typed
    from dragonctl.errors import UsageError
    from dragonctl.telemetry.times import period

    if given.get("data_trace") is False:
        typed = was_typed("data_trace")
        if typed == was_typed("data_trace_for"):
            raise UsageError("--data-trace-for and --no-data-trace contradict each other.")
        if typed:
            return given
    try:
        until = planned_at() + timedelta(seconds=period(str(length), "--data-trace-for"))
    except OverflowError:
        raise UsageError(
            f"--data-trace-for '{length}' is not a valid length of time.", "Write 2h or 1d."
        ) from None
    return {**given, "data_trace": True, "data_trace_until": until}
