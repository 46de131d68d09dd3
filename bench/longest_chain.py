"""The longest chain of dependent reads in an unchanged `setup-observability`, read alone.

What bounds the command: each of these reads needs the answer before it. An API's resources name
its machines, a machine its role, a role its policies, a policy its version. A function that only a
machine names is read beside that machine's role, and its own role beside the policy; a policy that
only this role has makes the chain one longer. Usage::

    python bench/longest_chain.py API-ID MACHINE-ARN
"""

from __future__ import annotations

import sys

import boto3


def main(api: str, machine: str) -> None:
    """Read one after the other."""
    boto3.client("apigateway").get_resources(restApiId=api, embed=["methods"], limit=500)
    described = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=machine)
    iam = boto3.client("iam")
    role = described["roleArn"].rpartition("/")[2]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    policy = iam.get_policy(PolicyArn=attached[0]["PolicyArn"])["Policy"]
    iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])


if __name__ == "__main__":
    main(*sys.argv[1:])
