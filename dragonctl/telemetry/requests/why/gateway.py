"""One request to an API: what stood behind the method, what it answered, what API Gateway said.

Read from the execution log's sentences and from the access log. What API Gateway answered itself
is told by the type of its response; an answer that a back end made is that back end's, whatever
its status ("Gateway response types", "Set up CloudWatch logging", API Gateway developer guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dragonctl.telemetry.ids import UUID
from dragonctl.telemetry.logs.access import read_access
from dragonctl.telemetry.logs.events import LogEvent
from dragonctl.telemetry.logs.lines import LAMBDA_ANSWERED, recognise
from dragonctl.telemetry.requests.why import gateway_words as words
from dragonctl.telemetry.requests.why.error_kinds import denied
from dragonctl.telemetry.requests.why.gateway_words import Sentence
from dragonctl.telemetry.requests.why.model import FailedPart
from dragonctl.telemetry.requests.why.response_types import DECIDED_BY_SENTENCES, TYPES, Words
from dragonctl.telemetry.requests.why.services import (
    codes,
    is_refused,
    refusal,
    service_of,
    throttled_by,
)

Endpoint = Literal["", "function", "http", "service", "states", "mock"]
"""What stands behind the method; ``states``: Step Functions, which starts an execution."""

_TYPE = re.compile(r"Gateway response type: (\w+)(?: with status code: (\d{3}))?")
_COMPLETED = re.compile(r"Method completed with status: (\d{3})")
_RECEIVED = re.compile(r"Received response\. Status: (\d{3})")
_BODY = re.compile(r"Endpoint response body before transformations: (.*)", re.DOTALL)
_METHOD = re.compile(r"HTTP Method: (\S+), Resource Path: (\S+)")
_WHERE = re.compile(r"(?:Endpoint request URI: |Sending request to )(\S+)")
_TARGET = re.compile(r"X-Amz-Target=\w+\.(\w+)")
_ACTION = re.compile(r"[?&]Action=(\w+)")
_FUNCTION = re.compile(
    r":function:([\w-]*)(?::[\w$-]+)?/invocations|/functions/([\w-]+)/invocations"
)
_INVOKED = re.compile(
    rf"(?:(?:Lambda request id|AWS Integration Endpoint RequestId)\s*: |{LAMBDA_ANSWERED})({UUID})",
    re.IGNORECASE,
)
_AUTHORIZER = re.compile(r"Starting authorizer: (\S+)")
_AWS = re.compile(r"https?://([\w-]+)(?:\.[\w-]+)*\.amazonaws\.com(?:\.cn)?(?:[:/]|$)")
_HTTP_HOSTS = ("execute-api", "elb", "s3-website", "elasticbeanstalk", "lambda-url")
_SHOWN_BODY = 600


@dataclass
class GatewayRequest:
    """What is known of one request to an API; ``lines`` are of the execution log, in order."""

    id: str
    stage: str = ""
    lines: list[tuple[str, LogEvent]] = field(default_factory=list)
    access: list[tuple[Mapping[str, str], LogEvent]] = field(default_factory=list)

    def value(self, *names: str) -> str:
        """The first of these ``$context`` variables that the access log has."""
        found = (values[name] for values, _ in self.access for name in names if name in values)
        return next(found, "")

    def _logged(self, form: re.Pattern[str], group: int = 1) -> str:
        found = [match for text, _ in self.lines if (match := form.match(text))]
        return (found[-1][group] or "") if found else ""

    @property
    def status(self) -> int:
        """The status that the caller got; 0 where nothing says."""
        shown = self._logged(_COMPLETED) or self._logged(_TYPE, 2) or self.value("status")
        return int(shown) if shown.isdigit() else 0

    @property
    def response_type(self) -> str:
        """The type of API Gateway's own response; empty where a back end answered."""
        shown = self._logged(_TYPE) or self.value("error.responseType")
        blocked = self.value("wafResponseCode") == "WAF_BLOCK"
        return shown or ("WAF_FILTERED" if blocked else "")

    @property
    def route(self) -> str:
        """``GET /items 502``, as far as it is known."""
        method = self._logged(_METHOD) or self.value("httpMethod")
        path = self._logged(_METHOD, 2) or self.value("resourcePath", "path", "routeKey")
        return " ".join(part for part in (method, path, str(self.status or "")) if part)

    @property
    def where(self) -> str:
        """The address behind the method, or ""."""
        found = [match[1] for text, _ in self.lines if (match := _WHERE.match(text))]
        return found[-1] if found else ""

    @property
    def function(self) -> str:
        """The function behind the method, or ""."""
        found = _FUNCTION.search(self.where)
        return (found[1] or found[2] or "") if found else ""

    @property
    def endpoint(self) -> Endpoint:
        """What kind of thing stands behind the method."""
        address = self.where
        if not address:
            return ""
        if "/invocations" in address or "/response-streaming-invocations" in address:
            return "function"
        service = _AWS.match(address)
        if not service or any(f".{part}." in address for part in _HTTP_HOSTS):
            return "http"
        return "states" if service[1] in ("states", "sync-states") else "service"

    @property
    def starts_executions(self) -> bool:
        """Whether Step Functions was asked to start an execution, as far as is known."""
        if self.endpoint != "states":
            return False
        actions = [
            m[1]
            for text, _ in self.lines
            for m in (_TARGET.search(text), _ACTION.search(text))
            if m
        ]
        return not actions or any(action.startswith("Start") for action in actions)

    @property
    def backend_status(self) -> int:
        """The status that came from behind the method; 0 where nothing came."""
        shown = self._logged(_RECEIVED) or self.value(
            "integration.integrationStatus", "integrationStatus"
        )
        return int(shown) if shown.isdigit() else 0

    @property
    def answered(self) -> bool:
        """Whether the status is the back end's own: it answered, and API Gateway passed it on."""
        if self.response_type:
            return False
        if any(text.startswith(("Execution failed", "Lambda ")) for text in self._sentences()):
            return False
        passed = self.value("integration.status")
        return bool(self.backend_status) or (passed.isdigit() and int(passed) == self.status)

    @property
    def invocations(self) -> set[str]:
        """The Lambda request ids that this request's lines name."""
        named = {ident for text, _ in self.lines for ident in _INVOKED.findall(text)}
        return named | {self.value("integration.requestId")} - {""}

    @property
    def authorizer(self) -> str:
        """The id of an authorizer that began and is not known to have ended; else ""."""
        name = ""
        for text, _ in self.lines:
            if found := _AUTHORIZER.match(text):
                name = found[1]
            elif text.startswith("Successfully completed authorizer"):
                name = ""
        return name

    @property
    def body(self) -> tuple[str, LogEvent] | None:
        """What the back end answered, where data tracing logs it."""
        for text, event in self.lines:
            if found := _BODY.match(text):
                return found[1], event
        return None

    def _sentences(self) -> list[str]:
        """API Gateway's own sentences; what others sent is left out."""
        return [text for text, _ in self.lines if not words.QUOTED.match(text)]

    def failure(self) -> FailedPart | None:
        """How the request failed, as API Gateway tells it; None where it did not."""
        if self.answered:
            return self._of_backend() if self.status >= _BAD else None
        kind = self.response_type
        if self.status and self.status < _BAD and not kind:
            return self._despite_success()
        if kind in TYPES and kind not in DECIDED_BY_SENTENCES:
            return self._decided(kind)
        return self._by_sentences(kind)

    def _despite_success(self) -> FailedPart | None:
        """A function that failed behind a method that maps that to a status of success."""
        texts = [text for text in self._sentences() if "customer function error" in text]
        found = words.say(words.INTEGRATION, texts)
        return self._finding(found[1], found[0]) if found else None

    def _decided(self, kind: str) -> FailedPart:
        """A response whose type says who is meant; a sentence or the access log says more."""
        texts = [*self._sentences(), *self._of_access()]
        rows: tuple[Sentence, ...] = words.REFUSALS
        if kind.startswith("AUTHORIZER"):
            rows = words.AUTHORIZER
        elif TYPES[kind].kind == "timeout":
            rows = words.INTEGRATION
        elif TYPES[kind].kind == "blocked":
            rows = ()
        found = words.say(rows, texts)
        base = TYPES[kind]
        if found and _agrees(kind, base, found[1]):
            return self._finding(found[1], found[0])
        return self._finding(base, self._typed_line(texts))

    def _by_sentences(self, kind: str) -> FailedPart | None:
        """What the log's sentences say, where the type leaves it open or is not known."""
        if answered := self._refused_by_service():
            return answered
        texts = [*self._sentences(), *self._of_access()]
        rows: tuple[Sentence, ...] = (*words.REFUSALS, *words.INTEGRATION)
        if self.authorizer or any("uthorizer error" in text for text in texts):
            rows = (*words.AUTHORIZER, *words.REFUSALS, *words.INTEGRATION)
        found = words.say(rows, [text for text in texts if not _TYPE.match(text)])
        if found:
            return self._finding(found[1], found[0])
        if kind in TYPES:
            return self._finding(TYPES[kind], self._typed_line(texts))
        if self.status >= _BAD:
            return self._by_authorizer() or self._unclear()
        return None

    def _by_authorizer(self) -> FailedPart | None:
        """An error that the access log has from an authorizer, whatever its words."""
        shown = self.value("authorizer.error", "authorize.error", "authenticate.error")
        kind = "AUTHORIZER_FAILURE" if self.status >= _FAULT else "UNAUTHORIZED"
        return self._finding(TYPES[kind], shown) if shown else None

    def _unclear(self) -> FailedPart:
        """Only the status is known."""
        part = "integration" if self.status >= _FAULT else "api"
        return self._finding(Words(part, "unclear"), "")  # type: ignore[arg-type]

    def _of_backend(self) -> FailedPart:
        """An error that the back end answered with: a service's own words say more."""
        if self.endpoint == "function" or (not self.endpoint and not self._is_service_answer()):
            name = self.function or "the integration"
            part = "function" if self.function else "integration"
            says = f"it answered {self.status} itself"
            return self._finding(Words(part, "backend status", "", says), "", name)  # type: ignore[arg-type]
        if answered := self._refused_by_service():
            return answered
        says = f"it answered {self.backend_status or self.status} itself"
        return self._finding(Words("integration", "backend status", "", says), "")

    def _is_service_answer(self) -> bool:
        return self.body is not None and '"__type"' in self.body[0]

    def _refused_by_service(self) -> FailedPart | None:
        """A refusal of the AWS service behind the method, in its own words."""
        if self.endpoint not in ("service", "states") and not self._is_service_answer():
            return None
        if self.body is None or self.backend_status < _BAD:
            return None
        text = self.body[0]
        code = (codes("", text)[1:] or [""])[0].rpartition("#")[2]
        name = service_of("", self.where) or self.where
        if is_refused(code, text):
            evidence = denied(text)
            lacking = refusal(text)
            says = f"the integration's role may not do {lacking.action}" if lacking else ""
            found = Words("integration", "role not allowed", "", says, evidence.remedy)
        elif by := throttled_by(code, f"{self.where} {text}"):
            found = Words("integration", "throttled", by if by != "a service" else name)
        elif code:
            says = f"it answered {self.backend_status}: {code}"
            found = Words("integration", "backend status", "", says)
        else:
            return None
        finding = self._finding(found, "", name)
        return _with(finding, evidence=self._body_line(), error=code or finding.error)

    def _of_access(self) -> list[str]:
        """What the access log says of an error, each as a sentence."""
        names = (
            "integrationErrorMessage", "integration.error", "authorizer.error",
            "authenticate.error", "authorize.error", "waf.error", "error.validationErrorString",
            "error.message", "error.messageString",
        )  # fmt: skip
        return [text for name in names if (text := self.value(name))]

    def _typed_line(self, texts: Iterable[str]) -> str:
        typed = [text for text in texts if _TYPE.match(text)]
        return typed[0] if typed else ""

    def _body_line(self) -> str:
        return self.body[1].text.strip()[:_SHOWN_BODY] if self.body else ""

    def _finding(self, words: Words, sentence: str, name: str = "") -> FailedPart:
        event = self._event_of(sentence)
        return FailedPart(
            words.part, name or self._name(words), words.kind, _error_of(sentence), words.by,
            evidence=event.text.strip() if event else "", source=event.source if event else "",
            time_ms=event.time_ms if event else 0, says=words.says, remedy=words.remedy,
            request=self.id,
        )  # fmt: skip

    def _name(self, words: Words) -> str:
        """The part's own name: a function, an address, an authorizer, the route, the caller."""
        if words.part == "caller":
            return "the caller"
        if words.part == "authorizer":
            return self.authorizer or self._authorizer_named() or "the authorizer"
        if words.part in ("integration", "function", "downstream"):
            return self.function or self.where or self.route.rpartition(" ")[0] or "the integration"
        if words.part == "limit":
            return words.by or "a rate limit"
        return "AWS WAF" if words.part == "waf" else self.route.rpartition(" ")[0] or self.stage

    def _authorizer_named(self) -> str:
        found = [match[1] for text, _ in self.lines if (match := _AUTHORIZER.match(text))]
        return found[-1] if found else ""

    def _event_of(self, sentence: str) -> LogEvent | None:
        """The line that says a sentence; without one, the line that tells the end."""
        for text, event in self.lines:
            if sentence and text == sentence:
                return event
        for _, event in self.access:
            if sentence and sentence in event.text:
                return event
        evidence = [e for t, e in self.lines if _RECEIVED.match(t) and self.backend_status >= _BAD]
        if self.answered and self.body and not evidence:
            evidence = [self.body[1]]
        evidence += [event for text, event in self.lines if _COMPLETED.match(text)]
        evidence += [event for _, event in self.access]
        return evidence[0] if evidence else None


