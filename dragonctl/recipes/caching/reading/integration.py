"""What an integration reads of a request: mappings, templates, and what chooses among templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.recipes.caching.reading.sources import (
    EVERYTHING,
    HEADER,
    OF_RESOURCE,
    PATH,
    REQUEST,
    fits_a_key,
    is_anywhere,
    is_constant,
    is_identity,
    is_written_as_a_header,
    of_one_request,
    placed,
)
from dragonctl.recipes.caching.reading.template import template_reads

_VARIABLE = re.compile(r"\{([^}+]+)\+?\}")
_PROXIES = ("AWS_PROXY", "HTTP_PROXY")
_TYPES = (*_PROXIES, "AWS", "HTTP", "MOCK")
_ANSWER_HEADER = "method.response.header."
_FOR_ONE_CALLER = re.compile(r"\b(private|no-store|no-cache)\b", re.IGNORECASE)
"""What forbids a shared cache to answer from itself (RFC 9111, section 5.2.2)."""
_AS_THE_CALLER = re.compile(r"arn:[^:]*:iam::\*:user/\*")

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class AnswerSources:
    """What the answers of a method depend on, as far as its definition tells.

    ``parameters`` can be in a cache key; ``callers`` cannot or must not, and tells callers apart;
    ``moments`` are new with every request; ``of_resource`` differs between two methods only;
    ``personal`` is what its answers themselves say against being shared, in words.
    """

    parameters: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    of_resource: bool = False
    personal: tuple[str, ...] = ()


def reads(path: str, raw: Raw) -> AnswerSources:
    """What the method with that path reads; ``raw`` is GetResources' method."""
    declared, integration = (
        raw.get(part) or {} for part in ("requestParameters", "methodIntegration")
    )
    variables = path_variables(path)
    parameters: dict[str, None] = {}
    callers: dict[str, None] = {}
    sources = sorted(_sources(integration))
    for source in sources:
        for one in placed(source, variables):
            if is_constant(one) or of_one_request(one):
                continue
            is_keyed = fits_a_key(one) and not _is_secret(one, is_anywhere(source), declared)
            (parameters if is_keyed else callers)[one] = None
    return AnswerSources(
        tuple(parameters),
        tuple(callers),
        tuple(filter(of_one_request, sources)),
        bool(OF_RESOURCE & set(sources)),
        tuple(dict.fromkeys(_said_of_sharing(integration))),
    )


def path_variables(path: str) -> tuple[str, ...]:
    """``/a/{b}/{proxy+}`` -> ``method.request.path.b`` and ``….proxy``."""
    return tuple(f"{PATH}{name}" for name in _VARIABLE.findall(path))


def hands_on_the_request(integration: Raw) -> bool:
    """Whether the code behind it gets the whole request, so that nothing tells what it reads."""
    return _type(integration) in _PROXIES


def passes_the_body(integration: Raw) -> bool:
    """Whether a body can reach the back end as it came, for want of a template.

    A body of a GET request has no meaning (RFC 9110, section 9.3.1), and is in no key.
    """
    if hands_on_the_request(integration) or _type(integration) == "MOCK":
        return False
    templates = integration.get("requestTemplates") or {}
    return _passes(integration) and (not all(templates.values()) or _is_lenient(integration))


def streams(integration: Raw) -> bool:
    """Whether its answers are passed on while they are made: those API Gateway does not cache.

    (API Gateway developer guide, "Set up a Lambda proxy integration with payload response
    streaming": no endpoint caching.)
    """
    mode = str(integration.get("responseTransferMode") or "").upper()
    return mode.startswith("STREAM") or "/response-streaming-invocations" in str(
        integration.get("uri") or ""
    )


