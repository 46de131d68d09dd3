"""Where a stage is called: its own address, a custom domain, or the local AWS. Pure.

Sources: "Invoke REST APIs", "Custom domain names for public REST APIs" and "Private REST APIs" in
the API Gateway developer guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dragonctl.application.nouns import Api
from dragonctl.errors import DragonError, UsageError

# What a path and its query may hold as it is; a % is taken to begin an escape already made.
_SAFE = "/?%:@!$&'()*+,;=~-._[]"
_NO_PATH = "(none)"


@dataclass(frozen=True)
class Mapped:
    """A custom domain that leads to a stage: ``base`` is what stands before the path ("" or /x)."""

    host: str
    base: str


def path_of(text: str) -> str:
    """The path, with its query, as it goes over the wire."""
    if "://" in text:
        raise UsageError(
            f"'{text}' is a URL; a path is wanted.",
            "Write /dragons: the address follows from --api and --stage.",
        )
    path = text if text.startswith("/") else f"/{text}"
    return quote(path.partition("#")[0], safe=_SAFE)


def stage_url(endpoint: str, api: Api, stage: str, region: str, partition: str) -> str:
    """A stage's own address: at AWS, or under ``/_run`` of another endpoint (the local AWS).

    ``endpoint`` is ``aws`` for the real one. A private API, which answers in its network alone,
    is a :class:`DragonError`.
    """
    if endpoint != "aws":
        return f"{endpoint.rstrip('/')}/_run/{api.id}/{stage}"
    if "PRIVATE" in api.endpoint_types:
        raise DragonError(
            f"{api.name} is a private API: it answers only through its VPC endpoint.",
            "Call it from inside that VPC; `dragonctl logs` shows what came of it.",
            code="PrivateApi",
            resource=f"apigateway-rest-api/{api.id}",
        )
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"https://{api.id}.execute-api.{region}.{suffix}/{stage}"


def mapped(
    mappings: Mapping[str, Iterable[Mapping[str, Any]]], api: str, stage: str
) -> list[Mapped]:
    """The custom domains (name -> GetBasePathMappings' items) that lead to a stage of an API.

    A mapping without a stage leaves it to the caller to name one in the path.
    """
    found = []
    for host, items in mappings.items():
        for item in items:
            if item.get("restApiId") != api or item.get("stage") not in (None, "", _NO_PATH, stage):
                continue
            named = item.get("basePath")
            base = f"/{named}" if named and named != _NO_PATH else ""
            unstaged = item.get("stage") in (None, "", _NO_PATH)
            found.append(Mapped(host, f"{base}/{stage}" if unstaged else base))
    return found


def domain_url(found: Iterable[Mapped], api: Api, stage: str, domain: str | None) -> str:
    """The address over a custom domain: the one named, else the only one there is."""
    found = list(found)
    if len(found) == 1 or (domain and found):
        return f"https://{found[0].host}{found[0].base}"
    if found:
        hosts = ", ".join(one.host for one in found)
        raise UsageError(f"Several domains lead to {api.name}/{stage}: {hosts}.", "Say --domain.")
    where = f"the domain {domain}" if domain else "a custom domain"
    closed = " Its own address is closed." if api.is_closed else ""
    raise DragonError(
        f"No base path mapping leads from {where} to {api.name}/{stage}.{closed}",
        "`aws apigateway get-base-path-mappings --domain-name DOMAIN` shows a domain's mappings.",
        code="NoDomain",
    )
