"""``send``: Send a request to the API and show all that came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dragonctl.cli.options import command, complete, complete_methods, complete_paths

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.application.nouns import Api
    from dragonctl.cli.session import Session
    from dragonctl.cli.view import View
    from dragonctl.engine.model import Step
    from dragonctl.telemetry.requests.delivery import PreparedRequest
    from dragonctl.telemetry.requests.following import ArrivingLines
    from dragonctl.telemetry.requests.sending import HttpResponse

FIRST_ERROR = 400
F = TypeVar("F", bound=Callable[..., Any])


def _where(function: F) -> F:
    """The one API and stage, and what --follow should listen to besides.

    What means several is taken as everywhere, and refused where it does; the help leaves it out.
    """
    for option in (
        click.option("--no-discover", is_flag=True, hidden=True),
        click.option("--all", "all_apis", is_flag=True, hidden=True),
        click.option(
            "--state-machine", "state_machines", multiple=True, metavar="NAME|ARN",
            shell_complete=complete("machine"),
            help="Follow this state machine, too. Repeatable.",
        ),
        click.option(
            "--function", "functions", multiple=True, metavar="NAME",
            shell_complete=complete("function"), help="Follow this function, too. Repeatable.",
        ),
        click.option(
            "--stage", "stages", multiple=True, metavar="NAME", shell_complete=complete("stage"),
            show_default="the only one; else it asks", help="Send it to this stage.",
        ),
        click.option(
            "--api", multiple=True, metavar="NAME|ID", shell_complete=complete("api"),
            help="Send it to this REST API.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def _checked_method(_: click.Context, __: click.Parameter, method: str) -> str:
    """The method; a path in its place is somebody's who has left it out."""
    if method.startswith("/"):
        raise click.UsageError(f"A method comes before the path: dragonctl send GET {method}")
    return method


@command(
    epilog="""\b
Examples:
  dragonctl send GET '/dragons?family=green' --stage test
  dragonctl send POST /dragons --stage test --data @dragon.json --follow    # a file of yours
  dragonctl send GET /dragons --api-key KEY --header 'Accept: text/plain'

\b
Exit codes: 0 when an answer came, whatever its status (as curl has it;
--fail: 1 from status 400 on), 1 when none came.
"""
)
@click.argument("method", callback=_checked_method, shell_complete=complete_methods)
@click.argument("path", shell_complete=complete_paths)
@_where
@click.option("--data", metavar="JSON|@FILE|-", help="Send this body: text, a file, or stdin (-).")
@click.option(
    "--header", "headers", multiple=True, metavar="K:V", help="Send this header. Repeatable."
)
@click.option("--api-key", metavar="KEY", default="", help="Send this as x-api-key.")
@click.option("--domain", metavar="HOST", help="Go over this custom domain.")
@click.option("--follow", "-f", is_flag=True, help="Show its log lines and its trace as they come.")
@click.option("--fail", is_flag=True, help="Exit 1 when the status is 400 or more.")
def send(
    method: str,
    path: str,
    data: str | None,
    headers: tuple[str, ...],
    api_key: str,
    domain: str | None,
    follow: bool,
    fail: bool,
    **chosen: Any,
) -> int:
    """Send a request to a stage of the API, as one would with Postman.

    It is traced whatever sampling says, and signed where the method asks for IAM authorization.
    """
    import time

    from dragonctl.cli.printed import Printed
    from dragonctl.cli.view import View
    from dragonctl.telemetry.requests.delivery import (
        GivenRequest,
        checked_body,
        deliver,
        one_api,
        prepared,
    )
    from dragonctl.terminal.console import out, tell
    from dragonctl.terminal.neutral import neutral
    from dragonctl.terminal.sending import print_answer

    given = GivenRequest(method, path, headers, data, api_key, domain)
    view = View(chosen, "logs", "xray", "lambda", "stepfunctions")
    body = checked_body(given)
    api = one_api(view.app)
    ready = prepared(view.session.reads, api, _stage(view, api), given, body)
    began = time.time()
    answered = deliver(view.session.aws, ready)
    code = int(fail and answered.status >= FIRST_ERROR)
    if view.json:
        _tell(view, ready, answered, began if follow else None)
        return code
    print_answer(out(), ready.sent, answered, view.label)
    if follow:
        _follow(view, ready, answered, began)
    if answered.is_unrouted:
        verb = neutral(ready.sent.method)
        tell(f"API Gateway answers so where no {verb} is deployed at the path. Is it mistyped?")
    elif answered.request_id:
        why = Printed.current().command("why", neutral(answered.request_id))
        if answered.status >= FIRST_ERROR:
            tell(f"Next: {why}")
        elif answered.execution and not follow:
            tell(f"The execution goes on after this answer. What becomes of it: {why}")
    return code


