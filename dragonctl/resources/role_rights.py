"""What a role may do, judged by all its policies: attached, inline and its boundary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dragonctl.aws import iam_documents
from dragonctl.engine.model import Done, Reader, State
from dragonctl.engine.refusals import told_if_denied
from dragonctl.engine.symptoms import is_closed
from dragonctl.errors import AwsError

ABSENT = ("NoSuchEntity", "NoSuchEntityException")
_NOTHING: iam_documents.Document = {"Statement": []}


MOST_POLICIES = 10
# IAM's user guide ("Changes that I make are not always immediately visible") gives no bound.
SHOWN_WITHIN = 30.0
"""Managed policies of a role, unless the account's quota was raised (IAM quotas)."""


@dataclass(frozen=True)
class Rights:
    """A role's trust policy and the documents that give it rights.

    ``refusal`` is AWS's answer when one of them could not be read: what the others allow is known,
    what the role lacks is not. ``attached`` is how many managed policies it has.
    """

    role: str
    trust: iam_documents.Document
    documents: tuple[iam_documents.Document, ...] = ()
    boundary: iam_documents.Document | None = None
    refusal: AwsError | None = None
    attached: int = 0

    @property
    def is_full(self) -> bool:
        """Whether IAM's default quota lets it have no more managed policies."""
        return self.attached >= MOST_POLICIES

    @property
    def unreadable(self) -> str:
        """AWS's refusal in words; empty when everything was read."""
        return str(self.refusal) if self.refusal else ""

    def trusts(self, service: str) -> bool:
        """Whether ``service`` may assume the role."""
        return iam_documents.trusts(self.trust, service)

    def lacking(self, actions: Iterable[str], resource: str = "*") -> tuple[str, ...]:
        """The actions that the role may not do on ``resource``."""
        return tuple(
            action
            for action in actions
            if not iam_documents.allows(self.documents, action, resource, self.boundary)
        )

    def given(self, actions: Iterable[str]) -> Rights:
        """The rights once a policy that allows ``actions`` everywhere is attached too.

        What is still lacking then is denied outright, or kept from the role by its boundary.
        """
        grant = {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        return replace(self, documents=(*self.documents, grant))


def role_name(arn: str) -> str:
    """The name in a role's ARN, without its path."""
    return arn.rpartition("/")[2]


def logs_through(aws: Reader, role: str, done: Done, *regions: str) -> str | None:
    """Whether API Gateway writes its logs through the role, as a predicate; None: it does not.

    Asked of this region, of ``regions`` and of those in which there were runs: the role is the
    account's, and each region's settings name one. A region that is closed to the caller (an
    organisation's policy, a region that was switched off) may name it: who would know?
    """
    here = done.get(f"apigateway-account/{aws.account}/{aws.region}")
    for region in dict.fromkeys((aws.region, *regions, *sorted(aws.elsewhere))):
        ended = here if region == aws.region else None
        settings = ended.state if ended else _account_settings(aws, region)
        if isinstance(settings, AwsError):
            code = settings.code
            return f"may be API Gateway's CloudWatch role in {region}, which does not say ({code})"
        if role_name(settings.get("cloudwatchRoleArn") or "") == role:
            return f"is API Gateway's CloudWatch role in {region}"
    return None


def _account_settings(aws: Reader, region: str) -> State | AwsError:
    """API Gateway's settings of a region; AWS's refusal where another one is closed."""
    try:
        return aws.get("apigateway", "GetAccount", region=region) or {}
    except AwsError as error:
        if region == aws.region or not is_closed(error):
            raise
        return error


def read_rights(aws: Reader, role: str) -> Rights | None:
    """The role's rights; None when there is no such role."""
    # What takes longest first: an attached policy is read, then its version.
    attached, inline, (answer, limit) = aws.concurrently(
        partial(_attached, aws, role),
        partial(told_if_denied, partial(_inline, aws, role)),
        partial(_role, aws, role),
    )
    if answer is None:
        return None
    if isinstance(answer, AwsError):  # not even its boundary is known
        return Rights(role, {}, refusal=answer)
    answers = (*attached, inline, limit)
    refusal = next((one for one in answers if isinstance(one, AwsError)), None)
    if isinstance(limit, AwsError):
        limit = _NOTHING  # what cannot be read is not taken to allow anything
    known = (document for document in attached if not isinstance(document, AwsError))
    trust = answer["Role"]["AssumeRolePolicyDocument"]
    return Rights(role, trust, (*known, *_readable(inline)), limit, refusal, len(attached))


def _attached(aws: Reader, role: str) -> list[Any]:
    """The documents of the attached policies; AWS's refusal in the place of one, or of all."""
    listed = told_if_denied(partial(attached_policies, aws, role))
    if isinstance(listed, AwsError):
        return [listed]
    arns = [policy["PolicyArn"] for policy in listed]
    return aws.concurrently(
        *(partial(told_if_denied, partial(policy_document, aws, arn)) for arn in arns)
    )


def _role(aws: Reader, role: str) -> tuple[Any, Any]:
    """GetRole's answer and the document of the role's boundary, or AWS's refusals; None: none."""
    answer = told_if_denied(lambda: aws.get("iam", "GetRole", absent=ABSENT, RoleName=role))
    if answer is None or isinstance(answer, AwsError):
        return answer, None
    arn = answer["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return answer, told_if_denied(partial(policy_document, aws, arn)) if arn else None


def attached_policies(aws: Reader, role: str) -> list[Any]:
    """The managed policies attached to a role: ``PolicyName`` and ``PolicyArn`` each."""
    return (
        aws.pages(
            "iam", "ListAttachedRolePolicies", "AttachedPolicies", absent=ABSENT, RoleName=role
        )
        or []
    )


def policy_document(aws: Reader, arn: str) -> iam_documents.Document:
    """The document of a managed policy's default version; one that allows nothing if it has gone.

    IAM's copies learn of a write one after another: a role may still show a policy that went.
    """
    policy = aws.get("iam", "GetPolicy", absent=ABSENT, PolicyArn=arn)
    version = policy["Policy"]["DefaultVersionId"] if policy else ""
    params = {"PolicyArn": arn, "VersionId": version}
    answer = aws.get("iam", "GetPolicyVersion", absent=ABSENT, **params) if policy else None
    document: iam_documents.Document = answer["PolicyVersion"]["Document"] if answer else _NOTHING
    return document


def _inline(aws: Reader, role: str) -> list[Any]:
    names = aws.pages("iam", "ListRolePolicies", "PolicyNames", absent=ABSENT, RoleName=role) or []
    answers = aws.concurrently(
        *(
            partial(aws.get, "iam", "GetRolePolicy", absent=ABSENT, RoleName=role, PolicyName=name)
            for name in names
        )
    )
    return [answer["PolicyDocument"] for answer in answers if answer]


def _readable(listed: Any) -> list[Any]:
    return [] if isinstance(listed, AwsError) else list(listed)
