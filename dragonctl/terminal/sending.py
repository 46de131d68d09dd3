"""The answer to a request: status, time, ids, headers of interest, the body to read."""

from __future__ import annotations

import json
from http.client import responses

from rich.text import Text

from dragonctl.telemetry.requests.sending import HttpResponse, Sent
from dragonctl.telemetry.times import duration_text
from dragonctl.terminal.console import Screen, labelled
from dragonctl.terminal.neutral import neutral, neutral_lines

_INTERESTING = (
    "content-type", "cache-control", "age", "location", "retry-after", "www-authenticate",
    "x-amzn-errortype",
)  # fmt: skip
_LONGEST = 20_000
_LONGEST_VALUE = 500
_FIRST_ERROR, _FIRST_FAULT = 400, 500


def print_answer(console: Screen, sent: Sent, answered: HttpResponse, label: str = "") -> None:
    """Print it; what the API sent is text and nothing else."""
    for part in _head(sent, answered, console.drawing_width, label):
        console.print(part)
    rows = [*_ids(answered), *_headers(answered)]
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        line = Text.assemble((f"  {name:<{width}}  ", "dim"), neutral(value, _LONGEST_VALUE))
        console.print(line)
    body = _body(answered)
    if body:
        console.print()
        for line_ in neutral_lines(body):
            console.print(Text(line_))


def _head(sent: Sent, answered: HttpResponse, width: int, label: str) -> list[Text]:
    """What was asked and how it ended: on one line where that fits, else on two."""
    status = answered.status
    colour = "green" if status < _FIRST_ERROR else "yellow" if status < _FIRST_FAULT else "red"
    words = f"{status} {responses.get(status, '')}".strip()
    asked = Text(f"{sent.method} {neutral(sent.url)}")
    ended = Text.assemble((words, f"bold {colour}"), f"  {duration_text(answered.seconds)}")
    ended.append_text(labelled(label))
    whole = Text("  ").join([asked, ended])
    return [whole] if whole.cell_len <= width else [asked, ended]


def _ids(answered: HttpResponse) -> list[tuple[str, str]]:
    ids = (
        ("request", answered.request_id),
        ("extended", answered.extended_id),
        ("trace", answered.trace_id),
        ("execution", answered.execution),
    )
    return [pair for pair in ids if pair[1]]


def _headers(answered: HttpResponse) -> list[tuple[str, str]]:
    return [(name, answered.headers[name]) for name in _INTERESTING if name in answered.headers]


def _body(answered: HttpResponse) -> str:
    document, text = answered.document_body(), answered.text()
    if text is None:
        return f"{len(answered.body):,} bytes that are no text: --output json has them in base64"
    if isinstance(document, dict | list):
        text = json.dumps(document, indent=2, ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} … {len(text):,} characters in all: --output json"
