"""What a method of somebody's API should answer, by its definition as GetResources shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOT_DONE = 501
OWN_WORDS = "The local AWS does not"
"""The status, and the words, of the local AWS for what it does not do."""
Told = Mapping[str, Any]
_FUNCTION = re.compile(r":function:([^/:]+)")
_STATUS = re.compile(r"statusCode\W{1,4}(\d{3})")


class Functions:
    """How each function answers by itself, asked once: 200, 502 or 501 of a proxy integration."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._known: dict[str, int] = {}

    def status(self, name: str) -> int:
        """The status for one function; 500 for one that is not there."""
        if name not in self._known:
            self._known[name] = self._asked(name)
        return self._known[name]

    def _asked(self, name: str) -> int:
        errors = self._client.exceptions
        try:
            answer = self._client.invoke(FunctionName=name, Payload=b"{}")
        except errors.ResourceNotFoundException:
            return 500
        except errors.ClientError as error:
            return NOT_DONE if OWN_WORDS in str(error) else 500
        if OWN_WORDS.encode() in answer["Payload"].read():
            return NOT_DONE
        return 502 if answer.get("FunctionError") else 200


@dataclass(frozen=True)
class Surroundings:
    """What the methods of an API refer to, and how each function answers by itself."""

    api: Told
    authorizers: Mapping[str, Told]
    validators: Mapping[str, Told]
    own_statuses: frozenset[int]
    functions: Functions
    key: str | None


@dataclass(frozen=True)
class Method:
    """A method of an API, and what stands around it."""

    path: str
    verb: str
    told: Told
    around: Surroundings

    @property
    def authorizer(self) -> Told:
        """Its authorizer; nothing for a method without."""
        return self.around.authorizers.get(self.told.get("authorizerId", ""), {})

    def required(self, place: str) -> list[str]:
        """The parameters that a request must have in ``header`` or ``querystring``."""
        prefix = f"method.request.{place}."
        told: Mapping[str, bool] = self.told.get("requestParameters") or {}
        return [k.removeprefix(prefix) for k, needed in told.items() if needed and prefix in k]


def guards(method: Method) -> set[int]:
    """The statuses with which something before the integration may refuse anybody."""
    refusals = set()
    kind = method.told.get("authorizationType")
    if kind == "AWS_IAM" or method.told.get("apiKeyRequired"):
        refusals.add(403)
    if kind == "COGNITO_USER_POOLS":
        refusals.add(401)
    if kind == "CUSTOM":
        refusals |= {401} if needs_identity(method.authorizer) else asking(method)
    validator = method.around.validators.get(method.told.get("requestValidatorId", ""), {})
    parameters = method.required("header") + method.required("querystring")
    if validator.get("validateRequestParameters") and parameters:
        refusals.add(400)
    return refusals


def needs_identity(authorizer: Told) -> bool:
    """Whether its function is not even asked without what it goes by."""
    kept = authorizer.get("authorizerResultTtlInSeconds", 300) > 0
    return authorizer.get("type") == "TOKEN" or bool(kept and authorizer.get("identitySource"))


def bare(method: Method) -> set[int]:
    """The statuses for anybody: a guard's refusal, else what stands behind it."""
    refused = guards(method) | closed(method)
    return (refused or behind(method)) | (method.around.own_statuses if refused else set())


def full(method: Method) -> set[int]:
    """The statuses for a request with everything, whose tokens and signature nobody knows."""
    kind = method.told.get("authorizationType")
    if closed(method):
        return closed(method) | method.around.own_statuses
    if kind == "COGNITO_USER_POOLS":
        return {401, NOT_DONE} | method.around.own_statuses
    if kind == "CUSTOM":
        return asking(method) | method.around.own_statuses
    keyed = {403} if method.told.get("apiKeyRequired") else set()
    return behind(method) | keyed


def closed(method: Method) -> set[int]:
    """403 where the API lets nobody in here, 501 where its policy asks what is not known here."""
    if method.around.api.get("disableExecuteApiEndpoint"):
        return {403}
    return {200, 403, NOT_DONE} if method.around.api.get("policy") else set()


def asking(method: Method) -> set[int]:
    """A stub is no authorizer: 500 where it runs or is not there, 401 where no token fits."""
    named = _FUNCTION.search(str(method.authorizer.get("authorizerUri")))
    status = method.around.functions.status(named[1]) if named else 500
    kept = {401} if method.authorizer.get("identityValidationExpression") else set()
    return kept | {NOT_DONE if status == NOT_DONE else 500}


def behind(method: Method) -> set[int]:
    """The statuses of the integration, which answers a stub's ``{}`` or is not done here."""
    integration = method.told["methodIntegration"]
    kind, uri = integration["type"], str(integration.get("uri"))
    mapped = {int(code) for code in integration.get("integrationResponses") or {}}
    invalid = {400} if method.told.get("requestModels") else set()
    unsupported = set() if integration.get("passthroughBehavior") == "WHEN_NO_MATCH" else {415}
    if kind == "MOCK":
        return mocked(integration, mapped) | invalid
    named = _FUNCTION.search(uri)
    if named:
        status = method.around.functions.status(named[1])
        runs = kind == "AWS" and status in (200, 502)
        # A role that API Gateway may not assume, or that may not call the function.
        closed_role = {500} if integration.get("credentials") else set()
        served = (mapped or {500}) if runs else {status}
        return invalid | unsupported | served | closed_role
    if ":states:action/Start" in uri:
        return (mapped or {500}) | invalid | unsupported | {500}
    return {NOT_DONE} | invalid | unsupported


def mocked(integration: Told, mapped: set[int]) -> set[int]:
    """The response whose pattern fits the template's status, else the one without a pattern."""
    templates = integration.get("requestTemplates") or {}
    stated = _STATUS.search(templates.get("application/json", ""))
    if stated is None:
        return mapped | {500, 415}
    responses = (integration.get("integrationResponses") or {}).values()
    fitting = [
        one for one in responses if re.fullmatch(one.get("selectionPattern") or "$", stated[1])
    ]
    fitting = fitting or [one for one in responses if not one.get("selectionPattern")]
    return {int(fitting[0]["statusCode"])} if fitting else {500}
