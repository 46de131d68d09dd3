"""Options that several commands take. Imports nothing but click: ``--help`` must be instant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from dragonctl.cli.catalogue import command_names
from dragonctl.cli.globals import GLOBALS, KEPT, OUT, SESSION, WORDS, globals_of
from dragonctl.cli.narrow import NarrowContext
from dragonctl.cli.refusals import refusals_of
from dragonctl.cli.values import OneOf
from dragonctl.errors import DragonError, UsageError
from dragonctl.wording import with_or

F = TypeVar("F", bound=Callable[..., Any])


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and parameter.name:
        not_empty(context, parameter, value)
        known = globals_of(context)
        context.find_root().meta[GLOBALS] = replace(known, **{parameter.name: value})


FORMS = ("text", "json")
MARKDOWN = "markdown"


def global_parameters(
    forms: Sequence[str] = FORMS, *, local_alone: bool = False
) -> list[click.Parameter]:
    """Fresh options, None for "not given"; ``forms`` and ``local_alone`` as the command's."""
    shared: dict[str, Any] = {"expose_value": False, "callback": _remember, "default": None}
    place = {**shared, "hidden": local_alone}
    return [
        click.Option(
            ["--profile"], metavar="NAME", shell_complete=complete("profile"),
            help="Use this AWS profile.", **place,
        ),
        click.Option(
            ["--region"], metavar="NAME", shell_complete=complete("region"),
            help="Use this AWS region.", **place,
        ),
        click.Option(
            ["--endpoint-url"], metavar="URL",
            help="Send calls to this endpoint, not to AWS.", **place,
        ),
        click.Option(["--local"], is_flag=True, help="Use the local AWS.", **shared),
        click.Option(
            ["--output", "-o"],
            type=OneOf(forms),
            metavar="FORM",
            help=f"Answer as {with_or(forms)}.",
            show_default=forms[0],
            **shared,
        ),
        click.Option(["--debug"], is_flag=True, help="Show AWS calls and tracebacks.", **shared),
    ]  # fmt: skip


_OWN = "Options"
_KINDS = {
    "Which application": {
        "api", "all_apis", "stages", "functions", "state_machines", "no_discover",
    },
    "How to carry it out": {"dry_run", "check", "yes", "no_wait", "out"},
    "Every command": {"profile", "region", "endpoint_url", "local", "output", "debug", "help"},
}  # fmt: skip
"""The options that many commands take, by the names of their parameters."""
_FEW = 12
"""Own options up to which a command's help shows them as one list, whatever their titles."""
_CLOSE = 0.75
"""How much alike an option must be to be suggested; difflib's own 0.6 takes --yes for --stages."""


