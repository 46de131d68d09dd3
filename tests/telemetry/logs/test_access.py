"""Access log lines are read by the format of their stage, whatever it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.logs.access import access_line, ids_of, read_access

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
TRACE = "1-65a0b0c0-0123456789abcdef01234567"

CLF = (
    '$context.identity.sourceIp [$context.requestTime]"$context.httpMethod $context.path"'
    " $context.status $context.requestId $context.error.responseType"
)
XML = (
    '<request id="$context.requestId"> <status>$context.status</status>'
    " <type>$context.error.responseType</type> </request>"
)
# "Set up CloudWatch logging for REST APIs" (API Gateway developer guide) has one of each.
FORMS = {
    "own keys": (
        '{"rid":"$context.requestId","code":"$context.status","why":"$context.error.responseType"}',
        f'{{"rid":"{REQUEST}","code":"429","why":"THROTTLED"}}',
    ),
    "nested": (
        '{"ctx":{"id":"$context.requestId"},"s":"$context.status","e":{"t":"$context.error.responseType"}}',
        f'{{"ctx":{{"id":"{REQUEST}"}},"s":"429","e":{{"t":"THROTTLED"}}}}',
    ),
    "without quotes": (
        '{"r":"$context.requestId","s":$context.status,"t":"$context.error.responseType"}',
        f'{{"r":"{REQUEST}","s":429,"t":"THROTTLED"}}',
    ),
    "clf": (
        CLF,
        f'1.2.3.4 [27/Nov/2026:02:31:00 +0000]"GET /x" 429 {REQUEST} THROTTLED',
    ),
    "csv": (
        "$context.identity.sourceIp,$context.requestId,$context.status,$context.error.responseType",
        f"1.2.3.4,{REQUEST},429,THROTTLED",
    ),
    "xml": (
        XML,
        f'<request id="{REQUEST}"> <status>429</status> <type>THROTTLED</type> </request>',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("form", "line"), FORMS.values(), ids=FORMS)
def test_a_line_is_read_by_its_stage_s_format(form, line):
    values = read_access(line, [form])
    told = (values["requestId"], values["status"], values["error.responseType"])
    assert told == (REQUEST, "429", "THROTTLED")


def test_what_api_gateway_has_no_value_for_is_absent():
    values = read_access(
        '{"a":"-","s":"200"}', ['{"a":"$context.error.message","s":"$context.status"}']
    )
    assert values == {"status": "200"}


def test_a_line_of_an_older_format_is_read_by_the_usual_names():
    line = json.dumps({"requestId": REQUEST, "status": 502, "xrayTraceId": f"Root={TRACE}"})
    values = read_access(line, ["$context.requestId $context.status"])
    assert (values["status"], set(ids_of(values))) == ("502", {REQUEST, TRACE})
    old = f'1.2.3.4 - - [27/Nov/2026:02:31:00 +0000] "GET /x HTTP/1.1" 502 36 {REQUEST}'
    assert read_access(old, ['{"s":"$context.status"}'])["status"] == "502"


def test_the_function_s_own_request_id_links():
    form = '{"r":"$context.requestId","f":"$context.integration.requestId"}'
    other = REQUEST.replace("1", "2")
    assert set(ids_of(read_access(f'{{"r":"{REQUEST}","f":"{other}"}}', [form]))) == {
        REQUEST,
        other,
    }


WORDS = st.text("abcxyzABC0123456789./_", min_size=1, max_size=12)
VALUES = {
    "requestId": st.uuids().map(str),
    "status": st.integers(200, 599).map(str),
    "path": WORDS,
    "error.responseType": WORDS,
    "integration.requestId": st.uuids().map(str),
}


@given(st.permutations(sorted(VALUES)), st.fixed_dictionaries(VALUES),
       st.sampled_from([",", " ", ";", "|", " - "]))  # fmt: skip
def test_any_order_and_any_separator_is_read(order, values, between):
    form = between.join(f"$context.{name}" for name in order)
    line = between.join(values[name] for name in order)
    assert read_access(line, [form]) == values


@given(st.text(), st.text())
def test_no_line_and_no_format_breaks_the_reading(form, line):
    read_access(line, [form])


@pytest.mark.parametrize("name", FORMS)
def test_a_line_of_any_format_has_its_request_and_its_level(name):
    form, text = FORMS[name]
    line = access_line(text, (form,))
    assert (line.kind, line.request, line.level) == ("access", REQUEST, "warning")
    assert REQUEST in line.links


def test_one_s_own_keys_are_told_as_a_sentence():
    form = '{"rid":"$context.requestId","verb":"$context.httpMethod","at":"$context.resourcePath",'
    form += '"code":"$context.status","key":"$context.identity.apiKeyId"}'
    text = json.dumps({"rid": REQUEST, "verb": "GET", "at": "/eggs", "code": "502", "key": "k1"})
    line = access_line(text, (form,))
    assert (line.text, line.level) == ("GET /eggs 502", "error")
    assert line.fields == (("identity.apiKeyId", "k1"),)
