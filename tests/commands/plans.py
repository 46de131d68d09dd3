"""Plans that tests keep and apply: what is typed, and what its answer says."""

from __future__ import annotations

import json

PLAN = ("setup-observability", "--dry-run", "--out", "plan.json")
APPLY = ("apply", "plan.json", "--yes", "--output", "json")


def triples(document):
    return sorted(
        json.dumps([one["resource"], one["field"], one["before"], one["after"]])
        for one in document["changes"]
    )


def said(ended):
    return {one["code"] for one in ended.document.get("errors", [])}


def refusals(ended):
    return [one["message"] for one in ended.document.get("errors", [])]