def _sources(integration: Raw) -> Iterator[str]:
    if not integration:
        return
    if _type(integration) not in _TYPES:
        yield EVERYTHING  # newer than this table
    mapped = (integration.get("requestParameters") or {}).values()
    yield from map(_mapped, mapped)
    if _AS_THE_CALLER.fullmatch(str(integration.get("credentials") or "")):
        yield "context.identity.caller"
    if not hands_on_the_request(integration):  # a proxy has no templates: AWS passes them over
        yield from _of_request_templates(integration)
        yield from _of_answers((integration.get("integrationResponses") or {}).values())


def _mapped(source: Any) -> str:
    """A parameter mapping's source; one of no known form counts as everything."""
    text = str(source)
    known = (REQUEST, "context.", "stageVariables.", "integration.response.", "'")
    return text if text.startswith(known) else EVERYTHING


def _of_request_templates(integration: Raw) -> Iterator[str]:
    """The templates, and the Content-Type where it decides what the back end gets.

    Where no template fits, the body passes as it is or the request is refused (API Gateway
    developer guide, "Method request behavior for payloads without mapping templates"): only the
    former makes another answer that is kept.
    """
    texts = {text or "" for text in (integration.get("requestTemplates") or {}).values()}
    for text in texts:
        yield from template_reads(text)
    if len(texts | ({""} if _is_lenient(integration) else set())) > 1:
        yield f"{HEADER}Content-Type"


def _of_answers(answers: Iterable[Raw]) -> Iterator[str]:
    """Templates and mappings of the answers, and Accept where it chooses among templates."""
    for answer in answers:
        yield from (f"{HEADER}{name}" for name in _varying(answer) if name != "*")
        templates = answer.get("responseTemplates") or {}
        for text in templates.values():
            yield from template_reads(text or "", of_answer=True)
        if len(templates) > 1:
            yield f"{HEADER}Accept"
        for source in map(_mapped, (answer.get("responseParameters") or {}).values()):
            if not source.startswith("integration.response."):
                yield source


def _said_of_sharing(integration: Raw) -> Iterator[str]:
    """What the headers of its answers say, as far as they are set here: not those of a proxy."""
    if hands_on_the_request(integration):
        return
    for answer in (integration.get("integrationResponses") or {}).values():
        if any(_sets(answer, "Set-Cookie")):
            yield "its answers set a cookie"
        for value in _literals(answer, "Cache-Control"):
            if _FOR_ONE_CALLER.search(value):
                yield f"its answers say Cache-Control: {value}"
        if "*" in _varying(answer):
            yield "its answers say Vary: *"


def _varying(answer: Raw) -> list[str]:
    """The headers that a literal ``Vary`` names: two requests that differ there share no answer."""
    lists = (value.split(",") for value in _literals(answer, "Vary"))
    return [name.strip() for names in lists for name in names if name.strip()]


def _literals(answer: Raw, header: str) -> Iterator[str]:
    """The values of a header that are written in the definition, without their quotes."""
    return (one.strip("'") for one in _sets(answer, header) if one.startswith("'"))


def _sets(answer: Raw, header: str) -> Iterator[str]:
    """From where an answer's header is mapped: a literal in quotes, or a source."""
    wanted = f"{_ANSWER_HEADER}{header}".lower()
    mapped = answer.get("responseParameters") or {}
    return (str(source) for name, source in mapped.items() if name.lower() == wanted)


def _passes(integration: Raw) -> bool:
    behaviour = str(integration.get("passthroughBehavior") or "WHEN_NO_MATCH").upper()
    is_refused = behaviour == "WHEN_NO_TEMPLATES" and bool(integration.get("requestTemplates"))
    return behaviour != "NEVER" and not is_refused


def _is_lenient(integration: Raw) -> bool:
    behaviour = str(integration.get("passthroughBehavior") or "WHEN_NO_MATCH").upper()
    return behaviour not in ("NEVER", "WHEN_NO_TEMPLATES")


def _is_secret(source: str, found_anywhere: bool, declared: Raw) -> bool:
    if not is_identity(source):
        return False
    return not found_anywhere or is_written_as_a_header(source) or source in declared


def _type(integration: Raw) -> str:
    return str(integration.get("type") or "").upper()
