"""``set-endpoint``: regional or edge-optimised, with what that means for what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.application.nouns import Api
from dragonctl.engine.model import Reader, Step
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import DragonError
from dragonctl.resources.apigateway_endpoint import EDGE, PRIVATE, REGIONAL, TYPE, Endpoint

TYPES = {"edge": EDGE, "regional": REGIONAL}


@dataclass(frozen=True)
class Domains:
    """The custom domains that lead to an API; ``unread`` says why they could not be listed."""

    mapped: tuple[Mapping[str, Any], ...] = ()
    unread: str = ""


def domains(aws: Reader, api: str) -> Domains:
    """GetDomainNames, and each one's base path mappings at the same time."""
    try:
        found = aws.pages("apigateway", "GetDomainNames", "items", limit=500) or []
        mappings = aws.concurrently(
            *(
                partial(
                    aws.pages,
                    "apigateway",
                    "GetBasePathMappings",
                    "items",
                    absent=("NotFoundException",),
                    domainName=one["domainName"],
                )
                for one in found
            )
        )
    except DragonError as error:
        if is_denied(error):
            return Domains(unread="you may not list them")
        return Domains(unread="they cannot be listed here")
    return Domains(
        tuple(
            domain
            for domain, paths in zip(found, mappings, strict=True)
            if any(path.get("restApiId") == api for path in paths or ())
        )
    )


def endpoint_step(api: Api, wanted: str) -> Step:
    """The one step; refused where AWS would refuse it. ``wanted`` is ``edge`` or ``regional``."""
    present = api.endpoint_types[0]
    if present == PRIVATE and wanted == "edge":
        raise DragonError(
            f"API {api.name} is private, and API Gateway does not make a private API"
            " edge-optimised.",
            "Make it regional first: --type regional. Its resource policy then decides who may"
            " call it from the internet.",
            code="PrivateEndpoint",
        )
    if wanted == "edge" and api.ip_address_type == "dualstack":
        raise DragonError(
            f"API {api.name} answers over IPv6 (dualstack), which an edge-optimised API does not.",
            "Set its IP address type to ipv4 first.",
            code="DualStack",
        )
    return Step(f"Endpoint type of {api.name}", Endpoint(api.id), {TYPE: TYPES[wanted]})


def other_type(api: Api) -> str:
    """The type that the API has not: ``edge`` or ``regional``."""
    types = api.endpoint_types
    return "regional" if EDGE in types or PRIVATE in types else "edge"


def endpoint_warnings(api: Api, wanted: str, known: Domains) -> Iterator[str]:
    """What a change of the type means for certificates, custom domains and X-Ray."""
    types = api.endpoint_types
    if TYPES[wanted] in types:
        return
    if PRIVATE in types:
        yield (
            f"API {api.name} is private now, and will be open to the internet: its resource policy"
            " alone decides who may call it, and its VPC endpoints no longer lead to it."
        )
    for domain in known.mapped:
        kinds = (domain.get("endpointConfiguration") or {}).get("types") or [EDGE]
        if TYPES[wanted] not in kinds:
            yield _domain_warning(str(domain["domainName"]), wanted)
    if known.unread:
        yield (
            f"Custom domains were not checked ({known.unread}): one of another endpoint type goes"
            " on working, but on its own way."
        )
    yield "The new type is in force within a minute; requests go on being answered meanwhile."
    if wanted == "edge":
        yield (
            "Requests then come through a CloudFront distribution of AWS's own: the client's"
            " address is in X-Forwarded-For, header names may change their case, and neither"
            " Lambda@Edge nor a web ACL of yours can be attached to that distribution."
        )
    else:
        yield (
            "Requests then come straight to this region; for a distribution of your own before it"
            " use the origin request policy Managed-AllViewerExceptHostHeader."
        )
    yield (
        "X-Ray: traces still begin at the stage; CloudFront sends none, so its share of the time"
        " is never in them."
    )


def _domain_warning(name: str, wanted: str) -> str:
    place = "us-east-1" if wanted == "edge" else "the API's own region"
    return (
        f"The custom domain {name} is of the other type and stays so. To move it, add the type to"
        f" the domain with a certificate from {place}, then point its DNS record at the new target."
    )
