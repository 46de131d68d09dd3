"""Who a browser is, and which origins a page can have."""

from __future__ import annotations

import pytest

from dragonctl.errors import UsageError
from dragonctl.local.callers import Caller, caller, origin

PAGE = "http://localhost:3000"


def asked(method="GET", host="127.0.0.1:4566", **headers):
    told = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return {"REQUEST_METHOD": method, "HTTP_HOST": host, "SERVER_PORT": "4566", **told}


def fetched(site="cross-site", mode="no-cors", dest="image", **more):
    return {"sec_fetch_site": site, "sec_fetch_mode": mode, "sec_fetch_dest": dest, **more}


TYPED = fetched("none", "navigate", "document", sec_fetch_user="?1")


@pytest.mark.parametrize(("environ", "who"), [
    (asked(), Caller.PROGRAM),
    (asked("POST", content_type="text/plain"), Caller.PROGRAM),
    (asked(sec_fetch_mode="cors"), Caller.PROGRAM),  # what fetch of Node says
    (asked(origin=PAGE), Caller.ALLOWED_PAGE),
    (asked("OPTIONS", origin=PAGE, **fetched("same-site", "cors", "empty")), Caller.ALLOWED_PAGE),
    (asked(origin="null"), Caller.PAGE),
    (asked(origin=""), Caller.PAGE),
    (asked(origin="http://localhost:3001"), Caller.PAGE),
    (asked(origin="https://localhost:3000"), Caller.PAGE),
    (asked(origin="http://localhost:3000.evil.example"), Caller.PAGE),
    (asked(origin="http://127.0.0.1:4566"), Caller.PAGE),  # a page that lies in here
    (asked(**fetched()), Caller.PAGE),
    (asked(**fetched("same-origin")), Caller.PAGE),
    (asked(**fetched("cross-site", "navigate", "document")), Caller.PAGE),
    (asked(**fetched("none", "navigate", "iframe")), Caller.PAGE),
    (asked(sec_fetch_mode="websocket"), Caller.PAGE),
    (asked(sec_fetch_dest="script"), Caller.PAGE),
    (asked(**TYPED), Caller.ADDRESS_BAR),
    (asked("POST", **TYPED), Caller.PAGE),
])  # fmt: skip
def test_a_browser_says_that_it_is_one(environ, who):
    assert caller(environ, {PAGE}) is who


@pytest.mark.parametrize(("host", "who", "browsing"), [
    ("127.0.0.1:4566", Caller.PROGRAM, Caller.ALLOWED_PAGE),
    ("localhost:4566", Caller.PROGRAM, Caller.ALLOWED_PAGE),
    ("LOCALHOST.:4566", Caller.PROGRAM, Caller.ALLOWED_PAGE),
    ("bucket.localhost:4566", Caller.PROGRAM, Caller.ALLOWED_PAGE),
    # A program may come through a forwarder; a page cannot choose what it calls this address.
    ("localhost:1", Caller.PROGRAM, Caller.STRANGER),
    ("localhost", Caller.PROGRAM, Caller.STRANGER),
    *((name, Caller.STRANGER, Caller.STRANGER) for name in (
        "evil.example:4566", "127.0.0.1.evil.example:4566", "evillocalhost:4566",
        "localhost.evil.example", "127.0.0.2:4566", "0.0.0.0:4566", "[", "", "a@localhost:4566",
        "localhost:4566:1", "localhost:4566, evil.example", "2130706433:4566", "localhost/x")),
])  # fmt: skip
def test_a_name_that_leads_here_is_not_this_address(host, who, browsing):
    assert caller(asked(host=host), {PAGE}) is who
    assert caller(asked(host=host, origin=PAGE), {PAGE}) is browsing


@pytest.mark.parametrize(("url", "written"), [
    ("http://localhost:3000", "http://localhost:3000"),
    ("HTTP://LocalHost:3000/", "http://localhost:3000"),
    ("https://app.example:443", "https://app.example"),
    ("http://app.example:80", "http://app.example"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("http://[::1]:3000", "http://[::1]:3000"),
    ("https://bücher.example", "https://xn--bcher-kva.example"),
])  # fmt: skip
def test_an_origin_is_written_as_browsers_write_it(url, written):
    assert origin(url) == written


@pytest.mark.parametrize("url", [
    "*", "null", "", "localhost:3000", "http://", "ftp://a", "file:///etc", "http://a/path",
    "http://a?b", "http://a#b", "http://u@a", "http://u:p@a", "http://*.a", "http://a:b",
    "http://a:99999", "http://a:0", "http://[", "http://a b", "http://a\nb", "http://.", "http://a..b",
])  # fmt: skip
def test_everybody_is_no_origin(url):
    with pytest.raises(UsageError):
        origin(url)
