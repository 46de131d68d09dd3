"""Mapping templates and what is written with them, from the request's and the answer's side."""

import json

import pytest

from dragonctl.local.data_plane.templates import Input, render
from dragonctl.local.velocity import TemplateError

BODY = json.dumps({"a": [1, {"b": "it's"}], "s": 'say "hi"', "n": None, "t": True, "u": "é"})
PARAMETERS = {"path": {"id": "7"}, "querystring": {"q": "1"}, "header": {"X-Own": "h"}}
CONTEXT = {"requestId": "r", "identity": {"sourceIp": "1.2.3.4"}, "responseOverride": {}}


def rendered(text, body=BODY):
    return render(text, Input(body, PARAMETERS), dict(CONTEXT), {"stage": "v"})


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$input.body", BODY),
        ("$input.json('$.a')", '[1,{"b":"it\'s"}]'),
        ("$input.json('$.missing')", '""'),
        ("$input.path('$.a[1].b')", "it's"),
        ("$input.path('$.missing')", ""),
        ("$input.path('$.a')", '[1,{"b":"it\'s"}]'),
        ("$input.path('$').t", "true"),
        ("$input.params('id')$input.params('q')$input.params('x-own')$input.params('no')", "71h"),
        ("$input.params().querystring.get('q')", "1"),
        ("$input.params($not.set)", ""),
        ("$context.requestId $context.identity.sourceIp $context.nothing", "r 1.2.3.4 "),
        ("${stageVariables.stage}$stageVariables.stage", "vv"),
        ("$util.escapeJavaScript($input.json('$.s'))", r"\"say \\\"hi\\\"\""),
        ("$util.escapeJavaScript($input.path('$.a[1].b'))", r"it\'s"),
        ("$util.urlEncode('a b&c')$util.urlDecode('a+b%26c')", "a+b%26ca b&c"),
        ("$util.base64Encode('é')$util.base64Decode('w6k=')", "w6k=é"),
        ("#set($p = $util.parseJson('{\"x\": [1]}'))$p.x[0]", "1"),
        ("#foreach($e in $input.path('$.a'))$foreach.index#if($foreach.hasNext),#end#end", "0,1"),
        ("$input.path('$.a').size()$input.path('$').keySet()", "2[a, s, n, t, u]"),
        ("#foreach($e in $input.params().path.entrySet())#end$input.path('$').size()", "5"),
        ("#if($input.path('$.n') && true)yes#{else}no#end", "no"),
    ],
)
def test_a_template_says(template, expected):
    assert rendered(template) == expected


def test_the_template_that_passes_everything_on():
    """The one that API Gateway's console offers as "Method request passthrough"."""
    template = """#set($allParams = $input.params())
{"body": $input.json('$'), "params": {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type": {
    #foreach($paramName in $params.keySet())
    "$paramName": "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
}}"""
    assert json.loads(rendered(template)) == {"body": json.loads(BODY), "params": PARAMETERS}


@pytest.mark.parametrize("template", ["#foreach($x)", "$input.json('$[')"])
def test_a_broken_template_is_an_error_of_its_own(template):
    with pytest.raises(TemplateError):
        rendered(template)


def test_a_template_overrides_the_status_and_headers(application):
    application.method(
        "GET",
        "/m",
        {
            "200": {
                "responseTemplates": {
                    "application/json": "#set($context.responseOverride.status = 404)"
                    '#set($context.responseOverride.header.x-own = "$context.stage"){}'
                }
            }
        },
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    application.deploy()
    answer = application.send("GET", "/m")
    assert (answer.status, answer.headers["x-own"]) == (404, "test")


def test_parameters_are_mapped_into_the_answer(application):
    application.method(
        "OPTIONS",
        "/m",
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    at = {
        "restApiId": application.api,
        "resourceId": application.resource("/m"),
        "httpMethod": "OPTIONS",
        "statusCode": "200",
    }
    name = "method.response.header.Access-Control-Allow-Origin"
    application.gateway.put_method_response(**at, responseParameters={name: False})
    application.gateway.put_integration_response(**at, responseParameters={name: "'*'"})
    application.deploy()
    answer = application.send("OPTIONS", "/m")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")


def test_a_stage_variable_names_the_function(application):
    application.function("one", "def handler(e, c): return {'statusCode': 200, 'body': 'one'}")
    application.function("two", "def handler(e, c): return {'statusCode': 200, 'body': 'two'}")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.name}"
    application.proxy("GET", "/f", arn)
    application.deploy()
    for name in ("one", "two"):
        application.operate({"op": "replace", "path": "/variables/name", "value": name})
        assert application.send("GET", "/f").body == name


@pytest.mark.parametrize(
    ("behaviour", "kind", "status"),
    [
        ("WHEN_NO_MATCH", "text/plain", 200),
        ("WHEN_NO_TEMPLATES", "text/plain", 415),
        ("NEVER", "text/plain", 415),
        ("NEVER", "application/json; charset=utf-8", 200),
    ],
)
def test_what_has_no_template_is_passed_on_or_refused(application, behaviour, kind, status):
    application.method(
        "POST",
        "/m",
        {"200": {}},
        type="MOCK",
        passthroughBehavior=behaviour,
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    application.deploy()
    headers = {"Content-Type": kind}
    assert application.send("POST", "/m", '{"statusCode": 200}', headers=headers).status == status


def test_a_gateway_response_shapes_the_gateways_own_answers(application):
    application.gateway.put_gateway_response(
        restApiId=application.api,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={"gatewayresponse.header.x-own": "'1'"},
        responseTemplates={"application/json": '{"why": $context.error.messageString}'},
    )
    application.method("GET", "/m", type="MOCK", requestTemplates={"application/json": "{}"})
    application.deploy()
    answer = application.send("GET", "/nowhere")
    assert (answer.status, answer.json) == (404, {"why": "Missing Authentication Token"})
    assert answer.headers["x-own"] == "1"
