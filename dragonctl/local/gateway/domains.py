"""Custom domain names, and the base paths by which they lead to stages: kept and shown.

Nothing is served under them: no name but 127.0.0.1 leads to this server.
"""

from __future__ import annotations

import re
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    apis,
    bad_request,
    conflict,
    held,
    moment,
    new_id,
    page,
    picked,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

NO_PATH = "(none)"
"""How a mapping of the domain's root is named."""
_KEPT = (
    *("certificateName", "certificateArn", "regionalCertificateName", "regionalCertificateArn"),
    *("endpointConfiguration", "securityPolicy", "tags"),
)
_PATHS = patches.Paths(dict.fromkeys((*_KEPT[:4], "securityPolicy"), str))
_MAPPING_PATHS = patches.Paths({"basePath": str, "restapiId": str, "restApiId": str, "stage": str})
_BASE_PATH = re.compile(r"[\w$.+!*'()-]*", re.ASCII)


@instead("apigateway", "CreateDomainName")
def create(request: Request) -> Record:
    """A domain name with a certificate; one of its name in a region."""
    domains, name = _domains(request), request.parameters["domainName"]
    if not name:
        raise bad_request("No Domain Name specified")
    if name in domains:
        raise conflict("The domain name you provided already exists.")
    given = {"endpointConfiguration": {"types": ["EDGE"]}, **picked(request.parameters, *_KEPT)}
    domains[name] = {"domain": {**_new(name, request, given), **given}, "mappings": {}}
    return dict(domains[name]["domain"])


def _new(name: str, request: Request, given: Record) -> Record:
    arn = f"/domainnames/{name}"
    shown = {
        "domainName": name,
        "domainNameArn": backends.arn("apigateway", request.region, "", arn),
        "certificateUploadDate": moment(),
        "domainNameStatus": "AVAILABLE",
        "securityPolicy": "TLS_1_2",
    }
    if "EDGE" in given["endpointConfiguration"].get("types", ()):
        target = {
            "distributionDomainName": f"d{new_id(13)}.cloudfront.net",
            "distributionHostedZoneId": "Z2FDTNDATAQYW2",
        }
    else:
        place = f"execute-api.{request.region}.amazonaws.com"
        target = {"regionalDomainName": f"d-{new_id(10)}.{place}"}
    return shown | target


@instead("apigateway", "GetDomainName")
def get(request: Request) -> Record:
    """One domain name."""
    return dict(_domain(request)["domain"])


@instead("apigateway", "GetDomainNames")
def list_all(request: Request) -> Record:
    """A page of the domain names; none of another account's are shared with this one."""
    if request.parameters.get("resourceOwner") == "OTHER_ACCOUNTS":
        return {"items": []}
    return page(request, [one["domain"] for _, one in sorted(_domains(request).items())])


@instead("apigateway", "UpdateDomainName")
def update(request: Request) -> Record:
    """Patch a domain name's certificates."""
    domain = _domain(request)
    operations = request.parameters.get("patchOperations") or []
    domain["domain"] = patches.patched(domain["domain"], operations, _PATHS)
    return dict(domain["domain"])


@instead("apigateway", "DeleteDomainName")
def delete(request: Request) -> None:
    """Take a domain name away, and its mappings with it."""
    _domain(request)
    del _domains(request)[request.parameters["domainName"]]


@instead("apigateway", "CreateBasePathMapping")
def create_mapping(request: Request) -> Record:
    """A base path that leads to an API, or to one stage of it."""
    mappings = _domain(request)["mappings"]
    made = {
        "basePath": request.parameters.get("basePath") or NO_PATH,
        **picked(request.parameters, "restApiId", "stage"),
    }
    _check(request, made)
    if made["basePath"] in mappings:
        raise conflict("Base path already exists for this domain name")
    mappings[made["basePath"]] = made
    return dict(made)


@instead("apigateway", "GetBasePathMapping")
def get_mapping(request: Request) -> Record:
    """One mapping."""
    mappings = _domain(request)["mappings"]
    return dict(held(mappings, request.parameters["basePath"] or NO_PATH, "base path mapping"))


@instead("apigateway", "GetBasePathMappings")
def list_mappings(request: Request) -> Record:
    """A page of a domain's mappings."""
    return page(request, [one for _, one in sorted(_domain(request)["mappings"].items())])


@instead("apigateway", "UpdateBasePathMapping")
def update_mapping(request: Request) -> Record:
    """Patch a mapping: its path, its API, its stage."""
    mappings, mapping = _domain(request)["mappings"], get_mapping(request)
    operations = request.parameters.get("patchOperations") or []
    wanted = patches.patched(mapping, operations, _MAPPING_PATHS)
    wanted["restApiId"] = wanted.pop("restapiId", wanted["restApiId"])
    wanted["basePath"] = wanted.get("basePath") or NO_PATH
    _check(request, wanted)
    if wanted["basePath"] != mapping["basePath"] and wanted["basePath"] in mappings:
        raise conflict("Base path already exists for this domain name")
    del mappings[mapping["basePath"]]
    mappings[wanted["basePath"]] = wanted
    return dict(wanted)


@instead("apigateway", "DeleteBasePathMapping")
def delete_mapping(request: Request) -> None:
    """Take a mapping away."""
    del _domain(request)["mappings"][get_mapping(request)["basePath"]]


def _check(request: Request, mapping: Record) -> None:
    """A path of allowed characters, an API and a stage that are there."""
    path = mapping["basePath"]
    if path != NO_PATH and not _BASE_PATH.fullmatch(path):
        raise bad_request(
            "API Gateway V1 doesn't support the slash character (/) in base path mappings. "
            "To create a multi-level base path mapping, use API Gateway V2."
            if "/" in path
            else "Base path contains invalid characters"
        )
    api = apis(request).get(mapping["restApiId"])
    if api is None:
        raise bad_request("Invalid REST API identifier specified")
    if mapping.get("stage") and mapping["stage"] not in api["stages"]:
        raise bad_request("Invalid stage identifier specified")


def _domain(request: Request) -> Record:
    return held(_domains(request), request.parameters["domainName"], "domain name")


def _domains(request: Request) -> dict[str, Any]:
    memory = state.memory("apigateway", request.account, request.region)
    domains: dict[str, Any] = memory.setdefault("domains", {})
    return domains
