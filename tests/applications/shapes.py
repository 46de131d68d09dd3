"""One API per way of naming a function or a state machine, with what must be found behind it.

Each shape is built by plain boto3 and says what a person who knows AWS would answer: which
functions and machines serve this API's stage, and which words a warning must hold about the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.applications.builder import Api, Builder, invoke, start, task, template

OTHER_ACCOUNT = "999988887777"


@dataclass(frozen=True)
class Behind:
    """What serves the API's stage ``prod``; names, not ARNs. ``warned``: words of warnings.

    ``qualified`` names functions and machines whose traffic goes through an alias or a version.
    """

    functions: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    warned: tuple[str, ...] = ()
    qualified: tuple[str, ...] = ()


Shape = Callable[[Builder, Api], Behind]


def lambda_proxy(builder: Builder, api: Api) -> Behind:
    """The console's default."""
    builder.calls_function(api, "GET", "/things", builder.function("proxied"))
    return Behind(frozenset({"proxied"}))


def lambda_without_proxy(builder: Builder, api: Api) -> Behind:
    """An AWS integration with a mapping template, and ``ANY`` on a greedy path."""
    uri = builder.lambda_uri(builder.function("mapped"))
    templates = {"application/json": '{"id": "$input.params(\'id\')"}'}
    builder.method(api, "ANY", "/{proxy+}", type="AWS", uri=uri, requestTemplates=templates)
    return Behind(frozenset({"mapped"}))


def function_alias(builder: Builder, api: Api) -> Behind:
    """Traffic goes through an alias: a change to $LATEST does not reach it."""
    arn = builder.function("aliased", aliases=["live"])
    builder.calls_function(api, "GET", "/things", f"{arn}:live")
    return Behind(frozenset({"aliased"}), qualified=("aliased",))


def function_version(builder: Builder, api: Api) -> Behind:
    """Traffic goes to a published version."""
    arn = builder.function("versioned")
    version = builder.client("lambda").publish_version(FunctionName="versioned")["Version"]
    builder.calls_function(api, "GET", "/things", f"{arn}:{version}")
    return Behind(frozenset({"versioned"}), qualified=("versioned",))


def stage_variable(builder: Builder, api: Api) -> Behind:
    """The function's name stands in a stage variable."""
    builder.function("by-variable")
    arn = builder.function_arn("${stageVariables.function}")
    builder.calls_function(api, "GET", "/things", arn)
    return Behind(frozenset({"by-variable"}))


def stage_variable_alias(builder: Builder, api: Api) -> Behind:
    """The alias stands in a stage variable, as AWS's own guide recommends."""
    arn = builder.function("by-alias", aliases=["live"])
    builder.calls_function(api, "GET", "/things", f"{arn}:${{stageVariables.alias}}")
    return Behind(frozenset({"by-alias"}), qualified=("by-alias",))


def missing_variable(builder: Builder, api: Api) -> Behind:
    """A variable that the stage does not define."""
    builder.calls_function(
        api, "GET", "/things", builder.function_arn("${stageVariables.forgotten}")
    )
    return Behind(warned=("forgotten",))


def other_account(builder: Builder, api: Api) -> Behind:
    """A function of another account is named and left alone."""
    builder.calls_function(
        api, "GET", "/things", builder.function_arn("theirs", account=OTHER_ACCOUNT)
    )
    return Behind(warned=(OTHER_ACCOUNT,))


def gone_function(builder: Builder, api: Api) -> Behind:
    """The integration outlived its function."""
    builder.calls_function(api, "GET", "/things", builder.function_arn("deleted-long-ago"))
    return Behind(warned=("deleted-long-ago",))


def machine_by_json(builder: Builder, api: Api) -> Behind:
    """The request template is a JSON document."""
    arn = builder.machine("by-json", {"Done": {"Type": "Succeed"}})
    builder.starts_machine(api, "POST", "/things", template(arn))
    return Behind(machines=frozenset({"by-json"}))


def machine_by_vtl(builder: Builder, api: Api) -> Behind:
    """The template sets a VTL variable and is no JSON before it is rendered."""
    arn = builder.machine("by-vtl", {"Done": {"Type": "Succeed"}})
    text = f"""#set($machine = "{arn}")
#set($data = $util.escapeJavaScript($input.body))
{{ "input": "$data", #if($input.params('name') != "")"name": "$input.params('name')",#end
  "stateMachineArn": "$machine" }}"""
    builder.starts_machine(api, "POST", "/things", text)
    return Behind(machines=frozenset({"by-vtl"}))


def machine_by_stage_variable(builder: Builder, api: Api) -> Behind:
    """The template takes the machine's ARN from a stage variable."""
    builder.machine("by-stage-variable", {"Done": {"Type": "Succeed"}})
    builder.starts_machine(
        api,
        "POST",
        "/things",
        '{"input": "{}", "stateMachineArn": "${stageVariables.machine}"}',
    )
    return Behind(machines=frozenset({"by-stage-variable"}))


