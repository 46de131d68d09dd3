"""The service map's page as a person uses it: with a mouse, with keys, in light and in dark."""

import re

import pytest

from dragonctl.telemetry.traces.reading import read_traces
from dragonctl.telemetry.traces.service_map import service_map
from dragonctl.telemetry.traces.summaries import summary_of
from dragonctl.terminal.page import page
from tests.telemetry import graphs
from tests.telemetry import trace_documents as documents
from tests.terminal.screens import HOSTILE

CONTRAST = """() => {
  const channel = (value) => value / 255 <= 0.03928 ? value / 255 / 12.92
    : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const card = getComputedStyle(document.querySelector(".node .box")).fill;
  return [...document.querySelectorAll(".node text")].filter((text) => text.textContent)
    .map((text) => ratio(getComputedStyle(text).fill, card));
}"""
TWO_FRAMES = (
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
)


def open_page(tab, folder, services, **more):
    traces, _ = read_traces(
        lambda *_, **__: documents.answer(documents.dragons()), [documents.TRACE]
    )
    summary = summary_of(documents.summary(0, Id=documents.TRACE))
    found = service_map(graphs.fetch_of(services), documents.START - 3600, documents.START)
    target = folder / "map.html"
    target.write_text(page(found, "dragons", [summary], traces, **more), encoding="utf-8")
    tab.goto(target.as_uri())
    return target


def node(tab, words):
    return tab.get_by_role("button", name=re.compile(words))


def choose(tab, words):
    """With keys alone: it need not be in view."""
    node(tab, words).focus()
    tab.keyboard.press("Enter")


def seen_whole(tab, part):
    """Whether a part of the map lies within the map's frame."""
    frame, box = tab.locator(".map svg").bounding_box(), part.locator(".box").bounding_box()
    return (
        frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
        and frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"]
    )  # fmt: skip


def test_a_click_on_a_part_shows_its_figures_its_calls_and_its_traces(tab, tmp_path):
    open_page(tab, tmp_path, graphs.dragons())
    node(tab, "^add-dragon, function").click()
    panel = tab.get_by_label("Chosen part")
    assert "add-dragon" in panel.locator("h2").inner_text()
    words = panel.inner_text()
    assert re.search(r"Requests\s+150", words)
    assert re.search(r"Throttled \(429\)\s+20 %", words)
    assert re.search(r"p95\s+200 ms", words)
    panel.get_by_role("button", name=re.compile("^S3: 300 requests")).click()
    assert panel.locator("h2").inner_text() == "S3"
    node(tab, "^MyStateMachine").click()
    panel.get_by_role("button", name=re.compile("^GET 200")).click()
    assert "dragonctl traces 1-65a0b0c0-0123456789abcdef01234567" in panel.inner_text()
    assert panel.locator(".fall tr").count() == 10
    assert "DragonValidationException" in panel.inner_text()


def test_a_small_map_opens_whole_and_makes_room_for_what_is_chosen(tab, tmp_path):
    tab.set_viewport_size({"width": 1280, "height": 800})
    open_page(tab, tmp_path, graphs.shop(5))
    parts, panel = tab.locator("g.node").all(), tab.get_by_label("Chosen part")
    assert all(seen_whole(tab, part) for part in parts)
    assert not panel.is_visible()
    parts[-1].click()
    assert panel.is_visible()
    assert seen_whole(tab, parts[-1])
    tab.keyboard.press("Escape")
    assert not panel.is_visible()


def test_keys_alone_reach_choose_and_leave_a_part(tab, tmp_path):
    open_page(tab, tmp_path, graphs.dragons())
    first = tab.locator(".node").first
    first.focus()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    pressed = tab.locator('.node[aria-pressed="true"]')
    assert pressed.count() == 1
    assert tab.get_by_role("status").inner_text()
    tab.keyboard.press("Escape")
    assert tab.locator('.node[aria-pressed="true"]').count() == 0


