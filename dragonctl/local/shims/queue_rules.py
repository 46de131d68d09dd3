"""SQS: members of a message that AWS does not take, which moto keeps or drops."""

from __future__ import annotations

from functools import partial

from dragonctl.local.refusals import Record, Refusal, register

_Invalid = partial(Refusal, code="InvalidParameterValue")
_TRACE = "AWSTraceHeader"


def _has_list(record: Record) -> bool:
    """Lists are "not implemented, reserved for future use" (the API's reference).

    The words are those that users of the real AWS quote (ruby-shoryuken/shoryuken#769).
    """
    attributes = (record.get("MessageAttributes") or {}).values()
    return any(one.get("StringListValues") or one.get("BinaryListValues") for one in attributes)


def _has_entry_with_list(record: Record) -> bool:
    return any(_has_list(entry) for entry in record.get("Entries") or ())


def _is_ordered_elsewhere(record: Record) -> bool:
    """A deduplication id is a FIFO queue's alone; its name ends so."""
    is_first_in_first_out = str(record.get("QueueUrl")).endswith(".fifo")
    return bool(record.get("MessageDeduplicationId")) and not is_first_in_first_out


def _is_other_than_trace(record: Record) -> bool:
    """The one system attribute that can be sent is the trace's header (the API's reference).

    No source is known for the words of this refusal.
    """
    return bool(set(record.get("MessageSystemAttributes") or {}) - {_TRACE})


register(
    "sqs",
    {
        "SendMessage": [
            _Invalid(
                _has_list,
                "Message attribute list values in SendMessage operation are not supported.",
                code="UnsupportedOperation",
            ),
            _Invalid(
                _is_ordered_elsewhere,
                "Value {MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. "
                "Reason: The request include parameter that is not valid for this queue type.",
            ),
            _Invalid(
                _is_other_than_trace,
                f"Message system attribute name must be {_TRACE}.",
            ),
        ],
        "SendMessageBatch": [
            _Invalid(
                _has_entry_with_list,
                "Message attribute list values in SendMessageBatch operation are not supported.",
                code="UnsupportedOperation",
            ),
        ],
    },
)
