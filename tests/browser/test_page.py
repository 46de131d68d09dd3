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
    assert drawing.get_attribute("viewBox") == home
    tab.mouse.wheel(0, -200)
    tab.wait_for_function("home => document.querySelector('.map svg').getAttribute('viewBox')"
                          " !== home", arg=home)  # fmt: skip


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
