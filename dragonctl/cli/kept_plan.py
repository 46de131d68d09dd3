"""A plan in a file: kept by ``--dry-run --out``, and compared before ``apply`` carries it out.

The file holds what was typed and the changes that a person looked at, secrets as digests. Nothing
in it is sent to AWS: `apply` works the plan out anew, and goes on only if it is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import click
import msgspec

from dragonctl import __version__
from dragonctl.cli.globals import BEGAN, GLOBALS, KEPT, KEPT_FILE, OUT, WORDS
from dragonctl.cli.refusals import ANEW
from dragonctl.engine.history import Run
from dragonctl.engine.journal import Scope
from dragonctl.engine.masking import is_same, masked_change
from dragonctl.engine.model import Resource
from dragonctl.engine.pending import YET_TO_CHOOSE
from dragonctl.engine.plan import Plan, Planned
from dragonctl.errors import DragonError, UsageError
from dragonctl.paths import read_own_file, write_whole

_LARGEST_BYTES = 64 << 20
_Key = tuple[str, str]
"""A resource's identifier and a field of it."""
_Place = Literal["region", "endpoint_url", "local"]
_PLACES: tuple[_Place, ...] = ("region", "endpoint_url", "local")


class KeptChange(msgspec.Struct, frozen=True):
    """One field that was to change; ``title`` is its step's."""

    title: str
    resource: str
    field: str
    before: Any = None
    after: Any = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.resource, self.field


class KeptPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds.

    ``words`` were typed behind the command's name; ``defaults`` came from ``dragonctl.toml`` and
    from the choice of an API; ``place`` are region and endpoint as far as an option named them.
    """

    format: Literal[1]
    dragonctl: str
    made: datetime
    command: str
    title: str
    words: list[str]
    defaults: dict[str, Any]
    place: dict[_Place, Any]
    account: str
    region: str
    endpoint: str
    changes: Annotated[list[KeptChange], msgspec.Meta(min_length=1)]
    warnings: list[str]

    @property
    def identifier(self) -> str:
        """Twelve digits that stand for this plan alone."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:12]

    @property
    def run_command(self) -> str:
        """What the journal calls a run that carries it out."""
        return f"apply {self.identifier}"

    @property
    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.account, self.region, self.endpoint)


def current() -> KeptPlan | None:
    """The plan that is being carried out, if one is."""
    context = click.get_current_context(silent=True)
    return context.find_root().meta.get(KEPT) if context else None


def planned_at() -> datetime:
    """The time from which a plan counts: when it was made, if it was kept; else this run's."""
    kept = current()
    if kept:
        return kept.made
    context = click.get_current_context(silent=True)
    if context is None:
        return datetime.now(UTC)
    began: datetime = context.find_root().meta.setdefault(BEGAN, datetime.now(UTC))
    return began


def file_to_keep() -> Path | None:
    """The file of ``--out``, if the option was given."""
    context = click.get_current_context(silent=True)
    found: Path | None = context.find_root().meta.get(OUT) if context else None
    return found


def keep(path: Path, planned: Plan, title: str, scope: Scope, apis: Iterable[str]) -> KeptPlan:
    """Write the plan of the command that is being carried out; mode 0600, all or nothing.

    ``apis`` are the ids of the APIs that were chosen: elsewhere the same choice may fall otherwise.
    """
    context = click.get_current_context()
    given = context.find_root().meta[GLOBALS]
    defaults = dict(context.default_map or {})
    takes_api = any(parameter.name == "api" for parameter in context.command.params)
    if takes_api and not context.params.get("api") and (chosen := list(apis)):
        defaults["api"] = chosen
    plan = KeptPlan(
        format=1,
        dragonctl=__version__,
        made=planned_at(),
        command=context.command.name or "",
        title=title,
        words=list(context.meta.get(WORDS, ())),
        defaults=defaults,
        place={name: getattr(given, name) for name in _PLACES if getattr(given, name)},
        account=scope.account,
        region=scope.region,
        endpoint=scope.endpoint,
        changes=list(changes_of(planned)),
        warnings=list(planned.warnings),
    )
    _write(path, json.dumps(msgspec.to_builtins(plan), indent=1, default=str))
    return plan


def changes_of(planned: Plan) -> Iterator[KeptChange]:
    """The changes of a plan as the file has them: secrets as digests, all of it plain JSON."""
    for item in planned.items:
        for change in item.changes:
            masked = masked_change(item.step.resource, change)
            plain = json.loads(json.dumps(masked, default=str))
            yield KeptChange(
                item.step.title,
                plain["resource"],
                plain["field"],
                plain["before"],
                plain["after"],
            )