def test_the_map_pans_and_zooms_and_fits_again(tab, tmp_path):
    open_page(tab, tmp_path, graphs.twenty())
    drawing = tab.locator(".map svg")
    home = drawing.get_attribute("viewBox")
    tab.get_by_role("button", name="Zoom in").click()
    zoomed = drawing.get_attribute("viewBox")
    assert float(zoomed.split()[2]) < float(home.split()[2])
    box = drawing.bounding_box()
    tab.mouse.move(box["x"] + 30, box["y"] + 30)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 130, box["y"] + 90, steps=4)
    tab.mouse.up()
    assert drawing.get_attribute("viewBox") != zoomed
    drawing.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("0")
    fitted = drawing.get_attribute("viewBox")
    assert all(seen_whole(tab, one) for one in tab.locator(".node").all())
    tab.get_by_role("button", name="Zoom in").click()
    tab.get_by_role("button", name="Fit").click()
    assert drawing.get_attribute("viewBox") == fitted
    tab.mouse.move(box["x"] + 130, box["y"] + 190)
    tab.mouse.wheel(0, -200)
    tab.wait_for_function("was => document.querySelector('.map svg').getAttribute('viewBox')"
                          " !== was", arg=fitted)  # fmt: skip


def test_text_on_the_cards_can_be_read_in_both_schemes(tab, tmp_path):
    open_page(tab, tmp_path, graphs.twenty())
    assert min(tab.evaluate(CONTRAST)) >= 4.5
    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.findall(r"\d+", paper)[0])
    assert (red > 200) == (tab.scheme == "light")


def test_the_accessible_tree_names_parts_tables_and_the_map(tab, tmp_path):
    open_page(tab, tmp_path, graphs.dragons())
    assert tab.get_by_role("group", name=re.compile("^Service map")).count() == 1
    assert tab.get_by_role("table", name="Parts").get_by_role("row").count() == 11
    assert tab.get_by_role("table", name="Calls").get_by_role("row").count() == 12


def test_hostile_names_stay_text_in_the_page_and_its_panel(tab, tmp_path):
    evil = HOSTILE + '<img src="x" onerror="document.title=1">'
    open_page(tab, tmp_path, [graphs.service(0, evil, evil, 10, [(0, 1)])])
    tab.locator(".node").first.click()
    assert tab.locator("img").count() == 0
    assert tab.title() == "dragons"
    assert "<img" in tab.get_by_label("Chosen part").inner_text()


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_keeps_everything_within_its_width(tab, tmp_path, width):
    tab.set_viewport_size({"width": width, "height": 800})
    open_page(tab, tmp_path, graphs.twenty())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("count", [12, 62, 200])
def test_a_map_of_any_size_opens_with_names_that_can_be_read(tab, tmp_path, count):
    open_page(tab, tmp_path, graphs.shop(count))
    heights = tab.evaluate(
        "[...document.querySelectorAll('.node .name')]"
        ".map((name) => name.getBoundingClientRect().height)"
    )
    assert len(heights) == count
    assert min(heights) >= 12
    assert seen_whole(tab, tab.locator(".node").first)


def test_callers_stand_left_of_what_they_call(tab, tmp_path):
    open_page(tab, tmp_path, graphs.shop(62))
    left = {
        one.get_attribute("data-node"): one.locator(".box").bounding_box()["x"]
        for one in tab.locator(".node").all()
    }
    for edge in tab.locator(".edge:not(.back)").all():
        source, target = edge.get_attribute("data-source"), edge.get_attribute("data-target")
        assert left[source] < left[target]


@pytest.mark.parametrize("height", [620, 1000])
def test_the_part_that_has_the_focus_is_always_in_view(tab, tmp_path, height):
    tab.set_viewport_size({"width": 1280, "height": height})
    open_page(tab, tmp_path, graphs.shop(200))
    tab.locator(".node").nth(60).focus()
    for _ in range(20):
        tab.keyboard.press("Tab")
        tab.evaluate(TWO_FRAMES)
        focused = tab.locator(".node:focus")
        assert focused.count() == 1
        assert seen_whole(tab, focused)
        frame = tab.locator(".map svg").bounding_box()
        assert frame["y"] >= 0
        assert frame["y"] + frame["height"] <= height


def test_calls_and_links_are_counted_apart(tab, tmp_path):
    open_page(tab, tmp_path, graphs.shop(12))
    links = tab.locator(".edge.link").count()
    calls = tab.locator(".edge:not(.link)").count()
    assert links > 1
    assert f"12 parts, {calls} calls, {links} links" in tab.locator("header").inner_text()