class TitledOption(click.Option):
    """An option that knows the ``title`` under which a long help shows it."""

    def __init__(self, *arguments: Any, title: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.title = title


def option_under(title: str) -> Callable[..., Callable[[F], F]]:
    """What ``click.option`` is, for options that the help of a command shows under a title."""
    return partial(click.option, cls=TitledOption, title=title)


package_option = option_under("Package and upload")


def _kind(option: click.Option, *, titled: bool) -> str:
    """The title above an option in the help; of a command's own one only where they are many."""
    name = "help" if "--help" in option.opts else option.name
    own = option.title if titled and isinstance(option, TitledOption) else _OWN
    return next((title for title, names in _KINDS.items() if name in names), own)


def plain_row(names: str, words: str) -> tuple[str, str]:
    """A row of the help whose default, told in words, stands as one that is a value.

    Click would write ``[default: (all)]``, and ``[default: 3h]``.
    """
    return names, re.sub(r"\[default: \((.+)\)", r"[default: \1", words)


class Command(click.Command):
    """A command that takes the global options too.

    ``configured`` False: one that a mistake in ``dragonctl.toml`` or the environment shall not
    hinder, since it sets nothing of it, and helps with such mistakes. ``local_alone``: one that
    knows no AWS but the local one, and refuses every option that means another.
    """

    context_class = NarrowContext

    def __init__(
        self, *args: Any, configured: bool = True, local_alone: bool = False, **settings: Any
    ) -> None:
        self.configured, self.local_alone = configured, local_alone
        settings.setdefault("context_settings", {})["help_option_names"] = ["-h", "--help"]
        super().__init__(*args, **settings)
        changes = any(parameter.name == "dry_run" for parameter in self.params)
        self.forms = (*FORMS, MARKDOWN) if changes or self.name == "history" else FORMS
        self.params += global_parameters(self.forms, local_alone=local_alone)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its own options first, then those that many commands take, each kind together."""
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        many = len([one for one in options if _kind(one, titled=False) == _OWN]) >= _FEW
        kinds: dict[str, list[tuple[str, str]]] = {}
        for option in options:
            if record := option.get_help_record(ctx):
                kinds.setdefault(_kind(option, titled=many), []).append(plain_row(*record))
        common = (_OWN, *_KINDS)
        for title in (*(title for title in kinds if title not in common), *common):
            if title in kinds:
                with formatter.section(title):
                    formatter.write_dl(kinds[title])

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a failure learns which account and region were meant, as far as was known."""
        try:
            with refusals_of(ctx):
                if self.configured:
                    globals_of(ctx).check_local()
                return super().invoke(ctx)
        except DragonError as error:
            session = ctx.find_root().meta.get(SESSION)
            error.whereabouts = session.whereabouts if session else error.whereabouts
            raise

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options that were not given come from ``dragonctl.toml``'s table of this command."""
        from dragonctl.cli.defaults import defaults_for

        ctx.meta[WORDS] = tuple(args)
        is_run = not ctx.resilient_parsing and not {"-h", "--help"} & set(args)
        if is_run and self.configured:
            kept = ctx.find_root().meta.get(KEPT)  # its defaults, not those of this folder
            given = kept.defaults if kept else defaults_for(self)
            ctx.default_map = {**(ctx.default_map or {}), **given}
        try:
            with refusals_of(ctx):
                rest = super().parse_args(ctx, args)
        except click.NoSuchOption as slip:
            close = get_close_matches(slip.option_name, slip.possibilities or (), cutoff=_CLOSE)
            raise click.NoSuchOption(slip.option_name, possibilities=close, ctx=slip.ctx) from slip
        self._check(ctx)
        return rest

    def _check(self, ctx: click.Context) -> None:
        """Refuse a form of answer or a place that it has not, and a plan that nobody asked for."""
        if ctx.resilient_parsing:
            return
        if globals_of(ctx).output not in self.forms:
            raise click.UsageError(f"The answer of {self.name} is text or json.", ctx)
        if ctx.find_root().meta.get(OUT) and not ctx.params.get("dry_run"):
            raise click.UsageError("--out keeps the plan of a --dry-run.", ctx)
        if self.local_alone and (named := globals_of(ctx).places):
            raise UsageError(f"{self.name} uses the local AWS alone: it takes no {with_or(named)}")


def command(**settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """Decorator: a command of dragonctl, named after its file."""

    def decorate(function: Callable[..., Any]) -> Command:
        name = function.__module__.rpartition(".")[2].replace("_", "-")
        made: Command = click.command(name=name, cls=Command, **settings)(function)
        return made

    return decorate


def file_to_write(_: click.Context, parameter: click.Parameter, value: Any) -> Path | None:
    """Callback of an option that names a file: a place that can hold none is told at once."""
    if value is None:
        return None
    path = Path(value)
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir():
        reason = "it is a folder" if path.is_dir() else f"there is no folder {folder}"
        raise click.BadParameter(reason, param=parameter)
    return path


def _to_keep(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if path := file_to_write(context, parameter, value):
        context.find_root().meta[OUT] = path.absolute()


out_option = click.option(
    "--out", metavar="FILE", expose_value=False, callback=_to_keep,
    help="Keep the plan of a --dry-run in FILE, for apply.",
)  # fmt: skip


def change_options(function: F) -> F:
    """``--dry-run``, ``--check``, ``--yes``, ``--no-wait``, ``--out``."""
    return out_option(how_options(function))


_ASK = {"apply", "delete_app", "deploy_edge", "enable_cache", "undo"}
_NEVER_WAIT = {"set_endpoint", "set_sampling", "setup_alarms", "setup_dashboard"}
"""Commands by their modules; what does nothing for a command it takes, and its help leaves out."""
_WAITED_FOR = {"setup_observability": "function updates"}


def how_options(function: F) -> F:
    """``--dry-run``, ``--check``, ``--yes``, ``--no-wait``."""
    name = function.__module__.rpartition(".")[2]
    function = _journalled(function)
    for option in (
        click.option(
            "--no-wait",
            is_flag=True,
            hidden=name in _NEVER_WAIT,
            help=f"Do not wait for {_WAITED_FOR.get(name, 'cache clusters and function updates')}.",
        ),
        click.option(
            "--yes", "-y", is_flag=True, hidden=name not in _ASK, help="Do not ask; answer yes."
        ),
        click.option(
            "--check", is_flag=True, help="Like --dry-run, but exit 3 if anything would change."
        ),
        click.option("--dry-run", is_flag=True, help="Show what would change; change nothing."),
    ):
        function = option(function)
    return function


def _journalled(function: F) -> F:
    """The same command, which reads and changes nothing where its changes cannot be journalled."""

    @wraps(function)
    def begun(*arguments: Any, dry_run: bool, check: bool, **more: Any) -> Any:
        if not (dry_run or check or more.get("package_only")):
            from dragonctl.engine.journal import require_journal
            from dragonctl.paths import state_path

            require_journal(state_path("runs"))
        return function(*arguments, dry_run=dry_run, check=check, **more)

    return cast("F", begun)


def not_empty(_: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Callback of what is never empty: ``undo "$UNSET"`` is a slip, and no plain ``undo``."""
    if value == "" or (isinstance(value, tuple) and "" in value):
        raise click.BadParameter("it is empty", param=parameter)
    return value


def allow_secret_option(function: F) -> F:
    """``--allow-secret``, of commands that make a zip; a tuple of paths or patterns."""
    return package_option(
        "--allow-secret",
        metavar="PATH",
        multiple=True,
        callback=not_empty,
        help="Pack this file (or pattern) though it looks like a secret.",
    )(function)


def allowed_secrets(command: click.Command) -> tuple[str, ...]:
    """What ``dragonctl.toml`` says of ``--allow-secret``, where the command itself does not run."""
    from dragonctl.cli.defaults import defaults_for

    return tuple(defaults_for(command).get("allow_secret", ()))


def complete(kind: str) -> Callable[..., list[str]]:
    """Shell completion of the names of one kind of thing (``cli.completion`` lists the kinds)."""

    def begun(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        from dragonctl.cli.completion import names

        return names(kind, context, incomplete)

    return begun


def complete_commands(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion of the commands' names."""
    return [name for name in command_names() if name.startswith(incomplete)]


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def complete_methods(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion of HTTP methods, in small letters too."""
    return [method for method in METHODS if method.startswith(incomplete.upper())]


def complete_paths(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion of the API's paths that take the method that stands before."""
    from dragonctl.cli.completion import names

    method = str(context.params.get("method") or "GET").upper()
    routes = names("route", context, f"{method} {incomplete}")
    return [route.partition(" ")[2] for route in routes]


def application_options(function: F) -> F:
    """``--api``, ``--stage``, and what discovery should add or leave out."""
    for option in (
        click.option("--no-discover", is_flag=True, help="Use only what these options name."),
        click.option(
            "--state-machine",
            "state_machines",
            multiple=True,
            metavar="NAME|ARN",
            shell_complete=complete("machine"),
            help="Add a state machine to those discovered. Repeatable.",
        ),
        click.option(
            "--function",
            "functions",
            multiple=True,
            metavar="NAME",
            shell_complete=complete("function"),
            help="Add a function to those discovered. Repeatable.",
        ),
        stage_option,
        all_option,
        apis_option,
    ):
        function = option(function)
    return function


def _only_one(_: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> str | None:
    """Callback of an option that click would let the last of several win: none is passed over."""
    if len(set(value)) > 1:
        raise click.BadParameter("this command is about one API", param=parameter)
    return value[0] if value else None


api_option = click.option(
    "--api", multiple=True, callback=_only_one, metavar="NAME|ID", shell_complete=complete("api"),
    help="Use this REST API.",
)  # fmt: skip
apis_option = click.option(
    "--api", "api", multiple=True, metavar="NAME|ID", shell_complete=complete("api"),
    help="Use this REST API; a pattern means several. Repeatable.",
)  # fmt: skip
all_option = click.option(
    "--all", "all_apis", is_flag=True, help="Use every API of the account and region."
)
stage_option = click.option(
    "--stage", "stages", multiple=True, metavar="NAME", shell_complete=complete("stage"),
    show_default="all", help="Use this stage; a pattern means several. Repeatable.",
)  # fmt: skip


def since_option(begins: str) -> Callable[[F], F]:
    """``--since``; ``begins``: the default, such as ``1h``."""
    return click.option(
        "--since", metavar="TIME", default=begins, show_default=True, help=SINCE_WORDS
    )


SINCE_WORDS = "Begin 10m, 2h or 1d ago, or at an ISO 8601 time."
until_option = click.option(
    "--until", metavar="TIME", show_default="now", help="End then, written as for --since."
)
source_option = click.option(
    "--source", "sources", multiple=True, metavar="SOURCE", shell_complete=complete("source"),
    help="Read only api, access, functions or state-machines. Repeatable.",
)  # fmt: skip
