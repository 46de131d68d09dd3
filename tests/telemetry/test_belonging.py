"""Which traces and nodes are an application's own, where others bear its names."""

from datetime import UTC, datetime, timedelta

import pytest

from dragonctl.application.nouns import Api, App, Function
from dragonctl.telemetry.traces.belonging import parts_of
from dragonctl.telemetry.traces.service_map import service_map
from dragonctl.telemetry.traces.summaries import summary_of
from tests.telemetry import graphs
from tests.telemetry import trace_documents as documents

ACCOUNT, OTHER = "123456789012", "210987654321"
STAGE = "AWS::ApiGateway::Stage"


def stage_arn(api, stage="prod"):
    return f"arn:aws:apigateway:eu-west-1::/restapis/{api}/stages/{stage}"


def function_arn(name, account=ACCOUNT, region="eu-west-1"):
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def parts(*others, made=None):
    raw = {"createdDate": made} if made else {}
    api = Api("mine123456", "dragons", raw, {"prod": {}})
    function = Function("list-dragons", {"FunctionArn": function_arn("list-dragons")})
    app = App((api,), (function,), (), ACCOUNT, "eu-west-1", "aws")
    return parts_of(app, [{"id": api.id, "name": "dragons"}, *others])


def is_own(arns, services, url=""):
    ids = [{"Name": n, "Type": kind, "AccountId": account} for n, kind, account in services]
    told = documents.summary(0, url, ServiceIds=ids, ResourceARNs=[{"ARN": arn} for arn in arns])
    return parts().took_part_in(summary_of(told))


MINE = ("dragons/prod", STAGE, ACCOUNT)
LISTS = ("list-dragons", "AWS::Lambda::Function", ACCOUNT)


@pytest.mark.parametrize(
    ("own", "arns", "services"),
    [
        (True, [stage_arn("mine123456")], [MINE]),
        (False, [stage_arn("other12345")], [MINE]),
        (True, [], [MINE]),
        (False, [], [("dragons/prod", STAGE, OTHER)]),
        (True, [stage_arn("other12345"), stage_arn("mine123456")], [MINE]),
        (True, [stage_arn("other12345")], [MINE, ("lizards/prod", STAGE, ACCOUNT)]),
        (True, [stage_arn("other12345"), function_arn("list-dragons:live")], [MINE, LISTS]),
        (True, [stage_arn("other12345")], [MINE, LISTS]),
        (False, [function_arn("list-dragons", OTHER)], [("list-dragons", "AWS::Lambda", OTHER)]),
        (False, [function_arn("list-dragons", region="us-east-1")], [LISTS]),
        (False, [stage_arn("mine123456", "test")], [("dragons/test", STAGE, ACCOUNT)]),
        (True, [], []),
    ],
)  # fmt: skip
def test_a_trace_is_told_by_its_arns_and_accounts_and_only_then_by_its_names(own, arns, services):
    assert is_own(arns, services) is own


@pytest.mark.parametrize(
    ("own", "host"),
    [
        (True, "mine123456.execute-api.eu-west-1.amazonaws.com"),
        (False, "other12345.execute-api.eu-west-1.amazonaws.com"),
        (False, "other12345-vpce-0a1b.execute-api.eu-west-1.amazonaws.com"),
        (True, "api.dragons.example"),
    ],
)
def test_without_an_arn_the_address_tells_which_api_was_called(own, host):
    assert is_own([], [MINE], f"https://{host}/prod/dragons") is own


def test_the_map_leaves_out_what_an_api_of_the_same_name_calls():
    services = [
        graphs.service(0, "dragons/prod", "client", 9, [(1, 9), (3, 5)]),
        graphs.service(1, "dragons/prod", STAGE, 9, [(2, 9)]),
        graphs.service(2, "list-dragons", "AWS::Lambda", 9, []),
        {**graphs.service(3, "dragons/prod", STAGE, 5, [(4, 5)]), "AccountId": OTHER},
        {**graphs.service(4, "hers", "AWS::Lambda", 5, []), "AccountId": OTHER},
    ]
    found = service_map(graphs.fetch_of(services), 0, 3600, parts())
    assert {(node.name, node.key[2]) for node in found.nodes.values()} == {
        ("dragons/prod", ACCOUNT), ("list-dragons", ACCOUNT),
    }  # fmt: skip
    (client,) = (node for node in found.nodes.values() if node.type == "client")
    assert client.figures.requests == 9


