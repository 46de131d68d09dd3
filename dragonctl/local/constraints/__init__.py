"""What a request must be before anything is looked up: botocore's model says it, AWS checks it.

AWS judges each request by its model first: a value outside its enum, pattern, length or range is a
``ValidationException`` even where the thing that it names does not exist. The rules are read from
botocore's models (:mod:`.rules`), said in each service's own manner (:mod:`.wording`), and
corrected where AWS is recorded to do otherwise (:mod:`.corrections`). Members that no model knows,
or that this local AWS does not do, are refused by name (:mod:`.members`).
"""

from __future__ import annotations

from dragonctl.local import shims
from dragonctl.local.constraints import members, wording
from dragonctl.local.constraints.rules import violations
from dragonctl.local.messages import Request


def check(request: Request) -> None:
    """Refuse a request that its model does not allow, all its faults in one sentence.

    Raises:
        AwsError: as the service refuses it; 501 with the member's name for what is not done here.

    """
    if request.model is None or request.model.input_shape is None:
        return
    members.check(request)
    said = wording.DIALECTS.get(request.service, wording.by_protocol(request.model))
    found = violations(request.service, request.model, request.parameters) if said else []
    if said and found:
        raise said.error(found)
    for check_more in shims.every.get(request.service, ()):
        check_more(request)
