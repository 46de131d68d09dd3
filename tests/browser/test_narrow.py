"""The service map's page in a narrow window: a telephone, or half of a screen."""

import re

import pytest

from tests.browser.test_page import TWO_FRAMES, node, open_page, seen_whole
from tests.telemetry import graphs

HEIGHT = 844


@pytest.fixture(params=[390, 900])
def narrow(request, tab):
    tab.set_viewport_size({"width": request.param, "height": HEIGHT})
    return tab


def in_frame(tab):
    """The parts that the map shows whole."""
    return [one for one in tab.locator(".node").all() if seen_whole(tab, one)]


def tap(tab, part):
    box = part.locator(".box").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.evaluate(TWO_FRAMES)


@pytest.mark.parametrize("count", [12, 62])
def test_who_chooses_a_part_sees_it_and_its_figures_at_once(narrow, tmp_path, count):
    open_page(narrow, tmp_path, graphs.shop(count))
    part = in_frame(narrow)[-1]
    tap(narrow, part)
    sheet = narrow.get_by_label("Chosen part").bounding_box()
    assert sheet["y"] + sheet["height"] <= HEIGHT
    assert sheet["height"] > 300
    box = part.locator(".box").bounding_box()
    assert box["y"] > 0
    assert box["y"] + box["height"] <= sheet["y"]
    assert seen_whole(narrow, part)


def test_who_has_no_escape_key_closes_what_is_shown(narrow, tmp_path):
    open_page(narrow, tmp_path, graphs.dragons())
    part, panel = in_frame(narrow)[0], narrow.get_by_label("Chosen part")
    tap(narrow, part)
    panel.get_by_role("button", name="Close").click()
    assert not panel.is_visible()
    assert narrow.locator('.node[aria-pressed="true"]').count() == 0
    assert part.evaluate("(part) => part === document.activeElement")


def test_a_trace_opens_at_its_head_with_each_name_on_a_line(narrow, tmp_path):
    open_page(narrow, tmp_path, graphs.dragons())
    node(narrow, "^MyStateMachine").focus()
    narrow.keyboard.press("Enter")
    panel = narrow.get_by_label("Chosen part")
    panel.get_by_role("button", name=re.compile("^GET 200")).click()
    heading, sheet = panel.locator("h2").bounding_box(), panel.bounding_box()
    assert sheet["y"] <= heading["y"] < sheet["y"] + sheet["height"]
    assert sheet["y"] + sheet["height"] <= HEIGHT
    names = panel.locator(".fall td:first-child").all()
    assert max(one.bounding_box()["height"] for one in names) < 30


def test_the_tables_fit_and_keep_a_name_in_one_piece(narrow, tmp_path):
    open_page(narrow, tmp_path, graphs.dragons())
    tables = narrow.locator(".tables")
    assert tables.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    name = tables.get_by_role("rowheader", name="MyStateMachine (state machine)")
    assert name.bounding_box()["height"] < 40
    requests = tables.get_by_role("columnheader", name="Requests").first.bounding_box()
    average = tables.get_by_role("columnheader", name="Average").first
    assert average.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert requests["x"] + requests["width"] <= average.bounding_box()["x"]


def test_a_second_finger_zooms_the_page_and_drags_nothing(narrow, tmp_path):
    open_page(narrow, tmp_path, graphs.dragons())
    drawing = narrow.locator(".map svg")
    home = drawing.get_attribute("viewBox")
    drawing.evaluate("""(svg) => {
      const tell = (type, x, isPrimary) => svg.dispatchEvent(
        new PointerEvent(type, { bubbles: true, clientX: x, clientY: 300, isPrimary }));
      tell("pointerdown", 100, true);
      tell("pointerdown", 200, false);
      tell("pointermove", 250, false);
      tell("pointercancel", 100, true);
      tell("pointermove", 150, true);
    }""")
    assert drawing.get_attribute("viewBox") == home
    assert drawing.evaluate("(svg) => getComputedStyle(svg).touchAction") == "pinch-zoom"
