"""A Lambda function's code and configuration, as far as deploying and observability go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Table, members
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State, Tags
from dragonctl.errors import AwsError
from dragonctl.packaging import function_code
from dragonctl.packaging.tracing.wrapper import is_wrapped
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.lambda_configuration import (
    ARCHITECTURES,
    CODE,
    FIELDS,
    FOREIGN,
    HANDLER,
    RUNTIME,
    configured,
    layer_field,
    layers_in,
)
from dragonctl.resources.lambda_layers import arns_of, with_layers
from dragonctl.resources.role_rights import role_name

ZIP_KEY = "SourceKMSKeyArn"
_WITH_CODE = (CODE, ARCHITECTURES)
"""What UpdateFunctionCode sets."""


@dataclass(frozen=True)
class FunctionSettings(Resource):
    """A function's ``$LATEST``.

    State: :data:`~dragonctl.resources.lambda_configuration.FIELDS`.
    Facts: ``raw``, the whole configuration; once :meth:`save` has looked,
    ``SourceKMSKeyArn``, somebody's own key that encrypts the zip. The code itself is found by its
    digest (:mod:`dragonctl.packaging.function_code`).
    """

    kind: ClassVar[str] = "lambda-function"
    # "When you update a function …, this process can take a minute" (Lambda API, function states).
    shown_within: ClassVar[float] = 60.0
    noun: ClassVar[str] = "function"
    table: ClassVar[Table] = (*FIELDS, *FOREIGN)
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetFunctionConfiguration."""
        raw = read_configuration(aws, self.name)
        return None if raw is None else _reading(raw)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """UpdateFunctionCode and UpdateFunctionConfiguration, whichever is needed.

        The first names the revision that was read: AWS refuses it (412) once somebody else has
        changed the function. Code goes first; but a new runtime goes before the code that needs
        it, for AWS takes no code for a runtime that it has retired, and a generated handler goes
        before the code that no longer holds it.
        """
        if have is None or not (differing := self.differing(have, want or {})):
            return
        named = {"FunctionName": self.name}
        revision = have.facts["raw"].get("RevisionId")
        guard = {"RevisionId": revision} if revision else {}
        for operation, params in _updates(have, differing):
            yield Call("lambda", operation, {**named, **guard, **params})
            guard = {}  # by then the revision is another, of our own making

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """ListTags: the configuration does not show them."""
        arn, absent = have.facts["raw"]["FunctionArn"], ("ResourceNotFoundException",)
        answer = aws.get("lambda", "ListTags", absent=absent, Resource=arn) or {}
        return (answer.get("Tags") or {},)

    def save(self, aws: Reader, have: Reading | None, want: State | None) -> dict[str, Any]:
        """Fetch the present code (GetFunction), if new code is to take its place.

        Code that was changed since it was read is answered like a stale revision. The key of the
        zip is looked up too: UpdateFunctionCode without it goes back to AWS's own key.
        """
        if have is None or not _is_code(self.differing(have, want or {})):
            return {}
        answer = aws.get("lambda", "GetFunction", FunctionName=self.name) or {}
        if answer["Configuration"][CODE] != have.state[CODE]:
            words = "somebody else has changed the code meanwhile"
            raise AwsError("lambda", "GetFunction", "PreconditionFailedException", words)
        function_code.save(have.state[CODE], answer["Code"].get("Location") or "")
        key = answer["Code"].get(ZIP_KEY)
        return {ZIP_KEY: key} if key else {}

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """Both calls answer with the whole configuration."""
        return _reading(answer)

    def settled(self, reading: Reading) -> str | None:
        """An update goes on for a moment after its answer."""
        raw = reading.facts["raw"]
        if raw.get("LastUpdateStatus") == "InProgress":
            return "Lambda is updating the function"
        return "Lambda is making the function" if raw.get("State") == "Pending" else None

    def relies_on(self, field: str, have: Reading) -> tuple[str, ...]:
        """A layer that traces needs the rights that its role was given."""
        if not (have.state.get(field) and field in map(layer_field, layers_in(have.state))):
            return ()
        return (RolePolicies(role_name(have.facts["raw"]["Role"])).identifier,)


NO_SUCH = ("ResourceNotFoundException", "ValidationException")
"""How Lambda answers to the name of something that is not, or that cannot be, there."""


def read_configuration(
    aws: Reader, name: str, qualifier: str | None = None
) -> dict[str, Any] | None:
    """GetFunctionConfiguration of ``$LATEST`` or of a version or alias; None: no such function.

    An integration or a machine may name what no function can be called (one of more than 64
    characters), which Lambda does not look up.
    """
    params = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    return aws.get("lambda", "GetFunctionConfiguration", absent=NO_SUCH, **params)


def _is_code(differing: Mapping[str, Json]) -> bool:
    return any(field in differing for field in _WITH_CODE)


def _updates(have: Reading, differing: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    after = _needing_the_code(have, differing)
    before = {key: value for key, value in differing.items() if key not in after}
    if settings := _configuration(have, before):
        yield "UpdateFunctionConfiguration", settings
    if _is_code(differing):
        now = {**have.state, **differing}
        kept = {ARCHITECTURES: now[ARCHITECTURES]}
        if ZIP_KEY in have.facts:
            kept[ZIP_KEY] = have.facts[ZIP_KEY]
        yield "UpdateFunctionCode", {**kept, **function_code.upload(now[CODE])}
    if settings := _configuration(have, {key: differing[key] for key in after}):
        yield "UpdateFunctionConfiguration", settings


def _needing_the_code(have: Reading, differing: Mapping[str, Json]) -> set[str]:
    """The fields that are set once the code is there, so that every call finds its handler.

    All of them, but for a new runtime (Lambda takes no code for one that it has retired) and for a
    handler that the code of now holds and the new one may not: a generated one's original. With
    these goes everything else in one call, but for a generated handler, which only new code holds.
    """
    handler = differing.get(HANDLER)
    wraps = handler is not None and is_wrapped(str(handler))
    unwraps = handler is not None and not wraps and is_wrapped(str(have.state[HANDLER]))
    if not (RUNTIME in differing or unwraps):
        return set(differing)
    return {HANDLER} if wraps else set()


def _configuration(have: Reading, differing: Mapping[str, Json]) -> dict[str, Json]:
    """UpdateFunctionConfiguration's parameters; what goes with code is not among them."""
    rows = [row for row in FIELDS if row.name not in _WITH_CODE]
    raw = have.facts["raw"]
    params = members(rows, raw, {**have.state, **differing}, differing)
    if wanted := layers_in(differing):  # the list goes whole, as the environment does
        params["Layers"] = with_layers(arns_of(raw.get("Layers")), wanted)
    return params


def _reading(raw: Mapping[str, Any]) -> Reading:
    return Reading(configured(raw), {"raw": raw})
