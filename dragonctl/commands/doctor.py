"""``doctor``: Check credentials, region, clock, rights and versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step
    from dragonctl.status.doctor import Check


@command(
    configured=False,
    epilog="\b\nExample:\n  dragonctl doctor --output json     # for a bug report",
)
@click.pass_context
def doctor(context: click.Context) -> int:
    """Check everything that a command needs; exit 1 if something is wrong."""
    from datetime import UTC, datetime

    from dragonctl.cli.printed import Printed
    from dragonctl.cli.session import Session
    from dragonctl.errors import UNWRITABLE, DragonError
    from dragonctl.paths import UNTRUSTED
    from dragonctl.status import doctor as looking
    from dragonctl.status.credential_chain import links

    findings = [*looking.versions(), *looking.state(), *_settings(context)]
    try:
        globals_of(context).check_local()
        session = Session()
        if not globals_of(context).is_local:
            findings += links(session.profile)
        where = ", ".join(filter(None, (session.aws.region, session.label)))
        findings.append(looking.Check("region", ok=True, detail=where))
        findings += looking.connection(session.reads, datetime.now(UTC))
    except DragonError as error:
        if error.code not in (UNTRUSTED, UNWRITABLE):  # of the state folder, which is told above
            findings.append(looking.Check("connection", ok=False, detail=str(error)))
    findings = [replace(one, detail=Printed.current().filled(one.detail)) for one in findings]
    if globals_of(context).json:
        local = {"local": True} if globals_of(context).is_local else {}
        found = {"findings": [asdict(one) for one in findings], **local}
        click.echo(json.dumps(found, indent=2))
    else:
        from dragonctl.terminal.doctor import show_findings

        show_findings(findings)
    return 0 if all(one.ok for one in findings) else 1


def _settings(context: click.Context) -> Iterator[Check]:
    """What each command would say of its part of ``dragonctl.toml``."""
    from dragonctl.cli.defaults import defaults_for
    from dragonctl.config import find
    from dragonctl.errors import DragonError
    from dragonctl.status.doctor import Check

    root = context.find_root().command
    assert isinstance(root, click.Group)
    try:
        for name in root.list_commands(context):
            if found := root.get_command(context, name):
                defaults_for(found)
        yield Check("settings", ok=True, detail=str(find() or "there is no dragonctl.toml"))
    except DragonError as error:
        yield Check("settings", ok=False, detail=str(error))


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it tries is noted by the session: for `policy`."""
    from datetime import UTC, datetime

    from dragonctl.status import doctor as looking

    list(looking.connection(session.reads, datetime.now(UTC)))
    return (), {}
