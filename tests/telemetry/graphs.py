"""Service graphs in the shape of ``GetServiceGraph`` answers."""

from __future__ import annotations

from tests.telemetry.models import judge


def statistics(total, fault=0, error=0, throttle=0, time=0.05):
    return {
        "OkCount": total - fault - error - throttle,
        "ErrorStatistics": {
            "ThrottleCount": throttle,
            "OtherCount": error,
            "TotalCount": error + throttle,
        },
        "FaultStatistics": {"OtherCount": fault, "TotalCount": fault},
        "TotalCount": total,
        "TotalResponseTime": total * time,
    }


def histogram(total, time=0.05):
    return [
        {"Value": time / 2, "Count": total - total // 10},
        {"Value": time * 4, "Count": total // 10},
    ]


def service(number, name, kind, total, edges=(), **marks):
    """One service; ``edges`` are (target number, count) pairs."""
    document = {
        "ReferenceId": number,
        "Name": name,
        "Names": [name],
        "Type": kind,
        "AccountId": marks.pop("account", "123456789012"),
        "State": "active",
        "Edges": [
            {
                "ReferenceId": target,
                "SummaryStatistics": statistics(count),
                "ResponseTimeHistogram": histogram(count),
                "Aliases": [],
            }
            for target, count in edges
        ],
    }
    if kind == "client":
        document["Root"] = True
        return document
    time = marks.pop("time", 0.05)
    document["SummaryStatistics"] = statistics(total, time=time, **marks)
    document["ResponseTimeHistogram"] = histogram(total, time)
    document["DurationHistogram"] = histogram(total, time)
    return document


def dragons():
    """The sample application: a client, two stages, the machine, functions, a store, a topic."""
    return [
        service(0, "dragons/prod", "client", 0, [(1, 900)]),
        service(1, "dragons/prod", "AWS::ApiGateway::Stage", 900, [(2, 700), (4, 200)], fault=9),
        service(2, "list-dragons", "AWS::Lambda", 700, [(3, 700)]),
        service(3, "list-dragons", "AWS::Lambda::Function", 700, [(7, 700), (8, 20)]),
        service(4, "MyStateMachine", "AWS::StepFunctions::StateMachine", 200, [(5, 200), (6, 150)]),
        service(5, "validate-dragon", "AWS::Lambda::Function", 200, [(7, 200)], fault=50),
        service(6, "add-dragon", "AWS::Lambda::Function", 150, [(7, 300), (9, 12)], throttle=30),
        service(7, "S3", "AWS::S3::Bucket", 1200, time=0.012),
        service(8, "SSM", "AWS::SSM", 20),
        service(9, "SNS", "AWS::SNS", 12, error=3),
    ]


def twenty():
    """Twenty nodes, long edges, two cycles and a loop."""
    names = (
        "client", "dragons/prod", "dragons/test", "MyStateMachine", "list-dragons-with-a-long-name",
        "list-dragons", "validate-dragon", "add-dragon", "S3", "SSM", "SNS", "DynamoDB", "orders",
        "payments", "stripe.com", "worker", "cache", "mail", "audit", "orders-db",
    )  # fmt: skip
    edges = [
        (0, 1), (0, 2), (1, 3), (2, 3), (1, 4), (2, 4), (4, 5), (5, 8), (5, 9), (3, 6), (3, 7),
        (6, 8), (7, 8), (7, 10), (6, 9), (7, 11), (10, 12), (12, 15), (15, 13), (13, 14),
        (15, 16), (15, 17), (15, 18), (18, 3), (17, 15), (12, 19), (1, 19), (15, 15),
    ]  # fmt: skip
    kinds = {0: "client", 1: "AWS::ApiGateway::Stage", 2: "AWS::ApiGateway::Stage"}
    return [
        service(
            number, name, kinds.get(number, "AWS::Lambda::Function"), 1000 + number * 37,
            [(b, 100) for a, b in edges if a == number], fault=number % 3 * 10,
            throttle=number % 5, time=0.01 * (number + 1),
        )
        for number, name in enumerate(names)
    ]  # fmt: skip


def shop(count):
    """A shop of so many nodes: functions in chains, tables of two accounts, queues that link."""
    found = [
        service(0, "shop/prod", "client", 0, [(1, 900)]),
        service(1, "shop/prod", "AWS::ApiGateway::Stage", 900),
    ]
    while len(found) < count:
        _grow(found, count)
    return found


def _grow(found, count):
    """A function behind the stage, with a table and a queue that links to the first function."""
    at = len(found)
    function = service(at, f"shop-orders-part-{at}", "AWS::Lambda::Function", 10 * at, fault=at % 3)
    calls(found[1], at, 10 * at)
    found.append(function)
    table = {**service(at + 1, f"table-{at % 2}-{at}", "AWS::DynamoDB::Table", at),
             "AccountId": ("123456789012", "999988887777")[at % 2]}  # fmt: skip
    url = f"https://sqs.eu-west-1.amazonaws.com/123456789012/events-{at}"
    queue = service(at + 2, url, "AWS::SQS::Queue", at)
    for number, node in ((at + 1, table), (at + 2, queue)):
        if len(found) < count:
            calls(function, number, at)
            found.append(node)
    if found[-1] is queue:
        calls(queue, 2, at, EdgeType="link")


def calls(node, target, count, **more):
    """One more edge of a node."""
    edge = service(0, "", "", 0, [(target, count)])["Edges"][0]
    node["Edges"].append({**edge, **more})


def fetch_of(*windows):
    """A fetch that answers each GetServiceGraph call with the next window's services."""
    left = list(windows)

    def fetch(service, operation, **params):
        judge(service, operation, params)
        assert operation == "GetServiceGraph"
        return {"Services": left.pop(0) if left else []}

    return fetch
