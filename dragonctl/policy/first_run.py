"""What a command's first run reads and writes, worked out without writing anything.

A step that has something to do counts as things stand. One that has nothing to do was done by a
run before, or by somebody else: it counts as if nothing were there, so that the policy is the
same before and after the first run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dragonctl.engine.model import Call, Reading, Step, differences
from dragonctl.engine.plan import Plan, Planned, plan
from dragonctl.engine.reads import Reads
from dragonctl.errors import DragonError
from dragonctl.policy.assumed_reads import AssumedReads
from dragonctl.policy.document import document
from dragonctl.policy.grants import AccountArns, Grant, grants
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.role_rights import policy_document, read_rights


def first_run_policy(
    reads: Reads, steps: Iterable[Step], roles: Mapping[str, str], *, reads_only: bool = False
) -> dict[str, Any]:
    """The policy document of a command whose first run takes these steps.

    ``roles`` maps the names of the application's roles to their ARNs. What was read up to now
    counts as read by the command. ``reads_only``: what a run that only shows needs.
    """
    planned = plan(reads, steps)
    assumed = AssumedReads(reads)
    tags = AssumedReads(reads, asks=False)  # a plan without a change has no need of them
    for item in planned.items:
        item.step.resource.read(assumed)
        if item.have:
            item.step.resource.tags(tags, item.have)
    _read_rights(assumed, planned, roles)
    planned_writes = [call for one in planned.items for call in _writes(one)]
    writes = [] if reads_only else [*planned_writes, *reads.foreseen]
    calls = [*reads.made, *assumed.calls, *tags.calls, *writes, *_saves(writes)]
    known = {**_paths(reads, calls), **roles}
    place = AccountArns(reads.partition, reads.region, reads.account, known)
    needed: list[Grant] = [grant for call in calls for grant in grants(call, place)]
    return document(needed)


def _read_rights(assumed: AssumedReads, planned: Plan, roles: Mapping[str, str]) -> None:
    """The next run judges every role by the policies that this run attaches."""
    for item in planned.items:
        if isinstance(item.step.resource, RolePolicies):
            read_rights(assumed, item.step.resource.role)
            for field in item.step.wanted(None, {}) or {}:
                policy_document(assumed, field.removeprefix("policies/"))
    for role in roles:
        read_rights(assumed, role)


def _paths(reads: Reads, calls: Iterable[Call]) -> dict[str, str]:
    """The ARNs of the roles that the calls name and that exist: they may have paths."""
    found = {}
    for name in sorted({str(call.params["RoleName"]) for call in calls if _names_role(call)}):
        try:
            answer = reads.get("iam", "GetRole", absent=("NoSuchEntity",), RoleName=name)
        except DragonError:
            continue
        if answer:
            found[name] = str(answer["Role"]["Arn"])
    return found


def _names_role(call: Call) -> bool:
    return call.service == "iam" and "RoleName" in call.params


def _saves(writes: Iterable[Call]) -> Iterator[Call]:
    """Code that is overwritten is fetched first, so that an undo can bring it back."""
    for call in writes:
        if call.operation == "UpdateFunctionCode":
            name = call.params["FunctionName"]
            yield Call("lambda", "GetFunction", {"FunctionName": name}, region=call.region)


def _writes(item: Planned) -> Iterator[Call]:
    """The writes of one step in a first run."""
    if item.changes:
        yield from item.step.resource.calls(item.have, item.want)
        return
    for start in (None, _bare(item.have)):
        calls = list(_from(item, start))
        if calls:
            yield from calls
            return


def _from(item: Planned, start: Reading | None) -> Iterator[Call]:
    """The calls that lead from ``start`` to what the step wants of it."""
    resource = item.step.resource
    want = item.step.wanted(start, {})
    if want and any(differences(resource, start, want)):
        yield from resource.calls(start, want)


def _bare(have: Reading | None) -> Reading | None:
    """The thing with nothing set; its facts stay."""
    return have and Reading(dict.fromkeys(have.state), have.facts)
