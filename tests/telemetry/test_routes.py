import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.traces.routes import route_of


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("https://api.example/prod/dragons/17?full=1", "api.example/prod/dragons/{id}"),
        ("https://api.example/orders/5f2b1c0e-1111-4222-8333-444455556666/items",
         "api.example/orders/{id}/items"),
        ("https://api.example/v2/oauth2/route53/s3", "api.example/v2/oauth2/route53/s3"),
        ("https://api.example/ORD-2026-0001", "api.example/{id}"),
        ("https://api.example/o/01ARZ3NDEKTSV4RRFFQ69G5FAV", "api.example/o/{id}"),
        ("https://api.example/days/2026-11-27/jon%40example.com", "api.example/days/{id}/{id}"),
        ("https://api.example", "api.example/"),
        ("/prod/items/user_42", "/prod/items/{id}"),
        ("http://[broken?x", "http://[broken"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_looks_like_an_id_is_left_out_of_a_route(url, route):
    assert route_of(url) == route


@given(st.text(max_size=200))
def test_any_text_has_a_route_without_a_query(url):
    assert "?" not in route_of(url)