def machine_by_mapping(builder: Builder, api: Api) -> Behind:
    """Mapping parameters choose the operation and name the machine; the path is empty."""
    arn = builder.machine("by-mapping", {"Done": {"Type": "Succeed"}})
    builder.method(
        api,
        "POST",
        "/things",
        type="AWS",
        uri=f"arn:aws:apigateway:{builder.region}:states:path//",
        credentials=f"arn:aws:iam::{builder.account}:role/APIGatewayStepFunctions",
        requestParameters={
            "integration.request.header.X-Amz-Target": "'AWSStepFunctions.StartExecution'",
            "integration.request.querystring.stateMachineArn": f"'{arn}'",
        },
    )
    return Behind(machines=frozenset({"by-mapping"}))


def execution_asked_about(builder: Builder, api: Api) -> Behind:
    """``DescribeExecution`` starts nothing: no machine is behind it, and nothing is missing."""
    builder.method(
        api,
        "GET",
        "/runs/{id}",
        type="AWS",
        uri=f"arn:aws:apigateway:{builder.region}:states:action/DescribeExecution",
        credentials=f"arn:aws:iam::{builder.account}:role/APIGatewayStepFunctions",
        requestTemplates={"application/json": '{"executionArn": "$input.params(\'id\')"}'},
    )
    return Behind()


def functions_of_a_machine(builder: Builder, api: Api) -> Behind:
    """By ARN, by ``FunctionName`` as ARN, as name, with an alias, and in JSONata's Arguments."""
    plain = builder.function("by-arn")
    named = builder.function("by-invoke")
    builder.function("by-name")
    aliased = builder.function("by-invoked-alias", aliases=["live"])
    builder.function("by-arguments")
    states = {
        "One": task(plain, "Two"),
        "Two": invoke(named, "Three"),
        "Three": invoke("by-name", "Four"),
        "Four": invoke(f"{aliased}:live", "Five"),
        "Five": {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {"FunctionName": "by-arguments", "Payload": {}},
            "End": True,
        },
    }
    arn = builder.machine("caller", states)
    builder.starts_machine(api, "POST", "/things", template(arn))
    names = {"by-arn", "by-invoke", "by-name", "by-invoked-alias", "by-arguments"}
    return Behind(frozenset(names), frozenset({"caller"}), qualified=("by-invoked-alias",))


def function_chosen_at_run_time(builder: Builder, api: Api) -> Behind:
    """``FunctionName.$``: the input decides, which nobody can know beforehand."""
    states = {
        "Choose": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName.$": "$.function"},
            "End": True,
        }
    }
    builder.starts_machine(api, "POST", "/things", template(builder.machine("chooser", states)))
    return Behind(machines=frozenset({"chooser"}), warned=("Choose",))


def map_and_parallel(builder: Builder, api: Api) -> Behind:
    """Functions inside Map (both spellings of its processor) and Parallel states, nested."""
    names = ("in-map", "in-old-map", "in-branch", "in-map-in-branch")
    arns = {name: builder.function(name) for name in names}
    states = {
        "Map": _map("ItemProcessor", task(arns["in-map"]), "OldMap"),
        "OldMap": _map("Iterator", invoke(arns["in-old-map"]), "Both"),
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": task(arns["in-branch"])}},
                {
                    "StartAt": "B",
                    "States": {"B": _map("ItemProcessor", task(arns["in-map-in-branch"]))},
                },
            ],
            "End": True,
        },
    }
    builder.starts_machine(api, "POST", "/things", template(builder.machine("nested", states)))
    return Behind(frozenset(names), frozenset({"nested"}))


def _map(
    processor: str, state: dict[str, object], following: str | None = None
) -> dict[str, object]:
    inner = {"StartAt": "Inner", "States": {"Inner": state}}
    end: dict[str, object] = {"Next": following} if following else {"End": True}
    return {"Type": "Map", processor: inner, **end}


def machines_in_a_ring(builder: Builder, api: Api) -> Behind:
    """Two machines start each other; each calls a function of its own."""
    first, second = (builder.function(name) for name in ("ring-first", "ring-second"))
    heads = builder.machine_arn("ring-heads")
    tails = builder.machine(
        "ring-tails", {"Work": task(first, "Again"), "Again": start(heads, how="")}
    )
    builder.machine("ring-heads", {"Work": task(second, "Again"), "Again": start(tails)})
    builder.starts_machine(api, "POST", "/things", template(heads))
    return Behind(frozenset({"ring-first", "ring-second"}), frozenset({"ring-heads", "ring-tails"}))


