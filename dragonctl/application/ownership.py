"""Whose template a thing comes from, told by its tags: that tool will meet what we change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dragonctl.application.properties import properties, words
from dragonctl.engine.fields import Tool
from dragonctl.engine.model import Step, Tags
from dragonctl.engine.plan import Planned
from dragonctl.engine.reads import Reads
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import AwsError, DragonError
from dragonctl.resources import known_kinds
from dragonctl.wording import with_and

STACK = "aws:cloudformation:stack-name"
LOGICAL_ID = "aws:cloudformation:logical-id"
_ROLE = "iam-role-policies"
_KEEP = "To keep the change, make it there: {}."
_NO_NAME = "A template of {} has no name for {}: make the change again after each deployment."
_MANY, _FEW = 5, 3
_OF_STACKS = "a deployment that changes these properties puts its template's values in their place"
_WHAT_HAPPENS = {
    "Terraform": "its next apply plans to put back what its files say",
    "Pulumi": "its next `pulumi up --refresh` plans to put back what the program says",
}
# An attachment that no template names is nobody's to take off, but IAM deletes no role with one.
_OF_ROLES = "its deployments leave this attachment, but it cannot delete the role while it is there"
# What the tools, or people after their advice, write into tags: ``key=value``, in lower case. The
# Serverless Application Repository deploys with SAM.
_MARKS: dict[str, Tool] = {
    r":createdby=sam$|^serverlessrepo:": "SAM",
    r"\b(aws-)?cdk\b": "CDK",
    r"terraform|opentofu": "Terraform",
    r"pulumi": "Pulumi",
    r"=serverless([- ]framework)?$": "Serverless Framework",
}
_OF_CLOUDFORMATION = ("SAM", "CDK", "Serverless Framework")
# CDK ends an id with eight digits of a digest; eight decimal ones may be a date.
_CDK_ID = re.compile(r"[A-Za-z0-9]+(?!\d{8}$)[0-9A-F]{8}")


@dataclass(frozen=True)
class Owner:
    """The tool that manages a thing, and the stack (or nothing) it names."""

    tool: Tool
    stack: str = ""

    def warning(self, kind: str, names: Sequence[str], fields: Iterable[str]) -> str:
        """What that tool will do to a change of these things, and where to make it last.

        ``kind`` is the resources' kind, ``fields`` what changes of them.
        """
        stack = f" (stack {self.stack})" if self.stack else ""
        happens = _OF_ROLES if kind == _ROLE else _WHAT_HAPPENS.get(self.tool, _OF_STACKS)
        things, changed = _things(kind, names), list(fields)
        there = properties(self.tool, kind, changed)
        return (
            f"{things[0].upper()}{things[1:]} {'is' if len(names) == 1 else 'are'} managed by"
            f" {self.tool}{stack}: {happens}."
            f" {_KEEP.format(there) if there else _NO_NAME.format(self.tool, words(kind, changed))}"
        )


OwnerAnswer = Owner | AwsError | None
"""Who manages a thing, or AWS's refusal to show its tags; None: nobody known."""


def ownership_warnings(reads: Reads, items: Iterable[Planned]) -> list[str]:
    """Who else manages what would change: one sentence for each tool, stack and kind of thing.

    Tags only add to what is known: the plan stands without them. A missing right is told, once for
    each kind, because somebody can give it. Of an endpoint that does not know tags, or fails,
    nothing is said: there is nothing to do about it, and a fault that matters meets the run too.
    """
    changed = [item for item in items if item.changes and item.step.resource.noun]
    answers = reads.optional_reads(*(partial(_owner_of, reads, item) for item in changed))
    managed: dict[tuple[Owner, str], list[Planned]] = {}
    refused: dict[str, list[tuple[Planned, AwsError]]] = {}
    for item, answer in zip(changed, _agreeing(answers), strict=True):
        kind = item.step.resource.kind
        if isinstance(answer, Owner):
            managed.setdefault((answer, kind), []).append(item)
        elif answer:
            refused.setdefault(kind, []).append((item, answer))
    return [*_managed(managed), *_not_known(refused)]


def _managed(managed: dict[tuple[Owner, str], list[Planned]]) -> Iterator[str]:
    for (found, kind), items in managed.items():
        fields = [change.field for item in items for change in item.changes]
        yield found.warning(kind, [_name(item.step) for item in items], fields)


def _not_known(refused: dict[str, list[tuple[Planned, AwsError]]]) -> Iterator[str]:
    for kind, pairs in refused.items():
        things = _things(kind, [_name(item.step) for item, _ in pairs])
        yield f"Which tool manages {things} cannot be told: {pairs[0][1].message}"


def _things(kind: str, names: Sequence[str]) -> str:
    """``function a``, ``functions a and b``, ``12 functions (a, b, c, …)``."""
    noun = known_kinds()[kind].noun + "s" * (len(names) > 1)
    if len(names) > _MANY:
        return f"{len(names)} {noun} ({', '.join(names[:_FEW])}, …)"
    return f"{noun} {with_and(names)}"


def _name(step: Step) -> str:
    """What a person calls the step's thing: its title, without what is said before the name."""
    if step.resource.kind == _ROLE:
        return step.resource.identity["role"]
    before = rf"^(.*?\b{step.resource.noun} |[\w ]+? of )"
    return re.sub(before, "", step.title, flags=re.IGNORECASE)


def _owner_of(reads: Reads, item: Planned) -> OwnerAnswer:
    try:
        return owner(*item.step.resource.tags(reads, item.have)) if item.have else None
    except AwsError as error:
        return error if is_denied(error) else None
    except DragonError:
        return None


def _agreeing(answers: Sequence[OwnerAnswer]) -> Iterator[OwnerAnswer]:
    """One stack has one tool: SAM marks functions and machines, but neither stages nor APIs."""
    found = [
        answer
        for answer in answers
        if isinstance(answer, Owner) and answer.tool in _OF_CLOUDFORMATION
    ]
    marked = {one.stack: one for one in found}
    for answer in answers:
        yield (
            marked.get(answer.stack, answer)
            if isinstance(answer, Owner) and answer.stack
            else answer
        )


def owner(*tags: Tags | None) -> Owner | None:
    """Who manages a thing with these tags, those of the thing itself first; None: nobody known."""
    return next((found for found in map(_owner, tags) if found), None)


def _owner(tags: Tags | None) -> Owner | None:
    """The tool whose mark is among the tags, and the stack that CloudFormation wrote there."""
    own = {key: value for key, value in (tags or {}).items() if not key.startswith("aws:")}
    marks = [f"{key}={value}".lower() for key, value in own.items()]
    stack = (tags or {}).get(STACK, "")
    marked = (tool for mark, tool in _MARKS.items() if any(re.search(mark, one) for one in marks))
    tool = next(marked, None)
    if stack and tool not in _OF_CLOUDFORMATION:
        tool = _stack_tool(tags or {})
    return Owner(tool, stack) if tool else None


def _stack_tool(tags: Tags) -> Tool:
    """The tool that wrote a stack without a mark of its own.

    The Serverless Framework calls a stack ``<service>-<stage>`` and tags it ``STAGE``; CDK tags
    little, but its ids have a form.
    """
    if tags[STACK].endswith(f"-{tags.get('STAGE')}"):
        return "Serverless Framework"
    return "CDK" if _CDK_ID.fullmatch(tags.get(LOGICAL_ID, "")) else "CloudFormation"
