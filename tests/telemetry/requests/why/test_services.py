"""Who throttled, and which right is missing, in the words of each SDK."""

import pytest

from dragonctl.telemetry.requests.why.services import refusal, throttled_by

_SLOW = "Rate exceeded"
THROTTLED = [
    # botocore names the operation; the code stands in brackets.
    ("ClientError", ("An error occurred (ProvisionedThroughputExceededException) when calling the"
     " PutItem operation: no"), "dynamodb"),
    ("ProvisionedThroughputExceededException", ("An error occurred (ProvisionedThroughputExceeded"
     "Exception) when calling the PutRecord operation: no"), "kinesis"),
    ("ClientError", ("An error occurred (ThrottlingException) when calling the GetParameter"
     f" operation: {_SLOW}"), "ssm"),
    ("ClientError", ("An error occurred (ThrottlingException) when calling the GetSecretValue"
     f" operation: {_SLOW}"), "secrets manager"),
    ("ClientError", ("An error occurred (ThrottlingException) when calling the StartExecution"
     f" operation: {_SLOW}"), "step functions"),
    # JavaScript's stacks, Java's and .NET's packages, Go's and Ruby's words.
    ("ThrottlingException", "no\n    at x (/var/task/node_modules/@aws-sdk/client-kms/i.js:1:1)",
     "kms"),
    ("software.amazon.awssdk.services.sqs.model.RequestThrottledException", "no", "sqs"),
    ("Amazon.DynamoDBv2.Model.ProvisionedThroughputExceededException", "no", "dynamodb"),
    ("OperationError", ("operation error SNS: Publish, https response error StatusCode: 400, api"
     " error Throttled: no"), "sns"),
    ("Aws::DynamoDB::Errors::ProvisionedThroughputExceededException", "no", "dynamodb"),
    # Step Functions, and services that speak for themselves.
    ("DynamoDB.ThrottlingException", "no", "dynamodb"),
    ("Lambda.TooManyRequestsException", "no", "function concurrency"),
    ("TooManyRequestsException", "Rate Exceeded.", "function concurrency"),
    ("ThrottlingException", "Too many requests, please wait before trying again.", "bedrock"),
    ("ThrottlingException", _SLOW, "a service"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "message", "by"), THROTTLED)
def test_who_throttled_is_told_by_the_error_s_own_words(name, message, by):
    assert throttled_by(name, message) == by


@pytest.mark.parametrize(
    ("name", "message"),
    [("KeyError", "ThrottlingException"), ("ValueError", "retry after ThrottlingException")],
)
def test_words_of_throttling_in_other_errors_are_none(name, message):
    assert throttled_by(name, message) is None


# "Troubleshoot access denied error messages" (IAM user guide).
REFUSED = [
    (("User: arn:aws:sts::1:assumed-role/shop/f is not authorized to perform: dynamodb:GetItem on"
     " resource: arn:aws:dynamodb:eu-west-1:1:table/t because no identity-based policy allows the"
     " dynamodb:GetItem action"), "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:1:table/t"),
    (("User: arn:aws:sts::1:assumed-role/shop/f is not authorized to perform: kms:Decrypt on the"
     " resource associated with this ciphertext"), "kms:Decrypt",
     "associated with this ciphertext"),
    (("User: arn:aws:sts::1:assumed-role/shop/f is not authorized to perform: SNS:Publish on"
     " resource: arn:aws:sns:eu-west-1:1:t with an explicit deny in a service control policy"),
     "SNS:Publish", "arn:aws:sns:eu-west-1:1:t"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "action", "resource"), REFUSED)
def test_a_refusal_names_the_right_that_is_missing_and_the_role(text, action, resource):
    found = refusal(text)
    assert (found.action, found.resource, found.role) == (action, resource, "shop")


def test_other_people_s_not_authorized_is_no_refusal_of_aws():
    assert refusal("AccessDenied: customer 7 is not authorized to perform payments") is None