def express_machine(builder: Builder, api: Api) -> Behind:
    """An Express machine, started and awaited by ``StartSyncExecution``."""
    arn = builder.machine("express", {"Done": {"Type": "Succeed"}}, type="EXPRESS")
    builder.method(
        api,
        "POST",
        "/things",
        type="AWS",
        uri=f"arn:aws:apigateway:{builder.region}:states:action/StartSyncExecution",
        credentials=f"arn:aws:iam::{builder.account}:role/APIGatewayStepFunctions",
        requestTemplates={"application/json": json.dumps({"stateMachineArn": arn})},
    )
    return Behind(machines=frozenset({"express"}))


def nothing_behind(builder: Builder, api: Api) -> Behind:
    """MOCK and HTTP integrations only."""
    builder.method(api, "GET", "/mock", type="MOCK", uri="")
    builder.method(api, "GET", "/web", type="HTTP_PROXY", uri="http://127.0.0.1:9/nowhere")
    return Behind(warned=("HTTP integration (GET /web)",))


def lambda_authorizer(builder: Builder, api: Api) -> Behind:
    """A method asks a Lambda authorizer; another authorizer is used by no method."""
    gateway = builder.client("apigateway")
    used, _ = (
        gateway.create_authorizer(
            restApiId=api.id,
            name=name,
            type="TOKEN",
            authorizerUri=builder.lambda_uri(builder.function(name)),
            identitySource="method.request.header.Authorization",
        )["id"]
        for name in ("guard", "unused-guard")
    )
    where = {
        "restApiId": api.id,
        "resourceId": builder.resource(api, "/things"),
        "httpMethod": "GET",
    }
    gateway.put_method(**where, authorizationType="CUSTOM", authorizerId=used)
    uri = builder.lambda_uri(builder.function("guarded"))
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    return Behind(frozenset({"guarded", "guard"}))


def machine_in_an_environment(builder: Builder, api: Api) -> Behind:
    """A function starts the machine whose ARN it is given; that calls a function given another."""
    second = builder.machine("second", {"Done": {"Type": "Succeed"}})
    given = {"Environment": {"Variables": {"NEXT": f"x={second}"}}}
    worker = builder.function("worker", **given)
    first = builder.machine("first", {"Work": invoke(worker)})
    audit = builder.function("audit")
    variables = {"MACHINE_ARN": first, "AUDIT": audit, "TABLE": "things"}
    starter = builder.function("starter", Environment={"Variables": variables})
    builder.calls_function(api, "POST", "/things", starter)
    return Behind(
        frozenset({"starter", "worker"}),
        frozenset({"first", "second"}),
        ("first was found in the environment of function starter",
         "second was found in the environment of function worker",
         "--function audit"),
    )  # fmt: skip


def queue_and_callback(builder: Builder, api: Api) -> Behind:
    """A queue takes the requests; another method answers a machine that waits."""
    for path, action in (("/jobs", "sqs:path/123456789012/jobs"),
                         ("/approvals", "states:action/SendTaskSuccess")):  # fmt: skip
        builder.method(
            api,
            "POST",
            path,
            type="AWS",
            uri=f"arn:aws:apigateway:{builder.region}:{action}",
            credentials=f"arn:aws:iam::{builder.account}:role/api",
        )
    return Behind(warned=("SQS (POST /jobs)", "callback SendTaskSuccess (POST /approvals)"))


def many_resources(builder: Builder, api: Api) -> Behind:
    """Three pages of resources (AWS gives 500 a page at most); the function is on the last."""
    for number in range(1000):
        builder.resource(api, f"/r{number:04}")
    builder.calls_function(api, "GET", "/zzz", builder.function("on-the-last-page"))
    return Behind(frozenset({"on-the-last-page"}))


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        lambda_proxy,
        lambda_without_proxy,
        function_alias,
        function_version,
        stage_variable,
        stage_variable_alias,
        missing_variable,
        other_account,
        gone_function,
        machine_by_json,
        machine_by_vtl,
        machine_by_stage_variable,
        machine_by_mapping,
        execution_asked_about,
        functions_of_a_machine,
        function_chosen_at_run_time,
        map_and_parallel,
        machines_in_a_ring,
        express_machine,
        nothing_behind,
        lambda_authorizer,
        machine_in_an_environment,
        queue_and_callback,
    )
}
"""Every shape by name; ``many_resources`` apart, because it takes seconds to build."""


def build(builder: Builder, name: str) -> tuple[Api, Behind]:
    """The API ``name`` with its shape and a stage ``prod`` whose variables the shapes use."""
    api = builder.api(name)
    behind = {**SHAPES, "many_resources": many_resources}[name](builder, api)
    variables = {
        "function": "by-variable",
        "alias": "live",
        "machine": builder.machine_arn("by-stage-variable"),
    }
    builder.stage(api, "prod", variables=variables)
    return api, behind