def _stage(view: View, api: Api) -> str:
    """The one stage; at a terminal a doubt becomes a question."""
    import sys

    from dragonctl.cli.single_api import no_stage
    from dragonctl.errors import UsageError
    from dragonctl.terminal.questions import chosen

    stages = list(api.stages)
    if len(stages) == 1:
        return stages[0]
    if not stages:
        raise no_stage([api])
    doubt = f"A request goes to one stage; {api.name} has: {', '.join(stages)}."
    if view.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(doubt, "Name it: --stage, or stage in dragonctl.toml.")
    return chosen(doubt, "Which one", stages)


def _arriving_lines(
    view: View, ready: PreparedRequest, answered: HttpResponse, began: float
) -> ArrivingLines:
    from dragonctl.telemetry.requests.delivery import arriving_lines

    endpoint = view.session.aws.endpoint
    return arriving_lines(
        view.fetch, view.app, view.groups(), ready, answered, began,
        endpoint=endpoint, report=view.report,
    )  # fmt: skip


def _tell(view: View, ready: PreparedRequest, answered: HttpResponse, began: float | None) -> None:
    """The one JSON document; with everything that came of the request since ``began``."""
    from dragonctl.telemetry.requests.delivery import trace

    request = {"method": ready.sent.method, "url": ready.sent.url, "stage": ready.stage}
    came: dict[str, Any] = {}
    if began is not None:
        arriving = _arriving_lines(view, ready, answered, began)
        events = [event.document() for event in arriving.lines()]
        found = trace(view.fetch, view.session.aws.endpoint, ready, answered)
        came = {
            "events": events,
            "trace": found.document() if found else None,
            "missing": arriving.missing,
        }
    view.answer({"request": request, **answered.document(), **came})


def _follow(view: View, ready: PreparedRequest, answered: HttpResponse, began: float) -> None:
    """Everything that came of the request, as it arrives."""
    from dragonctl.telemetry.requests.delivery import trace
    from dragonctl.terminal.console import out
    from dragonctl.terminal.logs import LogPrinter
    from dragonctl.terminal.waterfall import print_trace

    console = out()
    printer = LogPrinter(console, view.groups())
    arriving = _arriving_lines(view, ready, answered, began)
    console.print()
    for event in arriving.lines():
        printer.write(event)
        console.file.flush()
    found = trace(view.fetch, view.session.aws.endpoint, ready, answered)
    if found:
        console.print()
        print_trace(console, found)
    _missing(arriving, answered, traced=found is not None)


def _missing(arriving: ArrivingLines, answered: HttpResponse, *, traced: bool) -> None:
    """What was waited for in vain, and where to look for it later."""
    from dragonctl.cli.printed import Printed
    from dragonctl.terminal.console import tell
    from dragonctl.terminal.neutral import neutral

    if not traced:
        tell("No trace of it: tracing is off for this stage, or X-Ray has none yet.")
    if arriving.missing:
        ident = answered.request_id or answered.trace_id
        missing = neutral(", ".join(arriving.missing))
        later = Printed.current().command("logs", "--request", neutral(ident))
        tell(f"Still waited for: {missing}. Later: {later}")


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """What it reads, and the right to call what IAM guards: for `policy`."""
    from dragonctl.resources.apigateway_method import read_resources
    from dragonctl.telemetry.calls import signed_calls

    app = session.application(selection)
    for api in app.apis:
        resources = read_resources(session.reads, api.id)
        session.reads.made.extend(signed_calls(api, resources))
    return (), {}
