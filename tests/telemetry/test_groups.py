"""Traces counted by their values, with errors and percentiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.traces.groups import grouped
from dragonctl.telemetry.traces.percentiles import percentile
from dragonctl.telemetry.traces.routes import Routes, routes_of
from dragonctl.telemetry.traces.summaries import summary_of
from tests.telemetry import trace_documents as documents

RESOURCES = [
    {"path": "/", "resourceMethods": {"GET": {}}},
    {"path": "/dragons"},
    {"path": "/dragons/{name}", "resourceMethods": {"GET": {}}},
    {"path": "/dragons/new", "resourceMethods": {"GET": {}}},
    {"path": "/files/{proxy+}", "resourceMethods": {"ANY": {}}},
]
HOST = "https://abcde12345.execute-api.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("url", "route"),
    [
        (f"{HOST}/prod/dragons/Sue?full=1", "GET /dragons/{name}"),
        (f"{HOST}/prod/dragons/new", "GET /dragons/new"),
        (f"{HOST}/prod/files/a/b/c.txt", "GET /files/{proxy+}"),
        (f"{HOST}/prod", "GET /"),
        (f"{HOST}/prod/", "GET /"),
        ("https://api.dragons.example/dragons/Sue", "GET /dragons/{name}"),
        ("https://api.dragons.example/v1/dragons/Sue", "GET /dragons/{name}"),
        ("http://127.0.0.1:4566/_run/abcde12345/prod/dragons/Sue", "GET /dragons/{name}"),
        ("https://other.example/x/y/17", "GET other.example/x/y/{id}"),
        (f"{HOST}/prod/nothing", f"GET {HOST[8:]}/prod/nothing"),
        ("", "GET"),
        ("http://[broken", "GET http://[broken"),
    ],
)
def test_a_route_is_the_resource_that_serves_the_address(url, route):
    routes = routes_of(RESOURCES, ["prod"])
    (group,) = grouped([summary_of(documents.summary(0, url))], "route", routes)
    assert group.value == route


def test_of_several_stages_a_route_says_which():
    routes = routes_of(RESOURCES, ["prod", "test"])
    urls = [f"{HOST}/{stage}/dragons/Sue" for stage in ("prod", "test", "test")]
    groups = grouped([summary_of(documents.summary(0, url)) for url in urls], "route", routes)
    assert [(group.value, group.count) for group in groups] == [
        ("GET /dragons/{name} (test)", 2), ("GET /dragons/{name} (prod)", 1),
    ]  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=5))
def test_every_address_has_some_route(url, stage):
    Routes(("/a/{b}", "/{proxy+}"), frozenset([stage])).route("GET", url)


def test_annotations_count_under_each_of_their_values_as_they_were_written():
    said = {"tenant": [{"AnnotationValue": {"StringValue": name}} for name in ("blue", "red")],
            "order": [{"AnnotationValue": {"NumberValue": 17.0}}]}  # fmt: skip
    found = [summary_of(documents.summary(0, Annotations=said)), summary_of(documents.summary(1))]
    tenants = grouped(found, "annotation:tenant")
    assert [(group.value, group.count) for group in tenants] == [("", 1), ("blue", 1), ("red", 1)]
    assert [group.value for group in grouped(found, "annotation:order")] == ["", "17"]


def cause(*services, raised=()):
    path = [
        {"Name": name, "EntityPath": [{"Name": name}, {"Name": "inner", "Exceptions": []}]}
        for name in services
    ]
    path[-1]["EntityPath"][-1]["Exceptions"] = [{"Name": name, "Message": ""} for name in raised]
    return {"ClientImpacting": True, "Services": path}


def test_root_causes_name_the_service_that_failed_first_its_part_and_the_exception():
    found = [
        summary_of(documents.summary(0, status=500, FaultRootCauses=[
            cause("dragons/prod", "add-dragon", raised=["KeyError"])])),
        summary_of(documents.summary(1, status=400, ErrorRootCauses=[cause("dragons/prod")])),
        summary_of(documents.summary(2, status=502)),
        summary_of(documents.summary(3)),
    ]  # fmt: skip
    assert {group.value: group.errors for group in grouped(found, "root-cause")} == {
        "add-dragon / inner: KeyError": 1, "dragons/prod / inner": 1, "unknown": 1, "": 0,
    }  # fmt: skip


def test_a_group_tells_errors_and_percentiles_of_what_has_ended():
    times = [number / 100 for number in range(1, 101)]
    found = [summary_of(documents.summary(at, time=time)) for at, time in enumerate(times)]
    found.append(summary_of(documents.summary(200, status=503, ResponseTime=None)))
    (group,) = grouped(found, "method")
    assert (group.p50, group.p90, group.p99, group.errors) == (0.5, 0.9, 0.99, 1)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_so_many_values_keep_to_a_percentile_and_fewer_to_less(values, share):
    ordered = sorted(values)
    found = percentile(ordered, share)
    assert sum(value <= found for value in ordered) >= share * len(ordered) - 1e-9
    assert sum(value < found for value in ordered) <= share * len(ordered)
