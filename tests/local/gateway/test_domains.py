"""Custom domain names and their base path mappings."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused

NAME = "api.example.com"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/c"


@pytest.fixture
def gateway(local_aws):
    return local_aws.client("apigateway")


@pytest.fixture
def domain(gateway):
    gateway.create_domain_name(
        domainName=NAME,
        regionalCertificateArn=CERTIFICATE,
        endpointConfiguration={"types": ["REGIONAL"]},
        securityPolicy="TLS_1_2",
        tags={"a": "b"},
    )
    return NAME


def test_get_domain_names_shows_what_was_made(gateway, domain):
    (shown,) = gateway.get_domain_names(limit=500)["items"]
    assert {key: shown[key] for key in ("domainName", "regionalCertificateArn", "tags")} == {
        "domainName": NAME, "regionalCertificateArn": CERTIFICATE, "tags": {"a": "b"},
    }  # fmt: skip
    assert shown["regionalDomainName"].endswith(".execute-api.us-east-1.amazonaws.com")
    assert gateway.get_domain_names(resourceOwner="OTHER_ACCOUNTS")["items"] == []
    gateway.create_domain_name(domainName="b.example.com", certificateArn=CERTIFICATE)
    first = gateway.get_domain_names(limit=1)
    assert [one["domainName"] for one in first["items"]] == [NAME]
    second = gateway.get_domain_names(limit=1, position=first["position"])
    assert second["items"][0]["distributionDomainName"].endswith(".cloudfront.net")


def test_a_mapping_leads_to_a_stage(gateway, domain, make):
    api = make.stage("/x")
    assert gateway.get_base_path_mappings(domainName=domain).get("items", []) == []
    gateway.create_base_path_mapping(domainName=domain, basePath="v1", restApiId=api, stage="prod")
    gateway.create_base_path_mapping(domainName=domain, restApiId=api)
    assert gateway.get_base_path_mappings(domainName=domain)["items"] == [
        {"basePath": "(none)", "restApiId": api},
        {"basePath": "v1", "restApiId": api, "stage": "prod"},
    ]
    moved = [{"op": "replace", "path": "/basePath", "value": "v2"}]
    gateway.update_base_path_mapping(domainName=domain, basePath="v1", patchOperations=moved)
    shown = gateway.get_base_path_mapping(domainName=domain, basePath="v2")
    assert (shown["restApiId"], shown["stage"]) == (api, "prod")
    gateway.delete_base_path_mapping(domainName=domain, basePath="v2")
    assert len(gateway.get_base_path_mappings(domainName=domain)["items"]) == 1
    gateway.delete_domain_name(domainName=domain)
    assert refused(gateway.get_base_path_mappings, domainName=domain)[0] == "NotFoundException"


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"restApiId": "nope"}, "BadRequestException", "Invalid REST API identifier specified"),
        ({"stage": "nope"}, "BadRequestException", "Invalid stage identifier specified"),
        ({"basePath": "a/b"}, "BadRequestException", "API Gateway V1 doesn't support the slash"),
        ({"basePath": "taken"}, "ConflictException", "Base path already exists for this domain"),
        ({"domainName": "b.c"}, "NotFoundException", "Invalid domain name identifier specified"),
    ],
)
def test_a_mapping_to_nowhere_is_refused(gateway, domain, make, told, code, words):
    place = {"domainName": domain, "restApiId": make.stage("/x")}
    gateway.create_base_path_mapping(**place, basePath="taken")
    said = refused(gateway.create_base_path_mapping, **{**place, "basePath": "new", **told})
    assert (said[0], said[1][: len(words)]) == (code, words)
    assert len(gateway.get_base_path_mappings(domainName=domain)["items"]) == 1


def test_a_domain_name_is_there_once(gateway, domain):
    said = refused(gateway.create_domain_name, domainName=domain, certificateArn=CERTIFICATE)
    assert said == ("ConflictException", "The domain name you provided already exists.")
