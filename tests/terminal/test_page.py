import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from dragonctl.telemetry.traces.reading import read_traces
from dragonctl.telemetry.traces.service_map import service_map
from dragonctl.telemetry.traces.summaries import summary_of
from dragonctl.terminal.page import page
from tests.telemetry import graphs
from tests.telemetry import trace_documents as documents
from tests.terminal.screens import HOSTILE


def built(services, title="dragons", **more):
    return page(service_map(graphs.fetch_of(services), 0, 3600), title, **more)


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.texts, self.inside = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.inside.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.inside and self.inside[-1][0] in ("script", "style"):
            tag, attributes = self.inside[-1]
            self.texts.setdefault(attributes.get("id", tag), data)


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else():
    text = built(graphs.dragons())
    elements = Elements(text)
    (policy,) = [a["content"] for tag, a in elements.found if a.get("http-equiv")]
    assert policy.startswith("default-src 'none';")
    for name in ("script", "style"):
        digest = hashlib.sha256(elements.texts[name].encode()).digest()
        assert f"{name}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "unsafe" not in policy


def test_nothing_is_loaded_and_no_handler_or_style_stands_in_an_element():
    elements = Elements(built(graphs.twenty()))
    for tag, attributes in elements.found:
        assert tag not in ("link", "img", "iframe", "object", "base", "form")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "src" not in attributes


def test_hostile_names_are_text_everywhere():
    evil = HOSTILE + "</script><img src=x onerror=alert(1)>\"'&\u2028"
    summary = summary_of(documents.summary(0, url=evil))
    text = built([graphs.service(0, evil, evil, 10, [(0, 1)])], title=evil, summaries=[summary])
    elements = Elements(text)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 2
    assert "img" not in tags
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text.replace("\n", ""))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", text)
    data = json.loads(elements.texts["map-data"])
    assert "</script><img src=x onerror=alert(1)>" in data["nodes"][0]["name"]


def test_every_node_is_a_button_that_says_its_figures_and_tables_hold_them_too():
    elements = Elements(built(graphs.dragons()))
    buttons = [a for _, a in elements.found if a.get("class") == "node"]
    assert len(buttons) == 10
    assert all(button["role"] == "button" and button["tabindex"] == "0" for button in buttons)
    words = [button["aria-label"] for button in buttons]
    assert "add-dragon, function: 150 req, 50 ms, p95 200 ms, throttle 20 %" in words
    assert len([tag for tag, _ in elements.found if tag == "caption"]) == 2


def test_a_trace_is_listed_at_every_part_that_it_passed():
    traces, _ = read_traces(
        lambda *_, **__: documents.answer(documents.dragons()), [documents.TRACE]
    )
    summary = summary_of(documents.summary(0, Id=documents.TRACE))
    text = built(graphs.dragons(), summaries=[summary], traces=traces)
    data = json.loads(Elements(text).texts["map-data"])
    assert {"dragons/prod", "MyStateMachine", "validate-dragon"} <= set(
        data["summaries"][0]["services"]
    )
    assert len(data["traces"][0]["segments"]) == 10


@pytest.mark.parametrize("count", [20, 62, 200])
def test_a_large_map_is_about_as_high_as_it_is_wide(count):
    """Not a ribbon of one card a column, which nobody could find anything in."""
    box = re.search(r'<svg viewBox="([^"]+)"', built(graphs.shop(count)))
    _, _, width, height = map(int, box[1].split())
    assert 1 / 3 < width / height < 4