_BAD, _FAULT = 400, 500


def _with(finding: FailedPart, **changes: str) -> FailedPart:
    from dataclasses import replace

    return replace(finding, **changes)  # type: ignore[arg-type]


def _agrees(kind: str, base: Words, words: Words) -> bool:
    """Whether a sentence speaks of what the response's type decided."""
    if kind.startswith("AUTHORIZER"):
        return True
    if base.kind in ("throttled", "timeout"):
        return words.kind == base.kind
    return words.kind in ("caller not allowed", "caller error")


_ERROR = re.compile(
    r".*(?:customer function error: |configuration error: |Reason: |Authorizer error: )(.+?)"
    r"(?:\. Lambda request id: .*)?$",
    re.DOTALL,
)


def _error_of(sentence: str) -> str:
    """What a sentence calls the error."""
    if found := _TYPE.match(sentence):
        return found[1]
    found = _ERROR.search(sentence)
    return (found[1] if found else sentence).strip()[:300]


def requests_of(
    events: Iterable[LogEvent], formats: Mapping[str, tuple[str, ...]]
) -> dict[str, GatewayRequest]:
    """The requests to APIs that lines tell of, by request id, in the order of their first line."""
    found: dict[str, GatewayRequest] = {}
    for event in events:
        if event.source == "api":
            line = recognise(event.text)
            if line.kind == "execution":
                request = found.setdefault(line.request, GatewayRequest(line.request))
                request.stage = event.group.rpartition("/")[2]
                request.lines.append((line.text, event))
        elif event.source == "access":
            values = read_access(event.text, formats.get(event.group, ()))
            ident = values.get("requestId") or values.get("extendedRequestId", "")
            if ident:
                request = found.setdefault(ident, GatewayRequest(ident))
                request.access.append((values, event))
    return found
