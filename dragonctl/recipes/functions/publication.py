"""Versions and aliases: what a change to ``$LATEST`` alone does not reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dragonctl.application.nouns import LATEST, Route, split
from dragonctl.engine.model import Done, Reading, Resource, State, Step, Want
from dragonctl.engine.pending import NEW_VERSION
from dragonctl.engine.reversal import Keep
from dragonctl.errors import DragonError
from dragonctl.resources.lambda_alias import VERSION, WEIGHTS, Alias, shares
from dragonctl.resources.lambda_configuration import CODE
from dragonctl.resources.lambda_version import NewestVersion, publishable


def publication(function: str, aliases: tuple[str, ...], source: str) -> Iterator[Step]:
    """Publish ``$LATEST`` as it stands after the step ``source`` (an identifier); move aliases."""
    version, published = NewestVersion(function), _Published(source)
    step = version_step(f"function {function}", version, published, source)
    yield replace(step, waits_if_unchanged=True)
    for name in aliases:
        alias, moved = Alias(function, name), _Moved(version.identifier, published)
        yield alias_step(f"{name} of function {function}", alias, moved, step)


def version_step(subject: str, version: Resource, published: Want, source: str) -> Step:
    """Publish what the step ``source`` (an identifier) leaves."""
    return Step(
        f"Version of {subject}",
        version,
        published,
        after=(source,),
        undo=Keep("a published version may be in use, and costs nothing"),
        waits_for_read_back=True,  # a version freezes what the thing holds, whatever that is
    )


def alias_step(subject: str, alias: Resource, moved: Want, version: Step) -> Step:
    """Move an alias to the version of a step of :func:`version_step`."""
    return Step(
        f"Alias {subject}",
        alias,
        moved,
        after=(version.resource.identifier, *version.after),
        waits_for_read_back=True,  # traffic moves to what is known to be there
    )


def foreseen_publication(function: str, code: str, aliases: Iterable[str]) -> Iterator[Step]:
    """For `policy`: a version of the code (its digest), and aliases that could be moved to it.

    Whether they will is not known beforehand; the rights to do it are the same.
    """
    yield Step(f"Version of {function}", NewestVersion(function), {CODE: code})
    for name in aliases:
        yield Step(f"Alias {name} of {function}", Alias(function, name), _ANOTHER)


_ANOTHER: State = {VERSION: LATEST}  # any that the alias does not stand for


@dataclass(frozen=True)
class _Published:
    """The newest version is to hold what ``$LATEST`` holds."""

    source: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        latest = done.get(self.source)
        if latest is None:
            return {}
        state = publishable(latest.facts.get("raw") or {})
        return {key: latest.state.get(key, value) for key, value in state.items()}


@dataclass(frozen=True)
class _Moved:
    """The alias is to stand for the version that holds what was published, and for no other."""

    version: str
    published: _Published

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have and have.state[WEIGHTS]:
            raw = have.facts["raw"]
            raise split_traffic(f"The alias {raw['Name']}", routed(shares(raw)))
        newest = done.get(self.version)
        check_published(self.version, newest, self.published(None, done))
        return {VERSION: _number(newest)}


def _number(newest: Reading | None) -> str:
    """The version's number; in a plan it may be known only once it is published."""
    raw = newest.facts.get("raw") if newest else None
    known = newest is not None and raw and publishable(raw) == newest.state
    return str(raw["Version"]) if known and raw and raw.get("State") != "Pending" else NEW_VERSION


def check_published(version: str, newest: Reading | None, published: State) -> None:
    """DragonError where the newest is somebody else's: an alias would ship their code."""
    if newest is not None and newest.state != {**newest.state, **published}:
        raise DragonError(
            f"The newest version ({version}) is not the one that this run published, so no alias"
            " was moved to it.",
            "Run the same command again.",
            code="NotPublished",
        )


def routed(shares_: Mapping[str, float]) -> str:
    """``60 % to version 2 and 40 % to version 1``."""
    return split(Route(version, share, {}) for version, share in shares_.items())


def split_traffic(subject: str, where: str, so: str = "it is left as it is") -> DragonError:
    """An alias in the middle of somebody's deployment, which a move would end unasked.

    ``so`` says what comes of it.
    """
    return DragonError(
        f"{subject} splits its traffic ({where}), so {so}.",
        "End that deployment first (`dragonctl status` says how): a move now would throw somebody's"
        " weights away.",
        code="SplitTraffic",
    )
