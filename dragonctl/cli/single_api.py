"""For commands that are about one API and its stages, and not about what is behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dragonctl.application.apis import Selection
from dragonctl.application.nouns import Api, App
from dragonctl.cli.session import Session, selection
from dragonctl.errors import UsageError


def one_api(
    session: Session, api: str | None, stages: tuple[str, ...] = (), *, staged: bool = True
) -> tuple[App, Api]:
    """The one API that is meant with the stages that are; neither functions nor machines.

    ``staged``: whether it must have a stage.
    """
    return chosen_api(session, selection(api, stages), staged=staged)


def chosen_api(session: Session, chosen: Selection, *, staged: bool = True) -> tuple[App, Api]:
    """The same of a selection, which may name several: that is refused."""
    session.aws.warm("apigateway", "sts")
    app = session.application(replace(chosen, discover=False))
    if app.errors:  # of one API, there is nothing beside what could not be read
        raise app.errors[0]
    if len(app.apis) != 1:
        found = ", ".join(f"{one.name} ({one.id})" for one in app.apis) or "none"
        raise UsageError(
            "This command is about one API.", f"--api matches: {found}.", option="--api"
        )
    only = app.apis[0]
    if staged and not only.stages:
        raise no_stage([only])
    return app, only


def no_stage(apis: Sequence[Api]) -> UsageError:
    """The refusal of APIs that nobody can call yet."""
    names = ", ".join(api.name for api in apis)
    has = f"API {names} has" if len(apis) == 1 else f"APIs {names} have"
    return UsageError(f"{has} no stage.", "Deploy it first.")


def require_something(app: App) -> None:
    """Refuse an application of APIs without stages, behind which no function or machine is."""
    if app.apis and not (any(app.stages) or app.functions or app.machines):
        raise no_stage(app.apis)