def test_a_search_shows_what_it_finds_and_enter_chooses_it(tab, tmp_path):
    open_page(tab, tmp_path, graphs.shop(62))
    tab.locator(".map svg").focus()
    tab.keyboard.press("/")
    tab.keyboard.type("part-14")
    shown = tab.locator(".node:visible")
    assert shown.count() == 1
    assert tab.get_by_text("1 of 62 parts").is_visible()
    tab.keyboard.press("Enter")
    assert tab.get_by_label("Chosen part").locator("h2").inner_text() == "shop-orders-part-14"
    tab.get_by_role("button", name="Show all").click()
    assert shown.count() == 62
    tab.get_by_role("searchbox").fill("no such part")
    assert tab.get_by_text("0 of 62 parts").is_visible()
    tab.keyboard.press("Escape")
    assert shown.count() == 62


def test_a_filter_by_health_shows_what_failed(tab, tmp_path):
    open_page(tab, tmp_path, graphs.dragons())
    tab.get_by_label("Show").select_option("with faults")
    words = [one.get_attribute("aria-label") for one in tab.locator(".node:visible").all()]
    assert len(words) == 2
    assert all("fault" in word for word in words)
    tab.get_by_label("Show").select_option("with errors")
    assert tab.locator(".node:visible").count() == 4


def test_one_part_and_its_neighbours_can_be_shown_alone(tab, tmp_path):
    open_page(tab, tmp_path, graphs.shop(62))
    choose(tab, "^shop-orders-part-2, function")
    panel = tab.get_by_label("Chosen part")
    panel.get_by_role("button", name="Show only this and its neighbours").click()
    neighbours = panel.locator("ul .plain").count()
    shown = tab.locator(".node:visible")
    assert 3 < shown.count() <= neighbours + 1
    assert tab.locator(".node:focus").get_attribute("aria-label").startswith("shop-orders-part-2,")
    assert seen_whole(tab, tab.locator(".node:focus"))
    tab.keyboard.press("Escape")
    assert shown.count() == 62


def test_links_are_dotted_and_accounts_and_whole_names_are_told(tab, tmp_path):
    open_page(tab, tmp_path, graphs.shop(20))
    links = tab.locator(".edge.link")
    assert links.count() > 2
    assert "a link" in links.first.locator("title").text_content()
    dashes = links.first.locator("path").evaluate(
        "(path) => getComputedStyle(path).strokeDasharray"
    )
    plain = tab.locator(".edge:not(.link):not(.back) path").first
    assert dashes != plain.evaluate("(path) => getComputedStyle(path).strokeDasharray")
    assert node(tab, "^table-1-5, DynamoDB · account 999988887777").count() == 1
    choose(tab, "^events-8, SQS Queue")
    panel = tab.get_by_label("Chosen part").inner_text()
    assert "https://sqs.eu-west-1.amazonaws.com/123456789012/events-8" in panel
    assert ", a link" in panel


def test_a_trace_of_twelve_hundred_calls_is_a_few_rows_and_its_bars_fit(tab, tmp_path):
    ident = documents.TRACE
    answer = documents.answer(documents.loop(600), ident)
    traces, _ = read_traces(lambda *_, **__: answer, [ident])
    names = [{"Name": "busy", "Type": "AWS::Lambda::Function"}]
    summary = summary_of(documents.summary(0, Id=ident, ServiceIds=names))
    services = [graphs.service(0, "busy", "AWS::Lambda::Function", 1)]
    found = service_map(graphs.fetch_of(services), documents.START - 3600, documents.START)
    target = tmp_path / "map.html"
    target.write_text(page(found, "busy", [summary], traces), encoding="utf-8")
    tab.goto(target.as_uri())
    node(tab, "^busy").click()
    panel = tab.get_by_label("Chosen part")
    panel.get_by_role("button", name=re.compile("^GET 200")).click()
    assert panel.locator(".fall tr").count() == 2
    assert "1,201 segments" in panel.inner_text()
    assert "600" in panel.locator(".fall tr").last.inner_text()


def test_no_text_leaves_its_card(tab, tmp_path):
    name = "WWWW-MMMM-" * 6
    open_page(tab, tmp_path, [
        graphs.service(at, name, "AWS::StepFunctions::StateMachine", 9, account=account)
        for at, account in enumerate(["123456789012", "123456789012", "999988887777"])
    ])  # fmt: skip
    for part in tab.locator(".node").all():
        card = part.locator(".box").bounding_box()
        for text in part.locator("text").all():
            box = text.bounding_box()
            assert not box or box["x"] + box["width"] <= card["x"] + card["width"]
    kinds = tab.locator(".node .kind").all_text_contents()
    assert "state machine · account 999988887777" in kinds
