"""TestInvokeMethod asks the method as it is being edited, and tells the whole log."""

import pytest


def invoke(application, path="/eggs", **more):
    return application.gateway.test_invoke_method(
        restApiId=application.api, resourceId=application.resource(path), httpMethod="GET", **more
    )


@pytest.fixture
def mocked(application):
    """A method that nobody may call, not deployed anywhere."""
    answer = {"application/json": '{"n": "$input.params(\'n\')", "v": "$stageVariables.v"}'}
    application.method(
        "GET",
        "/eggs",
        {"200": {"responseTemplates": answer}},
        method_settings={"authorizationType": "AWS_IAM", "apiKeyRequired": True},
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    return application


def test_the_method_answers_without_a_stage_and_without_rights(mocked):
    said = invoke(mocked, pathWithQueryString="/eggs?n=7", stageVariables={"v": "w"})
    assert (said["status"], said["body"]) == (200, '{"n": "7", "v": "w"}')
    assert said["headers"]["Content-Type"] == "application/json"
    assert said["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert said["log"].startswith("Execution log for request ")
    assert "Method completed with status: 200" in said["log"]
    assert mocked.gateway.get_stages(restApiId=mocked.api)["item"] == []


def test_a_method_that_is_not_there_is_said_to_be_missing(mocked):
    with pytest.raises(mocked.gateway.exceptions.NotFoundException, match="Method"):
        invoke(mocked, "/other")


def test_any_answers_for_every_verb(application):
    application.method("ANY", "/eggs", {"200": {}}, type="MOCK",
                       requestTemplates={"application/json": '{"statusCode": 200}'})  # fmt: skip
    assert invoke(application)["status"] == 200
