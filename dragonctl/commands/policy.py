"""``policy``: Print the least-privilege IAM policy of a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy

import click

from dragonctl.cli.options import application_options, command, complete_commands
from dragonctl.commands import deploy_function, setup_observability
from dragonctl.errors import UsageError
from dragonctl.wording import with_and, with_or

OPTIONS_OF = {
    setup_observability.setup_observability: setup_observability.FIRST_RUN_OPTIONS,
    deploy_function.deploy_function: deploy_function.FIRST_RUN_OPTIONS,
}
"""The commands with options that need rights of their own, and those options' parameters."""


def _options_of_commands() -> Iterator[click.Option]:
    """These options as `policy` takes them: each once, said not to be given where it is not."""
    for name in sorted({name for names in OPTIONS_OF.values() for name in names}):
        commands = [command for command, names in OPTIONS_OF.items() if name in names]
        [option] = [copy(one) for one in _options(commands[0]) if one.name == name]
        whose = with_or(str(command.name) for command in commands)
        option.help = f"Add the rights of {whose} {option.opts[0]}."
        option.default, option.show_default = () if option.multiple else None, False
        yield option


def _options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option)]


def _asked(name: str, given: Mapping[str, object]) -> dict[str, object]:
    """The options that were given; UsageError for one that the command ``name`` has not."""
    asked = {option: value for option, value in given.items() if value}
    takes = {str(command.name): names for command, names in OPTIONS_OF.items()}
    for option in asked:
        if option not in takes.get(name, ()):
            known = with_and(one for one, names in takes.items() if option in names)
            option_name = next(one.opts[0] for one in policy.params if one.name == option)
            raise UsageError(f"policy takes {option_name} for {known} alone.")
    return asked


@command(
    epilog="""\b
Examples:
  dragonctl policy setup-observability
  dragonctl policy setup-observability --api dragons > policy.json
  dragonctl policy setup-observability --all --read-only    # for --check every night
  dragonctl policy setup-observability --application-signals --publish
  dragonctl policy deploy-function --alias live             # for the role of a pipeline
  dragonctl policy why --output json
"""
)
@click.argument("name", metavar="COMMAND", shell_complete=complete_commands)
@application_options
@click.option("--read-only", is_flag=True, help="Leave out what it writes: for --dry-run, --check.")
def policy(
    name: str,
    read_only: bool,
    api: tuple[str, ...],
    all_apis: bool,
    stages: tuple[str, ...],
    functions: tuple[str, ...],
    state_machines: tuple[str, ...],
    no_discover: bool,
    **given: object,
) -> int:
    """Print the IAM policy that COMMAND needs, and no more, for its first run.

    It is worked out from what the command reads and would write for this application, with its
    default options; the options below add what theirs need. Nothing is changed.
    """
    import json

    from dragonctl.cli.first_run import NEED_NOTHING, first_run_of
    from dragonctl.cli.session import Session, selection
    from dragonctl.policy.document import LONGEST, characters
    from dragonctl.policy.document import document as policy_of
    from dragonctl.policy.first_run import first_run_policy
    from dragonctl.terminal.console import out, tell, warn

    asked = _asked(name, given)
    if name in NEED_NOTHING:
        out().document(json.dumps(policy_of(()), indent=2))
        tell(f"{name} asks for no right of its own in AWS.")
        return 0
    first_run = first_run_of(name)
    session = Session()
    chosen = selection(
        api, stages, functions, state_machines, no_discover=no_discover, all_apis=all_apis
    )
    steps, roles = first_run(session, chosen, **asked)
    document = first_run_policy(session.reads, steps, roles, reads_only=read_only)
    warn(*session.overdue())
    if session.label:
        tell("Read from the local AWS.")
    out().document(json.dumps(document, indent=2))
    if (length := characters(document)) > LONGEST:
        warn(
            f"The document has {length:,} characters, and a managed policy takes {LONGEST:,}:"
            " split it by its statements, or ask for fewer stages with --stage."
        )
    return 0


policy.params = [*_options_of_commands(), *policy.params]
