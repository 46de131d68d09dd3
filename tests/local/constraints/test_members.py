"""Members that are not done: refused by name (those that are done: tests/local/members)."""

from __future__ import annotations

import pytest

from dragonctl.local.constraints.undone import UNDONE
from tests.local.refusals import refused


@pytest.mark.parametrize(
    ("service", "operation", "member"),
    [(service, one, name) for (service, one), names in UNDONE.items() for name in names],
)
def test_what_is_not_done_is_refused_by_name(local_aws, service, operation, member):
    client = local_aws.client(service)
    model = client.meta.service_model.operation_model(operation).input_shape
    filled = {name: sample(one) for name, one in model.members.items()}
    wanted = {name: filled[name] for name in {*model.required_members, member}}
    methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}
    said = refused(getattr(client, methods[operation]), **wanted)
    words = f"The local AWS does not do {member} of {service} {operation}."
    has_no_body = operation.startswith("Head")
    assert said == (("501", "Not Implemented") if has_no_body else ("NotImplemented", words))


def sample(shape):
    """The least value of a shape: what is refused by name is refused before its patterns."""
    if getattr(shape, "is_tagged_union", False):
        return {name: sample(one) for name, one in [*shape.members.items()][:1]}
    if shape.type_name == "structure":
        return {name: sample(one) for name, one in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if shape.type_name == "map":
        return {"k": sample(shape.value)}
    least = shape.metadata.get("min") or 1
    if shape.type_name == "string":
        return (shape.enum or ["x" * int(least)])[0]
    return {"boolean": True, "blob": b"x"}.get(shape.type_name, least)
