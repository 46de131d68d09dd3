"""What must be known before a stage may cache: the methods, and what each stage serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.application.nouns import Api
from dragonctl.engine.model import Reader
from dragonctl.engine.symptoms import is_fatal
from dragonctl.errors import DragonError
from dragonctl.recipes.caching.definition import deployed
from dragonctl.recipes.caching.keys import CacheMethod
from dragonctl.resources.apigateway_cache_deployment import shipped
from dragonctl.resources.apigateway_method import Methods, read_methods


@dataclass(frozen=True)
class CacheSurvey:
    """``methods``: the present definition; ``served``: what each stage has deployed.

    A stage whose definition could not be had is in ``unseen`` instead, with the reason.
    """

    methods: Methods
    served: Mapping[str, Methods]
    unseen: Mapping[str, str]

    @property
    def reads(self) -> dict[str, CacheMethod]:
        """The methods that answer GET now, by path; an ``ANY`` where there is no ``GET``."""
        return answering_get(self.methods)

    def reads_of(self, stage: str) -> dict[str, CacheMethod] | None:
        """Those that a stage serves; None where that is not known."""
        served = self.served.get(stage)
        return None if served is None else answering_get(served)


def answering_get(methods: Methods) -> dict[str, CacheMethod]:
    """The methods that answer GET, by path; an ``ANY`` where there is no ``GET``."""
    found = {}
    for (verb, path), raw in sorted(methods.items(), key=lambda item: item[0]):  # ANY before GET
        if verb in ("ANY", "GET"):
            found[path] = CacheMethod(path, verb, raw)
    return found


def unkeyed(seen: CacheSurvey) -> CacheSurvey:
    """The same API as a first run finds it: no cache keys, and nothing declared for them."""
    return CacheSurvey({name: _unkeyed(raw) for name, raw in seen.methods.items()}, {}, {})


def _unkeyed(raw: Mapping[str, Any]) -> dict[str, Any]:
    integration = raw.get("methodIntegration") or {}
    keys = {
        parameter
        for parameter in integration.get("cacheKeyParameters") or ()
        if ".path." in parameter
    }
    declared = raw.get("requestParameters") or {}
    return {
        **raw,
        "requestParameters": {name: one for name, one in declared.items() if name not in keys},
        "methodIntegration": {**integration, "cacheKeyParameters": []},
    }


def survey(aws: Reader, api: Api) -> CacheSurvey:
    """The API's methods, and what its chosen stages serve: read at the same time."""
    names = list(api.stages)
    methods, *seen = aws.concurrently(
        partial(read_methods, aws, api.id),
        *(partial(_served, aws, api, name) for name in names),
    )
    answers = dict(zip(names, seen, strict=True))
    return CacheSurvey(
        methods,
        {name: _known(one, methods) for name, one in answers.items() if not isinstance(one, str)},
        {name: one for name, one in answers.items() if isinstance(one, str)},
    )


def _known(served: Methods, methods: Methods) -> Methods:
    """Deployed methods with what an export does not show: their resources' ids."""
    ids = {path: raw["resourceId"] for (_, path), raw in methods.items() if "resourceId" in raw}
    return {
        (verb, path): {**raw, "resourceId": ids.get(path)} for (verb, path), raw in served.items()
    }


def _served(aws: Reader, api: Api, stage: str) -> Methods | str:
    try:
        document, summary = aws.concurrently(
            partial(_export, aws, api.id, stage),
            partial(_summary, aws, api.id, api.stages[stage].get("deploymentId")),
        )
        return deployed(document, summary)
    except DragonError as error:
        if is_fatal(error):
            raise
        return error.message
    except (ValueError, AttributeError, TypeError):
        return "its export is not an OpenAPI document"


def _export(aws: Reader, api: str, stage: str) -> Any:
    """GetExport's document."""
    answer = aws.get(
        "apigateway",
        "GetExport",
        restApiId=api,
        stageName=stage,
        exportType="oas30",
        accepts="application/json",
        parameters={"extensions": "integrations"},
    )
    return (answer or {}).get("body")


def _summary(aws: Reader, api: str, deployment: str | None) -> Mapping[str, Any]:
    """Each deployed method's authorization, by path and verb; empty where it is not shown."""
    if not deployment:
        return {}
    answer = aws.get(
        "apigateway",
        "GetDeployment",
        absent=("NotFoundException",),
        restApiId=api,
        deploymentId=deployment,
        embed=["apisummary"],
    )
    return (answer or {}).get("apiSummary") or {}


def deployments(aws: Reader, api: str) -> dict[str, str | None]:
    """The deployments that a stage of the API can be put on: id -> what ``enable-cache`` shipped.

    None: somebody else made it.
    """
    found = aws.pages("apigateway", "GetDeployments", "items", restApiId=api, limit=500)
    return {one["id"]: shipped(one) for one in found or []}
