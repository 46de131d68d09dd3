"""The names of log groups: those that AWS fixes, and what an ARN tells of one."""

from __future__ import annotations


def function_group(function: str) -> str:
    """The log group of a function for which nobody chose another."""
    return f"/aws/lambda/{function}"


def execution_group(api: str, stage: str) -> str:
    """The name of a stage's execution log, which API Gateway fixes."""
    return f"API-Gateway-Execution-Logs_{api}/{stage}"


def canary_group(name: str) -> str:
    """Where a stage's canary logs besides, by the name of the stage's execution or access log.

    API Gateway makes it ("Set up an API Gateway canary release deployment" in its developer guide).
    """
    return f"{name}/Canary"


def group_name(arn: str | None) -> str:
    """The name in a log group's ARN, with or without the ``:*`` behind it; "" in another ARN."""
    return (arn or "").partition(":log-group:")[2].removesuffix(":*")


def group_arn(partition: str, region: str, account: str, name: str) -> str:
    """The ARN of a log group, without the ``:*`` that some services want behind it."""
    return f"arn:{partition}:logs:{region}:{account}:log-group:{name}"
