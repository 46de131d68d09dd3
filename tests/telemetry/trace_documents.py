"""Traces in the shape of ``BatchGetTraces`` answers (X-Ray segment documents)."""

from __future__ import annotations

import json

TRACE = "1-65a0b0c0-0123456789abcdef01234567"
START = 0x65A0B0C0


def segment(ident, name, start, end, **more):
    document = {"id": ident, "name": name, "start_time": START + start, "trace_id": TRACE, **more}
    if end is None:
        return {**document, "in_progress": True}
    return {**document, "end_time": START + end}


def sub(ident, name, start, end, **more):
    document = segment(ident, name, start, end, **more)
    del document["trace_id"]
    return document


RAISED = {
    "working_directory": "/var/task",
    "exceptions": [
        {
            "id": "e1",
            "type": "DragonValidationException",
            "message": "Duplicate dragon reported, [bold]Jon[/bold] \x1b[31mred\u202e",
            "stack": [
                {"path": "/var/task/validate.py", "line": 41, "label": "check"},
                {"path": "/var/task/validate.py", "line": 12, "label": "handler"},
            ],
        }
    ],
}


def dragons():
    """One POST: the stage, the machine, two functions, calls of S3 and of a database."""
    return [
        segment(
            "a1", "dragons/prod", 0.0, 0.9, origin="AWS::ApiGateway::Stage",
            http={
                "request": {"method": "POST", "url": "https://api.example/prod/dragons"},
                "response": {"status": 200, "content_length": 131},
            },
            subsegments=[sub("a2", "States", 0.01, 0.88, namespace="aws")],
        ),
        segment(
            "b1", "MyStateMachine", 0.05, 0.86, parent_id="a2",
            origin="AWS::StepFunctions::StateMachine", fault=True,
            subsegments=[
                sub("b2", "ValidateDragon", 0.06, 0.41, fault=True),
                sub("b3", "AddDragon", 0.42, None),
            ],
        ),
        segment(
            "c1", "validate-dragon", 0.1, 0.4, parent_id="b2", origin="AWS::Lambda::Function",
            fault=True, cause=RAISED, annotations={"family": "green", "dragon": "Jon"},
            metadata={"default": {"attempt": 1}},
            subsegments=[
                sub(
                    "c2", "S3", 0.12, 0.2, namespace="aws",
                    aws={"operation": "GetObject", "bucket_name": "dragons"},
                    subsegments=[sub("c3", "connect", 0.121, 0.13)],
                ),
                sub(
                    "c4", "orders@db.example", 0.21, 0.3, namespace="remote", throttle=True,
                    sql={
                        "url": "jdbc:postgresql://db.example/orders",
                        "sanitized_query": "SELECT * FROM dragons WHERE name = ?",
                        "database_type": "PostgreSQL",
                    },
                ),
            ],
        ),
        sub("d1", "retry", 0.31, 0.39, parent_id="c1", type="subsegment", error=True),
    ]  # fmt: skip


def many(count):
    """One function that called something so many times, each as a document of its own."""
    return [
        segment("root", "busy", 0, 100, origin="AWS::Lambda::Function"),
        *(
            sub(f"n{number}", f"call {number}", number / 100, number / 100 + 0.005,
                parent_id="root", type="subsegment")
            for number in range(count - 1)
        ),
    ]  # fmt: skip


def loop(count, failing=()):
    """A function that reads a table so often; X-Ray infers a segment from each call.

    ``failing`` are the numbers of further calls that fail.
    """
    calls = [(number, False) for number in range(count)] + [(number, True) for number in failing]
    return [
        segment(
            "root", "busy", 0, count / 30 + 1, origin="AWS::Lambda::Function", fault=bool(failing),
            subsegments=[_get_item(number, failed) for number, failed in calls],
        ),
        *(
            segment(
                f"t{number}{failed}", "dragons", number / 30, number / 30 + 0.02, inferred=True,
                parent_id=f"c{number}{failed}", origin="AWS::DynamoDB::Table", fault=failed,
            )
            for number, failed in calls
        ),
    ]  # fmt: skip


def _get_item(number, failed):
    """A call of DynamoDB; its request id is its own."""
    aws = {"operation": "GetItem", "table_name": "dragons", "request_id": f"R{number}"}
    raised = {"exceptions": [{"type": "ConditionalCheckFailed", "message": "no"}]}
    return sub(
        f"c{number}{failed}", "DynamoDB", number / 30, number / 30 + 0.02, namespace="aws",
        aws=aws, fault=failed, **({"cause": raised} if failed else {}),
    )  # fmt: skip


def chain(count):
    """Every segment the child of the one before it."""
    return [
        segment(f"n{number}", f"deep {number}", number, count, parent_id=f"n{number - 1}")
        for number in range(count)
    ]


def answer(documents, trace=TRACE):
    return {
        "Traces": [
            {
                "Id": trace,
                "Duration": 0.9,
                "LimitExceeded": False,
                "Segments": [
                    {"Id": document["id"], "Document": json.dumps(document)}
                    for document in documents
                ],
            }
        ],
        "UnprocessedTraceIds": [],
    }


def summary(number, url="https://api.example/prod/dragons", status=200, time=0.05, **more):
    return {
        "Id": f"1-{START + number:08x}-{number:024x}",
        "Duration": time * 1.5,
        "ResponseTime": time,
        "HasFault": status >= 500,
        "HasError": 400 <= status < 500,
        "HasThrottle": status == 429,
        "IsPartial": False,
        "Http": {
            "HttpURL": url,
            "HttpStatus": status,
            "HttpMethod": "GET",
            "UserAgent": "curl/8",
            "ClientIp": "203.0.113.7",
        },
        "Annotations": {
            "family": [{"AnnotationValue": {"StringValue": "green"}, "ServiceIds": []}]
        },
        "Users": [{"UserName": "jon", "ServiceIds": []}],
        "ServiceIds": [{"Name": "dragons/prod", "Type": "AWS::ApiGateway::Stage"}],
        **more,
    }
