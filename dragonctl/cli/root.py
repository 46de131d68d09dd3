"""The root command: finds the others by their files, and turns failures into messages."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

from dragonctl import __version__
from dragonctl.cli.catalogue import command_named, command_names, summary
from dragonctl.cli.line import LINE, line_of
from dragonctl.cli.narrow import NarrowContext
from dragonctl.cli.options import FORMS, MARKDOWN, global_parameters, plain_row
from dragonctl.cli.printed import Printed
from dragonctl.errors import InterruptedByUserError
from dragonctl.terminal.streams import guarded, open_closed

UNREAD = 141
"""Nobody reads on (`dragonctl logs | head`): the code of a program that SIGPIPE ends."""
INTERRUPTED = 130
"""Somebody pressed Ctrl-C, or asked the process to end (SIGTERM)."""
# What people come to do, in the order in which they meet it.
SECTIONS = {
    "Change AWS": (
        "setup-observability", "deploy-function", "enable-cache", "disable-cache", "flush-cache",
        "set-sampling", "set-endpoint", "deploy-edge", "setup-alarms", "setup-dashboard",
        "create-app", "delete-app", "apply", "undo",
    ),
    "See what came of it": (
        "status", "send", "logs", "query", "why", "traces", "service-map", "sampling",
        "cache-stats",
    ),
    "More": ("completion", "demo", "doctor", "help", "history", "local", "policy"),
}  # fmt: skip


@contextmanager
def _readers_may_go() -> Iterator[None]:
    """Where nobody reads on, click and rich would make a failure (1) of it."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(UNREAD) from None
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise click.exceptions.Exit(UNREAD) from None
        raise


class Root(click.Group):
    """The group of all commands; each is imported when it is asked for."""

    context_class = NarrowContext

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the whole line, for the message that says how to repeat a part of it."""
        ctx.meta[LINE] = tuple(args)
        if not args and not ctx.resilient_parsing:  # what there is to type
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Read the command line; help is printed here."""
        with _readers_may_go():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _readers_may_go():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the files in ``commands/``."""
        return list(command_names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        return command_named(cmd_name) if cmd_name in command_names() else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; for a slip of the keys the one that is close to it."""
        from difflib import get_close_matches

        close = get_close_matches(args[0], command_names(), n=1)
        if close and args[0] not in command_names() and not ctx.resilient_parsing:
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{close[0]}'?")
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, with defaults told as the commands tell them; then the commands."""
        records = (parameter.get_help_record(ctx) for parameter in self.get_params(ctx))
        with formatter.section("Options"):
            formatter.write_dl([plain_row(*record) for record in records if record])
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands in groups by what people want."""
        width = max(map(len, command_names()))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), summary(name)) for name in names])


@click.command(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=global_parameters((*FORMS, MARKDOWN)),
    epilog="Start with: dragonctl demo",
)
@click.version_option(__version__, message="dragonctl %(version)s")
def cli() -> None:
    """Make a serverless application on AWS observable and fast.

    It reads what is there, shows what differs, changes only that, says what it changed, and can
    take it back.
    """


CHANGING = SECTIONS["Change AWS"]
"""The commands that change AWS: what they have begun is finished, whoever reads of it."""
_ONLY_SHOWS = {"--dry-run", "-h", "--help"}  # not --check: its exit code is what it is asked for


def _finishes(arguments: list[str]) -> bool:
    return line_of(arguments).command in CHANGING and not _ONLY_SHOWS & set(arguments)


def main(arguments: list[str] | None = None) -> None:
    """The console script: every outcome becomes an exit code, every failure a message."""
    open_closed()
    sys.unraisablehook = _interrupt_again
    threading.excepthook = _told_without_secrets
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a Ctrl-C from another process
    code = run(arguments)
    _ignore_interrupts()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    # Threads that still wait for AWS would keep the process alive; to take hundreds of modules
    # down takes a third of a call to AWS.
    os._exit(code)


def _interrupt_again(swallowed: Any) -> None:
    """Python swallows a Ctrl-C that meets a callback, as an import has them: let it come again."""
    if swallowed.exc_type is not KeyboardInterrupt:
        _told_without_secrets(swallowed)
        return
    again = threading.Timer(0.05, signal.raise_signal, [signal.SIGINT])  # after that callback
    again.daemon = True
    again.start()


def _told_without_secrets(failed: Any) -> None:
    """A thread that fails, or what Python can raise to nobody: its traceback, masked."""
    from traceback import format_exception

    from dragonctl.masking import masked

    trace = "".join(format_exception(failed.exc_type, failed.exc_value, failed.exc_traceback))
    click.echo(masked(trace), err=True, nl=False)


def _hear_interrupts() -> None:
    """From now on a Ctrl-C is an exception, which the command answers; before, it was the end."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and callable(signal.getsignal(signal.SIGINT)):  # not where it is ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _ignore_interrupts() -> None:
    """Whoever presses Ctrl-C again is being answered already."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Within, what is being told is told to its end; it takes no time that one could feel."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run(arguments: list[str] | None = None) -> int:
    """Run one command line; its exit code. Nothing but ``--debug`` lets a traceback through."""
    arguments = sys.argv[1:] if arguments is None else arguments
    with guarded(finishes=_finishes(arguments)) as guard:
        code = _run(arguments)
        try:
            guard.drain(interrupted=code == INTERRUPTED)
            if guard.unwritten:
                _say_unwritten(guard.unwritten, Printed(line_of(arguments)))
                guard.drain()
        except KeyboardInterrupt:  # all is done; somebody waits no longer for a reader that stalls
            _ignore_interrupts()
            guard.drain(interrupted=True)
            code = INTERRUPTED
    return code


def _interruption(stop: BaseException, arguments: list[str]) -> InterruptedByUserError:
    """What is told of an interruption; what came before a change changed nothing."""
    if isinstance(stop, InterruptedByUserError):
        return stop
    from dragonctl.terminal.changes import UNTOUCHED

    return InterruptedByUserError(UNTOUCHED if line_of(arguments).command in CHANGING else "")


def _say_unwritten(error: OSError, printed: Printed) -> None:
    """What was done is done, and can be read elsewhere."""
    click.echo(
        f"! The answer could not be written to stdout ({error.strerror or error});"
        f" the command has ended all the same: {printed.command('history')}",
        err=True,
    )


def _run(arguments: list[str]) -> int:
    if "_DRAGONCTL_COMPLETE" in os.environ:
        import dragonctl.cli.shells  # noqa: F401 (click finds what is registered there)
    try:
        _hear_interrupts()
        code: Any = cli.main(arguments, prog_name="dragonctl", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except BrokenPipeError:
        from dragonctl.cli.failures import discard_output

        discard_output()
        return UNREAD
    except (KeyboardInterrupt, click.Abort, InterruptedByUserError) as stop:
        _ignore_interrupts()
        from dragonctl.cli.failures import report

        if stop.__cause__ is None or not isinstance(stop, click.Abort):  # else click has done so
            click.echo(err=True)  # the terminal has shown ^C
        return report(_interruption(stop, arguments), arguments)
    except SystemExit as end:  # click's completion ends so
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001 (the one place where anything may arrive)
        with _uninterrupted():
            from dragonctl.cli.failures import report

            return report(error, arguments)
