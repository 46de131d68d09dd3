"""Whose template a thing comes from, told by its tags: that tool will meet what we change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

STACK = "aws:cloudformation:stack-name"
# What the same setting is called where it can last: property paths of each tool's documentation.
_PLACES = {
    "CloudFormation": "MethodSettings, AccessLogSetting, TracingEnabled of AWS::ApiGateway::Stage",
    "SAM": "MethodSettings, AccessLogSetting, TracingEnabled of AWS::Serverless::Api",
    "CDK": "deployOptions of RestApi (loggingLevel, accessLogDestination, tracingEnabled)",
    "Serverless Framework": "provider.logs.restApi and provider.tracing",
    "Terraform": "aws_api_gateway_stage and aws_api_gateway_method_settings",
    "Pulumi": "aws.apigateway.Stage and aws.apigateway.MethodSettings",
}
_WHAT_HAPPENS = {
    "Terraform": "its next apply plans to put back what its files say",
    "Pulumi": "its next `pulumi up --refresh` plans to put back what the program says",
}


@dataclass(frozen=True)
class Owner:
    """The tool that manages a thing, and the stack (or nothing) it names."""

    tool: str
    stack: str = ""

    def warning(self, thing: str) -> str:
        """What that tool will do to a change, and where to make the change last."""
        stack = f" (stack {self.stack})" if self.stack else ""
        happens = _WHAT_HAPPENS.get(
            self.tool,
            "a deployment that changes these properties puts its template's values in their place",
        )
        return (
            f"{thing} is managed by {self.tool}{stack}: {happens}."
            f" To keep the change, set {_PLACES[self.tool]} there."
        )


def owner(*tags: Mapping[str, str] | None) -> Owner | None:
    """Who manages a thing with these tags, those of the thing itself first; None: nobody known."""
    return next((found for one in tags for found in _owners(one or {})), None)


def _owners(tags: Mapping[str, str]) -> Iterator[Owner]:
    stack = tags.get(STACK, "")
    said = " ".join(f"{key}={value}" for key, value in tags.items()).lower()
    if stack:
        yield Owner(_stack_tool(said), stack)
    elif "terraform" in said or "opentofu" in said:
        yield Owner("Terraform")
    elif "pulumi" in said:
        yield Owner("Pulumi")


def _stack_tool(said: str) -> str:
    """The tool that wrote a CloudFormation stack, where its tags tell."""
    if "createdby=sam" in said or "serverless-application" in said:
        return "SAM"
    if "aws-cdk" in said or "cdk:" in said:
        return "CDK"
    return "Serverless Framework" if "serverless" in said else "CloudFormation"
