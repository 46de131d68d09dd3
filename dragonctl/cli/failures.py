"""A failure as a person, or a program, is told of it: one message, one exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import Any

import click

from dragonctl.aws.transport import as_failure
from dragonctl.cli.line import CommandLine, line_of
from dragonctl.cli.printed import Printed
from dragonctl.engine.model import Call
from dragonctl.engine.run import SKIPPED
from dragonctl.engine.symptoms import hint_for, is_denied
from dragonctl.errors import AwsError, DragonError, UsageError
from dragonctl.masking import masked
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.titles import Titles, in_words
from dragonctl.wording import first_few

_NAMED = 8
"""How many things that were not begun a sentence names: of a fleet there are hundreds, and JSON and
the report of the run have them all."""


def report(error: Exception, arguments: list[str]) -> int:
    """Print the message (and with ``--output json`` the document); the exit code."""
    if "--debug" in arguments:
        trace = masked("".join(traceback.format_exception(error)))
        click.echo(trace, err=True, nl=False)
    line = line_of(arguments)
    failure, printed = _as_failure(error, line), Printed(line)
    if line.wants_json:
        document = failure.document or _not_begun(failure, printed)
        try:
            click.echo(json.dumps(document, indent=None if line.wants_json_lines else 2))
        except OSError:  # a full disk, a reader that has gone: the message is told all the same
            discard_output()
    from dragonctl.terminal.console import tell

    tell(message(failure, printed))
    return failure.exit_code


def _not_begun(error: DragonError, printed: Printed) -> dict[str, Any]:
    line = printed.line
    shows = line.has("--dry-run") or line.has("--check")
    return failed_document(line.command, [error], dry_run=shows, printed=printed)


def discard_output() -> None:
    """Let nothing that is still to be written to stdout fail: nobody can have it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def message(error: DragonError, printed: Printed | None = None, *, with_hint: bool = True) -> str:
    """``Error: what failed. What to do.``, with nothing in it that a terminal would obey.

    ``printed`` completes its commands, where no command is being carried out any more. Of several
    failures the one that is told last says for all what to do.
    """
    end = "" if error.message.endswith((".", "!", "?")) else "."
    hint = _hint(error, printed or Printed.current()) if with_hint else ""
    return f"Error: {neutral(f'{error.message}{end} {hint}'.strip())}"


def _hint(error: DragonError, printed: Printed) -> str:
    """What to do next; where a right is missing, which one, as IAM names it."""
    if not (isinstance(error, AwsError) and is_denied(error)):
        return printed.filled(error.hint)
    if error.hint not in ("", hint_for(error)):  # it was not the caller who lacks a right
        return printed.filled(error.hint)
    from dragonctl.policy.grants import action_of

    action = action_of(Call(error.service, error.operation, {}))
    command = printed.command("policy", printed.line.command or "status")
    return f"You lack the right {action}: `{command}` prints what this command needs."


def messages(errors: Sequence[DragonError], titles: Titles) -> Iterator[str]:
    """A message per failure: the same refusal of several things once, and what it stopped once.

    Things are named by their titles, as the plan names them.
    """
    alike: dict[tuple[str, str], list[DragonError]] = {}
    for error in errors:
        if error.code != SKIPPED:
            key = (error.code, getattr(error, "operation", str(error)))
            alike.setdefault(key, []).append(error)
    # Steps fail at the same time: which was the first to do so says nothing.
    firsts = [(min(found, key=lambda one: one.resource), len(found)) for found in alike.values()]
    hints = [_hint(error, Printed.current()) for error, _ in firsts]
    for place, (error, count) in enumerate(firsts):
        with_hint = hints[place] not in hints[place + 1 :]
        yield in_words(message(error, with_hint=with_hint), titles) + _more(count - 1)
    skipped = {error.resource for error in errors if error.code == SKIPPED}
    stopped = sorted(titles.get(one, one) for one in skipped)
    if stopped:
        yield f"Not begun because of that: {neutral(first_few(stopped, _NAMED))}."


def _more(others: int) -> str:
    return f" ({others} more thing{'s' * (others > 1)} like it.)" if others else ""


def as_document(error: DragonError, printed: Printed | None = None) -> dict[str, str]:
    """An error as an item of ``errors``."""
    return {
        "resource": error.resource,
        "code": error.code,
        "message": error.message,
        "hint": _hint(error, printed or Printed.current()),
    }


def failed_document(
    command: str,
    errors: list[DragonError],
    *,
    dry_run: bool = False,
    printed: Printed | None = None,
) -> dict[str, Any]:
    """The document of a command that failed before it had begun."""
    account, region = next((one.whereabouts for one in errors), (None, None))
    return {
        "command": command,
        "run": None,
        "account": account,
        "region": region,
        "dry_run": dry_run,
        "changed": False,
        "changes": [],
        "warnings": [],
        "errors": [as_document(error, printed) for error in errors],
    }


def _sentence(error: click.ClickException) -> str:
    """What was typed wrongly; of what is missing, what to type there."""
    if not (isinstance(error, click.MissingParameter) and error.ctx and error.param):
        return error.format_message()
    metavar = error.param.make_metavar(error.ctx)
    named = error.param.opts[0] if isinstance(error.param, click.Option) else ""
    return f"{error.ctx.command.name} needs {f'{named} {metavar}'.strip()}."


def _as_failure(error: Exception, line: CommandLine) -> DragonError:
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        named = [context.command.name] if context and context.parent else []
        hint = f"See: {Printed(line).command(*named, '--help')}"
        return UsageError(_sentence(error), hint)
    return as_failure(error)
