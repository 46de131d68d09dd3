"""Every operation of the services that an API runs on is done, or refused by its name.

What is asked for is made from botocore's model: the members that an operation needs, of things that
are not there. So what is done says what is missing, and nothing that needs a thing is taken.
"""

from __future__ import annotations

import pytest
import regex
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.aws.models import service_model

REFUSED = {
    "apigateway": {
        *("CreateDocumentationVersion", "DeleteDocumentationVersion", "GetDocumentationVersion"),
        *("GetDocumentationVersions", "UpdateDocumentationVersion", "ImportDocumentationParts"),
        *("CreateDomainNameAccessAssociation", "DeleteDomainNameAccessAssociation"),
        *("GetDomainNameAccessAssociations", "RejectDomainNameAccessAssociation"),
        *("GenerateClientCertificate", "DeleteClientCertificate", "GetClientCertificate"),
        *("GetClientCertificates", "UpdateClientCertificate", "GetModelTemplate", "GetSdk"),
        *("GetSdkType", "GetSdkTypes", "GetUsage", "UpdateUsage", "ImportApiKeys"),
        *("TestInvokeAuthorizer", "UpdateVpcLink"),
    },
    "lambda": {
        *("CheckpointDurableExecution", "GetDurableExecution", "GetDurableExecutionHistory"),
        *("GetDurableExecutionState", "ListDurableExecutionsByFunction", "StopDurableExecution"),
        *("SendDurableExecutionCallbackFailure", "SendDurableExecutionCallbackHeartbeat"),
        *("SendDurableExecutionCallbackSuccess", "CreateCapacityProvider", "GetCapacityProvider"),
        *("DeleteCapacityProvider", "ListCapacityProviders", "UpdateCapacityProvider"),
        *("ListFunctionVersionsByCapacityProvider", "CreateCodeSigningConfig"),
        *("DeleteCodeSigningConfig", "DeleteFunctionCodeSigningConfig", "GetCodeSigningConfig"),
        *("ListCodeSigningConfigs", "ListFunctionsByCodeSigningConfig"),
        *("PutFunctionCodeSigningConfig", "UpdateCodeSigningConfig", "DeleteResourcePolicy"),
        *("GetResourcePolicy", "PutResourcePolicy", "GetAccountSettings"),
        *("GetFunctionScalingConfig", "PutFunctionScalingConfig", "GetRuntimeManagementConfig"),
        *("PutRuntimeManagementConfig", "InvokeWithResponseStream"),
        "ListProvisionedConcurrencyConfigs",
    },
    "stepfunctions": {"GetActivityTask", "TestState", "ListExecutions"},
}
"""ListExecutions: of a map run, as it is asked for without a machine."""
TAKEN = {
    "apigateway": {
        *("CreateApiKey", "CreateDomainName", "CreateRestApi", "CreateUsagePlan", "CreateVpcLink"),
        *("GetAccount", "GetApiKeys", "GetDomainNames", "GetRestApis", "GetUsagePlans"),
        *("GetVpcLinks", "UpdateAccount", "DeleteDomainName"),
    },
    "lambda": {
        *("ListEventSourceMappings", "ListFunctions", "ListLayerVersions", "ListLayers"),
        "ListVersionsByFunction",
    },
    "stepfunctions": {
        *("CreateActivity", "ListActivities", "ListStateMachines", "ValidateStateMachineDefinition")
    },
}
"""What needs nothing that is there already; DeleteDomainName, as one of that name was just made."""
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:none"
SAMPLES = (
    *("x", "none", "1", "200", "a" * 36, "eyJ0" * 12, "python3.13", "s3.amazonaws.com"),
    *(FUNCTION, f"{FUNCTION}:1", "arn:aws:lambda:us-east-1:123456789012:layer:none:1"),
    "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0",
    "arn:aws:lambda:us-east-1:123456789012:capacity-provider:none",
    f"{FUNCTION}:$LATEST/durable-execution/none/00000000-0000-0000-0000-000000000000",
    "arn:aws:signer:us-east-1:123456789012:/signing-profiles/none/0123456789",
    *("arn:aws:iam::123456789012:role/none", "lambda:InvokeFunction", "lambda:GetLayerVersion"),
    *("123456789012", "subnet-0", "sg-0"),
)


def text(shape):
    """The first sample that the model takes."""
    if shape.enum:
        return shape.enum[0]
    pattern, said = shape.metadata.get("pattern", ".*"), shape.metadata
    return next(
        one
        for one in SAMPLES
        if said.get("min", 0) <= len(one) <= said.get("max", 999) and regex.fullmatch(pattern, one)
    )


def value(shape):
    """What the model takes of a shape: of a structure only what it needs, of a list one."""
    if shape.type_name == "structure":
        return {name: value(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [value(shape.member)]
    if shape.type_name == "map":
        return {value(shape.key): value(shape.value)}
    if shape.type_name == "string":
        return text(shape)
    return {"boolean": True, "blob": b"{}", "float": 1.0, "double": 1.0}.get(shape.type_name, 1)


def outcome(client, operation):
    """``taken``; or the status and the code with which an operation is refused."""
    shape = service_model(client.meta.service_model.service_name).operation_model(operation)
    told = value(shape.input_shape) if shape.input_shape else {}
    try:
        getattr(client, xform_name(operation))(**told)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status, error.response["Error"]["Code"]
    return "taken"


@pytest.mark.parametrize("service", REFUSED)
def test_every_operation_is_done_or_refused_by_name(local_aws, service):
    client = local_aws.client(service)
    outcomes = {one: outcome(client, one) for one in sorted(service_model(service).operation_names)}
    refused = {name for name, one in outcomes.items() if one == (501, "NotImplemented")}
    taken = {name for name, one in outcomes.items() if one == "taken"}
    assert refused == REFUSED[service]
    assert taken == TAKEN[service]
    rest = {one for name, one in outcomes.items() if name not in refused | taken}
    assert {status for status, _ in rest} <= {400, 404, 409}
