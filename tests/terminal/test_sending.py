"""The answer to a request, as a person sees it."""

import pytest

from dragonctl.telemetry.requests.sending import HttpResponse, Sent
from dragonctl.terminal.sending import print_answer
from tests.terminal.screens import HOSTILE, screen, seen

URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/dragons"
INDENTED = """{
  "a": [
    1,
    {
      "b": "é"
    }
  ]
}"""
TRACE = "Root=1-65a0b0c0-0123456789abcdef01234567;Sampled=1"


def shown(status, body=b"", columns=120, headers=None, url=URL):
    console = screen(columns)
    print_answer(console, Sent("GET", url, {}), HttpResponse(status, headers or {}, body, 0.5))
    return seen(console)


def test_it_stands_on_one_line_where_it_fits_and_else_on_two():
    assert shown(200).splitlines() == [f"GET {URL}  200 OK  500 ms"]
    assert shown(200, columns=80).splitlines() == [f"GET {URL}", "200 OK  500 ms"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "404 Not Found"), (504, "504 Gateway Timeout"), (799, "799  500 ms")],
)
def test_a_status_is_said_in_words_where_it_has_some(status, words):
    assert words in shown(status)


def test_ids_and_the_headers_that_matter_stand_in_columns():
    headers = {
        "x-amzn-requestid": "r-1", "x-amz-apigw-id": "e-1", "x-amzn-trace-id": TRACE,
        "content-type": "application/json", "x-boring": "no", "retry-after": "3",
    }  # fmt: skip
    body = b'{"executionArn": "arn:aws:states:eu-west-1:1:execution:M:one"}'
    assert shown(200, body, headers=headers).splitlines()[1:7] == [
        "  request       r-1",
        "  extended      e-1",
        "  trace         1-65a0b0c0-0123456789abcdef01234567",
        "  execution     arn:aws:states:eu-west-1:1:execution:M:one",
        "  content-type  application/json",
        "  retry-after   3",
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            b'{"a":[1,{"b":"\xc3\xa9"}]}',
            '{\n  "a": [\n    1,\n    {\n      "b": "é"\n    }\n  ]\n}',
        ),
        (b"plain\r\ntext", "plain\ntext"),
        (b"\x89PNG", "4 bytes that are no text: --output json has them in base64"),
        (b'"one"', '"one"'),
    ],
)
def test_the_body_is_there_to_be_read(body, text):
    assert shown(200, body).split("\n\n", 1)[1] == f"{text}\n"


def test_a_long_body_is_cut_and_says_so():
    told = shown(200, b"x" * 1_000_000)
    assert len(told) < 25_000
    assert "1,000,000 characters in all: --output json" in told


def test_hostile_text_changes_nothing_but_its_own_place():
    headers = {"location": HOSTILE, "x-amzn-requestid": HOSTILE, "content-type": HOSTILE}
    told = shown(302, HOSTILE.encode(), headers=headers, url=f"https://x/{HOSTILE}")
    assert not {"\x1b", "\x07", "\u202e", "\x00", "\x9b", "\r"} & set(told)
    assert "<script>alert(1)</script>[bold]&amp;" in told
    assert len(told.splitlines()) == 7
