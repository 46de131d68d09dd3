import pytest

from dragonctl.application.nouns import Api
from dragonctl.errors import DragonError, UsageError
from dragonctl.telemetry.requests.destinations import domain_url, mapped, path_of, stage_url


def api(**raw):
    return Api("a1", "dragons", raw, {"prod": {}})


def mapping(base="(none)", stage="prod", rest_api="a1"):
    return {"basePath": base, "restApiId": rest_api, "stage": stage}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/dragons?family=green&x=1", "/dragons?family=green&x=1"),
        ("dragons", "/dragons"),
        ("/a b/é?q=ü", "/a%20b/%C3%A9?q=%C3%BC"),
        ("/a%20b", "/a%20b"),
        ("/a#part", "/a"),
        ("/x\r\nHost: evil", "/x%0D%0AHost:%20evil"),
    ],
)
def test_a_path_goes_over_the_wire_escaped_once(typed, sent):
    assert path_of(typed) == sent


def test_a_url_is_no_path():
    with pytest.raises(UsageError, match="is a URL"):
        path_of("https://example.com/dragons")


@pytest.mark.parametrize(
    ("endpoint", "region", "partition", "url"),
    [
        ("aws", "eu-west-1", "aws", "https://a1.execute-api.eu-west-1.amazonaws.com/prod"),
        ("aws", "cn-north-1", "aws-cn", "https://a1.execute-api.cn-north-1.amazonaws.com.cn/prod"),
        ("http://127.0.0.1:4/", "eu-west-1", "aws", "http://127.0.0.1:4/_run/a1/prod"),
    ],
)
def test_the_address_of_a_stage_at_aws_and_elsewhere(endpoint, region, partition, url):
    regional = api(endpointConfiguration={"types": ["REGIONAL"]})
    assert stage_url(endpoint, regional, "prod", region, partition) == url


def test_a_private_api_is_refused_with_a_sentence():
    private = api(endpointConfiguration={"types": ["PRIVATE"]})
    with pytest.raises(DragonError, match="dragons is a private API"):
        stage_url("aws", private, "prod", "eu-west-1", "aws")


@pytest.mark.parametrize(
    ("item", "url"),
    [
        (mapping(), "https://api.example.com"),
        (mapping("v1"), "https://api.example.com/v1"),
        (mapping("v1/shop"), "https://api.example.com/v1/shop"),
        (mapping("v1", stage=None), "https://api.example.com/v1/prod"),
        (mapping("(none)", stage="(none)"), "https://api.example.com/prod"),
    ],
)
def test_the_address_over_a_custom_domain(item, url):
    found = mapped({"api.example.com": [item]}, "a1", "prod")
    assert domain_url(found, api(), "prod", "api.example.com") == url


def test_mappings_of_other_apis_and_stages_do_not_count():
    others = [mapping(rest_api="b2"), mapping(stage="test")]
    assert mapped({"api.example.com": others}, "a1", "prod") == []
    with pytest.raises(DragonError, match=r"Its own address is closed"):
        domain_url([], api(disableExecuteApiEndpoint=True), "prod", None)


def test_of_several_domains_one_must_be_named():
    found = mapped({"a.example.com": [mapping()], "b.example.com": [mapping()]}, "a1", "prod")
    with pytest.raises(UsageError, match=r"a\.example\.com, b\.example\.com"):
        domain_url(found, api(), "prod", None)
