"""Roles belong to no region: what a role's documents say for another region's application stays.

The same application in two regions has one set of roles. Its statements name the region that they
are for, in ARNs and in the bucket's name.
"""

from __future__ import annotations

import json
import re
from typing import Any

from dragonctl.aws.iam_documents import says, statements, unnamed
from dragonctl.engine.model import Json

_DIRECTION = "(?:central|(?:north|south)?(?:east|west)|north|south)"
_REGION = re.compile(rf"[a-z]{{2}}(?:-gov|-iso[a-z]?)?-{_DIRECTION}-\d+")


def besides(ours: Json, have: Json, region: str) -> Json:
    """Our document for this region, with what ``have`` (None: nothing yet) says for others.

    Where ``have`` says all of that already, in whatever order, it is the answer. The ids of
    statements count for nothing: IAM takes each of them once in a document.
    """
    if have is None:
        return ours
    mine, there = [[unnamed(one) for one in statements(each)] for each in (ours, have)]
    kept = [one for one in there if _is_elsewhere(one, region) and not says(mine, one)]
    if len(there) == len(mine) + len(kept) and all(says(there, one) for one in mine):
        return have
    return {**ours, "Statement": [*statements(ours), *kept]} if kept else ours


def serves_others(document: Json, region: str) -> bool:
    """Whether any statement is for another region."""
    return any(_is_elsewhere(one, region) for one in statements(document))


def without(document: Json, region: str) -> Json:
    """The document without the statements for this region; itself where that leaves nothing."""
    left = [one for one in statements(document) if region not in _regions(one)]
    return {**document, "Statement": left} if left else document


def _is_elsewhere(statement: Any, region: str) -> bool:
    named = _regions(statement)
    return bool(named) and region not in named


def _regions(statement: Any) -> set[str]:
    return set(_REGION.findall(json.dumps(statement)))