def test_where_two_apis_of_an_account_are_one_node_only_known_functions_are_shown_behind_it():
    services = [
        graphs.service(1, "dragons/prod", STAGE, 9, [(2, 4), (3, 5), (4, 1)]),
        graphs.service(2, "list-dragons", "AWS::Lambda", 4, []),
        graphs.service(3, "hers", "AWS::Lambda", 5, []),
        graphs.service(4, "api.example.com", "remote", 1, []),
    ]
    twin = {"id": "other12345", "name": "dragons"}
    alone = service_map(graphs.fetch_of(services), 0, 3600, parts())
    shared = service_map(graphs.fetch_of(services), 0, 3600, parts(twin))
    assert {node.name for node in alone.nodes.values()} == {
        "dragons/prod", "list-dragons", "hers", "api.example.com",
    }  # fmt: skip
    assert {node.name for node in shared.nodes.values()} == {
        "dragons/prod", "list-dragons", "api.example.com",
    }  # fmt: skip
    assert parts(twin).shared == (("dragons/prod", ("other12345",)),)


MADE = datetime.fromtimestamp(documents.START, UTC)


@pytest.mark.parametrize(
    ("own", "seconds", "arns"),
    [
        (False, -1, []),
        (True, 1, []),
        (False, -1, [stage_arn("dead567890")]),
        (False, -1, [stage_arn("dead567890"), function_arn("list-dragons")]),
        (True, 1, [function_arn("list-dragons")]),
        (True, -1, [stage_arn("mine123456")]),
    ],
)
def test_a_trace_from_before_the_api_was_made_is_of_a_deleted_one_of_its_name(own, seconds, arns):
    """The deleted one's functions may have had the ARNs that ours have."""
    ids = [{"Name": n, "Type": kind, "AccountId": account} for n, kind, account in (MINE, LISTS)]
    told = documents.summary(
        0, "", ServiceIds=ids, ResourceARNs=[{"ARN": arn} for arn in arns],
        StartTime=MADE + timedelta(seconds=seconds),
    )  # fmt: skip
    assert parts(made=MADE).took_part_in(summary_of(told)) is own


@pytest.mark.parametrize("is_called_by_itself", [False, True])
def test_the_map_leaves_out_what_an_api_deleted_since_was_called_alike(is_called_by_itself):
    """And what only that one led to: X-Ray's graph of the time before has no ids."""
    now = [
        graphs.service(0, "dragons/prod", "client", 0, [(1, 3)]),
        graphs.service(1, "dragons/prod", STAGE, 3, [(2, 3)]),
        graphs.service(2, "list-dragons", "AWS::Lambda", 3, []),
    ]
    before = [service for service in graphs.dragons() if service["ReferenceId"] < 4]
    before.append(graphs.service(7, "S3", "AWS::S3::Bucket", 700))
    if is_called_by_itself:
        before.append(graphs.service(9, "list-dragons", "client", 0, [(2, 700)]))
    start, end = documents.START - 60, documents.START + 60
    graph = {(documents.START, end): now, (start, documents.START): before}

    def fetch(service, operation, **params):
        return {"Services": graph[params["StartTime"], params["EndTime"]]}

    found = service_map(fetch, start, end, parts(made=MADE))
    figures = {node.key[:2]: node.figures.requests for node in found.nodes.values()}
    assert figures["dragons/prod", STAGE] == figures["dragons/prod", "client"] == 3
    assert figures["list-dragons", "AWS::Lambda"] == (703 if is_called_by_itself else 3)
    assert (("S3", "AWS::S3::Bucket") in figures) is is_called_by_itself
