"""Names of a map's parts that are too long for their boxes stay apart."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dragonctl.telemetry.traces.service_map import service_map
from dragonctl.terminal.map_names import Shortening, label
from tests.telemetry import graphs

ENDS = st.text(string.ascii_uppercase + string.digits, min_size=12, max_size=12)


def cut(names, width):
    services = [
        graphs.service(number, name, "AWS::Lambda::Function", 1)
        for number, name in enumerate(names)
    ]
    found = service_map(graphs.fetch_of(services), 0, 3600)
    shortening = Shortening.of(found)
    return {label(node): shortening.fitted(node, width) for node in found.nodes.values()}


@given(
    begun=st.text(string.ascii_lowercase + "-é界", max_size=60),
    ends=st.lists(ENDS, min_size=1, max_size=8, unique=True),
    others=st.lists(st.text(string.ascii_letters + "-", min_size=1, max_size=40), max_size=4),
    width=st.integers(16, 40),
)
def test_names_that_differ_in_their_end_alone_are_drawn_apart(begun, ends, others, width):
    drawn = cut([*others, *(f"x{begun}-{end}" for end in ends)], width)
    mine = [text for name, text in drawn.items() if name.endswith(tuple(ends))]
    assert len({*mine}) == len(mine)
    assert all(cell_len(text) <= width for text in drawn.values())


def test_two_functions_of_a_stack_that_differ_in_what_cloudformation_made_up_are_told_apart():
    drawn = cut(
        ["shop-production-checkout-1XK9QZ4T7B2M", "shop-production-checkout-9PL2MN8C5V1A"], 22
    )
    assert [text[-6:] for text in drawn.values()] == ["4T7B2M", "8C5V1A"]


def test_a_made_up_end_goes_first_where_nothing_is_alike_without_it():
    (text,) = cut(["shop-production-checkout-1XK9QZ4T7B2M"], 27).values()
    assert text == "shop-production-checkout…"
