import json

from dragonctl.telemetry.traces.belonging import Parts
from dragonctl.telemetry.traces.service_map import service_map
from dragonctl.telemetry.traces.summaries import WINDOW
from tests.telemetry import graphs


def named(found):
    return {(node.name, node.type): node for node in found.nodes.values()}


def test_figures_are_read_from_statistics_and_histogram():
    found = service_map(graphs.fetch_of(graphs.dragons()), 0, 3600)
    nodes = named(found)
    figures = nodes["add-dragon", "AWS::Lambda::Function"].figures
    assert (figures.requests, figures.throttle, figures.error, figures.fault) == (150, 30, 0, 0)
    assert figures.share("throttle") == 0.2
    assert (figures.percentile(0.5), figures.percentile(0.95)) == (0.025, 0.2)
    assert nodes["SNS", "AWS::SNS"].figures.share("error") == 0.25
    assert nodes["dragons/prod", "client"].figures.requests == 900
    assert nodes["dragons/prod", "client"].figures.average is None
    json.dumps(found.document())


def test_times_below_zero_count_as_none_and_names_hold_no_password():
    """As X-Ray adds them up of segments that ended before they began."""
    node = graphs.service(0, "mysql://user:Planted@db/orders", "Database::SQL", 2, time=-5.0)
    (found,) = service_map(graphs.fetch_of([node]), 0, 3600).nodes.values()
    assert found.name == "mysql://***@db/orders"
    figures = found.document()
    assert figures["average"] == figures["p50"] == figures["p95"] == 0
    assert [bar["value"] for bar in figures["histogram"]] == [0]


def test_windows_are_merged_by_name_although_their_numbers_differ():
    first = [
        graphs.service(0, "a", "AWS::Lambda::Function", 10, [(1, 10)], time=1),
        graphs.service(1, "b", "AWS::S3::Bucket", 10),
    ]
    second = [
        graphs.service(4, "b", "AWS::S3::Bucket", 30, fault=3),
        graphs.service(9, "a", "AWS::Lambda::Function", 30, [(4, 20)], time=2),
    ]
    found = service_map(graphs.fetch_of(first, second), 0, 2 * WINDOW)
    nodes = named(found)
    assert nodes["a", "AWS::Lambda::Function"].figures.requests == 40
    assert nodes["a", "AWS::Lambda::Function"].figures.average == (10 + 60) / 40
    assert nodes["b", "AWS::S3::Bucket"].figures.fault == 3
    (edge,) = found.edges.values()
    assert edge.figures.requests == 30


def test_an_application_sees_its_parts_what_they_call_and_its_clients():
    services = [
        *graphs.dragons(),
        graphs.service(20, "other-api/prod", "AWS::ApiGateway::Stage", 5, [(21, 5)]),
        graphs.service(21, "other", "AWS::Lambda::Function", 5, [(7, 5)]),
    ]
    services[9]["Edges"] = [{"ReferenceId": 21}]  # the topic triggers somebody else's function
    own = ["dragons/prod", "list-dragons", "MyStateMachine", "validate-dragon", "add-dragon"]
    found = service_map(graphs.fetch_of(services), 0, 3600, Parts(frozenset(own), "123456789012"))
    assert {node.name for node in found.nodes.values()} == {*own, "S3", "SSM", "SNS"}
    assert not any("other" in key[0] for pair in found.edges for key in pair)
    assert any(node.type == "client" for node in found.nodes.values())


def test_edges_to_nodes_that_the_answer_lacks_are_left_out():
    services = [graphs.service(0, "a", "AWS::Lambda", 1, [(99, 1)]), {"ReferenceId": 1}]
    found = service_map(graphs.fetch_of(services), 0, 60)
    assert len(found.nodes) == 2
    assert not found.edges
