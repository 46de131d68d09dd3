"""Whether CloudWatch alarms get through to a topic: by its policy, and by the key that encrypts it.

Pure: documents in, yes or no out. Sources: "Example cases for Amazon SNS access control" and
"Encryption at rest" (SNS); the default policy lets everybody of the account publish, by
``AWS:SourceOwner``.
"""

from __future__ import annotations

from dragonctl.aws.iam_documents import Document, admits

SERVICE = "cloudwatch.amazonaws.com"
_DECRYPTING = ("kms:Decrypt", "kms:GenerateDataKey")


def may_publish(policy: Document, topic: str, account: str, alarm: str) -> bool:
    """Whether a topic's policy lets an alarm (its ARN) of an account publish.

    A condition that cannot be judged counts as not met.
    """
    context = {
        "aws:sourceaccount": account,
        "aws:sourceowner": account,
        "aws:sourcearn": alarm,
    }
    return admits(policy, SERVICE, "SNS:Publish", topic, context)


def may_decrypt(policy: Document) -> bool:
    """Whether a key's policy lets CloudWatch use the key, under whatever conditions."""
    return all(admits(policy, SERVICE, action, None, None) for action in _DECRYPTING)
