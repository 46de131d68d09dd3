"""Which file says what is refused: the plan that is being carried out, or ``dragonctl.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.core import ParameterSource

from dragonctl.cli.globals import KEPT_FILE, globals_of
from dragonctl.errors import UsageError

ANEW = "Make a new plan with --dry-run --out FILE, and look at it."
_OPTION = re.compile(r"--[a-z][a-z-]+")


def naming_the_file(error: UsageError) -> UsageError:
    """The refusal of a value, told of the file that says it, where one does."""
    context = click.get_current_context(silent=True)
    plan = context.find_root().meta.get(KEPT_FILE) if context else None
    if plan and not error.message.startswith(f"{plan} "):
        error.message = f"{plan} cannot be carried out: {error.message}"
        error.hint = error.hint or ANEW
    elif context and not plan:
        error.message = _placed(context, error.message, error.option)
    return error


@contextmanager
def refusals_of(context: click.Context) -> Iterator[None]:
    """Within, what is refused knows of which command, and names the file that says it, if one does.

    Click does not tell the command where an option lacks its value.
    """
    try:
        yield
    except click.UsageError as error:
        error.ctx = error.ctx or context
        plain = error.format_message()
        if context.find_root().meta.get(KEPT_FILE) or (placed := _placed(context, plain)) == plain:
            raise
        raise click.UsageError(placed, error.ctx) from error
    except UsageError as error:
        naming_the_file(error)
        raise


def _placed(context: click.Context, message: str, option: str = "") -> str:
    """A refusal with the places of the options that it is about: those that it names, and this."""
    from dragonctl.cli.defaults import place_of
    from dragonctl.config import find

    beginning = f"In {find()}, "
    if message.startswith(beginning):
        return message
    named = dict.fromkeys(_OPTION.findall(f"{option} {message}"))
    names = [name for named_option in named if (name := _from_the_file(context, named_option))]
    places = [place for name in names if (place := place_of(context.command, name))]
    return f"{beginning}{' and '.join(places)}: {message}" if places else message


def _from_the_file(context: click.Context, option: str) -> str:
    """The name of an option's parameter where its value was not typed, but may stand in the file.

    Region and profile may stand above the tables: there they are no option's value.
    """
    name = next((one.name for one in context.command.params if option in one.opts), None) or ""
    if name in ("region", "profile") and not getattr(globals_of(context), name):
        return name
    return name if context.get_parameter_source(name) is ParameterSource.DEFAULT_MAP else ""