def read(path: Path) -> KeptPlan:
    """The plan in a file.

    Raises UsageError for a file that is missing or holds none, DragonError for one that others may
    have written.
    """
    try:
        content = read_own_file(path, _LARGEST_BYTES)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        return msgspec.json.decode(content, type=KeptPlan)
    except msgspec.ValidationError as error:
        raise _no_plan(path, str(error)) from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _no_plan(path, "it is not JSON") from error


def _no_plan(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} is not a plan of dragonctl: {why}.", "Make one with --dry-run --out FILE."
    )


def check_place(kept: KeptPlan, scope: Scope) -> None:
    """Refuse another account, region or endpoint than the plan's."""
    if kept.scope != scope:
        raise DragonError(
            f"The plan in {_file()} is for {_place(kept.scope)}, and this is {_place(scope)}.",
            "Use the profile, the region and the endpoint that it was made for.",
            code="PlanDiffers",
        )


def differing(kept: KeptPlan, planned: Plan, runs: Iterable[Run]) -> Iterator[DragonError]:
    """What no longer is as it was planned, a failure each; nothing: it may be carried out.

    What a run of this very plan has written already, as the journal here tells, is no difference
    as long as it stands. A plan of which nothing is left to do differs only where it does not.
    """
    now = {change.key: change for change in changes_of(planned)}
    written = _written(kept, runs)
    if not now:
        for change in kept.changes:
            if _is_written(change, written) and not _stands(change, planned):
                yield _differs(change, "it has been changed since it was carried out")
        return
    for change in kept.changes:
        live = now.pop(change.key, None)
        if live is None and not (_is_written(change, written) and _stands(change, planned)):
            yield _differs(change, "it is so already, or no longer wanted")
        elif live is not None and not _is_the_same(live, change, written):
            yield _differs(change, f"it would now be {_words(live)}")
    for change in now.values():
        yield _differs(change, "the plan does not have it", planned=False)


_NOTHING = object()


def _is_written(change: KeptChange, written: Mapping[_Key, Any]) -> bool:
    return bool(written.get(change.key, _NOTHING) == change.after)


def _stands(change: KeptChange, planned: Plan) -> bool:
    """Whether the thing is still as the change left it.

    A thing that the command no longer speaks of, because it has what it needs, is not looked at.
    """
    items = (item for item in planned.items if item.step.resource.identifier == change.resource)
    return all(_holds(item, change) for item in items)


def _holds(item: Planned, change: KeptChange) -> bool:
    """Whether the thing, as it stands, has the value; of a secret its digest tells."""
    live = item.have.state.get(change.field) if item.have else None
    is_so = item.step.resource.holds(change.field, live, change.after)
    return is_so or is_same(live, change.after)


def _is_the_same(live: KeptChange, planned: KeptChange, written: Mapping[_Key, Any]) -> bool:
    """Whether a change still leads to where it was to lead, and from where it was to begin.

    Where this plan was begun with, it may begin where that left it; and what was known of AWS only
    once it was made (a version's number) is known by now.
    """
    begins_alike = live.before in (planned.before, written.get(live.key, planned.before))
    was_unknown = bool(written) and str(planned.after) in YET_TO_CHOOSE
    return begins_alike and (live.after == planned.after or was_unknown)


def _written(kept: KeptPlan, runs: Iterable[Run]) -> Mapping[_Key, Any]:
    """What runs of this plan wrote, or had begun to write: (resource, field) -> value."""
    found: dict[_Key, Any] = {}
    for run in runs:
        if run.scope != kept.scope or run.command != kept.run_command:
            continue
        for entry in run.entries.values():
            for field, value in (entry.after or {}).items():
                found[entry.identifier, field] = value
    return found


def _differs(change: KeptChange, how: str, *, planned: bool = True) -> DragonError:
    what = f"{_words(change)} was planned, but {how}" if planned else f"{_words(change)}: {how}"
    error = DragonError(
        f"{change.title}, {_label(change)}: {what}.",
        f"So {_file()} was not carried out. {ANEW}",
        code="PlanDiffers",
    )
    error.resource = change.resource
    return error


def _label(change: KeptChange) -> str:
    """What people call the field, by the table of its kind."""
    kind = Resource.kinds.get(change.resource.partition("/")[0])
    return kind.label(change.field) if kind else change.field


def _words(change: KeptChange) -> str:
    return f"{json.dumps(change.before)} → {json.dumps(change.after)}"


def _file() -> str:
    return str(click.get_current_context().find_root().meta[KEPT_FILE])


def _place(scope: Scope) -> str:
    return f"account {scope.account}, {scope.region}, {scope.endpoint}"


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text + "\n")
    except OSError as error:
        raise DragonError(
            f"The plan cannot be kept in {path}: {error.strerror or error}.",
            "Name another file with --out.",
            code="NotKept",
        ) from error
