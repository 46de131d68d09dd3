"""A headless Chromium with nothing but the page: no network, a folder of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def tab(request, chromium):
    """A tab in light or dark; what the page complains of fails the test."""
    context = chromium.new_context(
        color_scheme=request.param, viewport={"width": 1400, "height": 1000}
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda sent: complaints.append(sent.url) if not sent.url.startswith("file:") else None,
    )
    page.scheme = request.param
    yield page
    context.close()
    assert complaints == []
