"""Members that are not done: refused by name (those that are done: tests/local/members)."""

from __future__ import annotations

import pytest

from dragonctl.local.constraints.undone import UNDONE
from tests.local.refusals import refused

SIGNED_OTHERWISE = {"EndpointId"}
"""With it boto3 signs for several regions, which is refused before (members/touched.py)."""


@pytest.mark.parametrize(
    ("service", "operation", "member"),
    [
        (service, one, name)
        for (service, one), names in UNDONE.items()
        for name in names
        if name not in SIGNED_OTHERWISE
    ],
)
def test_what_is_not_done_is_refused_by_name(local_aws, service, operation, member):
    client = local_aws.client(service)
    model = client.meta.service_model.operation_model(operation).input_shape
    wanted = {name: sample(model.members[name]) for name in {*model.required_members, member}}
    methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}
    said = refused(getattr(client, methods[operation]), **wanted)
    words = f"The local AWS does not do {member} of {service} {operation}."
    has_no_body = operation.startswith("Head")
    assert said == (("501", "Not Implemented") if has_no_body else ("NotImplemented", words))


def sample(shape, above=()):
    """The least value of a shape: what is refused by name is refused before its patterns.

    ``above`` names the structures around it: one that holds itself holds nothing.
    """
    if shape.name in above:
        return {}
    inside = (*above, shape.name)
    if shape.type_name == "structure":
        most = 1 if getattr(shape, "is_tagged_union", False) else None
        return {name: sample(one, inside) for name, one in [*shape.members.items()][:most]}
    if shape.type_name == "list":
        return [sample(shape.member, inside)]
    if shape.type_name == "map":
        return {"k": sample(shape.value, inside)}
    least = shape.metadata.get("min") or 1
    if shape.type_name == "string":
        return (shape.enum or ["x" * int(least)])[0]
    return {"boolean": True, "blob": b"x"}.get(shape.type_name, least)
