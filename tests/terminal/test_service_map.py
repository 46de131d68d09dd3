import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from dragonctl.telemetry.traces.service_map import service_map
from dragonctl.terminal.layers import layered
from dragonctl.terminal.map_names import MapNames
from dragonctl.terminal.map_outline import outline
from dragonctl.terminal.map_twins import folded
from dragonctl.terminal.service_map import drawn, print_map
from tests.telemetry import graphs
from tests.terminal.screens import HOSTILE, screen, seen

SMALL = """\
              ╭ client ──────────╮
              │ clients          │
              │ 10 req           │
              │                  │
              ╰──────────────────╯
                        │
                        ▼
              ╭ API ─────────────╮
              │ api/prod         │
              │ 10 req  50 ms    │
              │ fault 10 %       │
              ╰──────────────────╯
                      │ ▲
          ╭───────────┴─────────╮
          ▼             ╎       ▼
╭ function ────────╮  ╭ function ────────╮
│ read             │  │ write            │
│ 6 req  50 ms     │  │ 4 req  50 ms     │
│ ok               │  │ ok               │
╰──────────────────╯  ╰──────────────────╯"""


def map_of(services):
    return service_map(graphs.fetch_of(services), 0, 3600)


def picture(services, columns):
    return "\n".join(line.plain.rstrip() for line in drawn(map_of(services), columns))


def test_a_small_map_is_drawn_so():
    services = [
        graphs.service(0, "api/prod", "client", 0, [(1, 10)]),
        graphs.service(1, "api/prod", "AWS::ApiGateway::Stage", 10, [(2, 6), (3, 4)], fault=1),
        graphs.service(2, "read", "AWS::Lambda::Function", 6),
        graphs.service(3, "write", "AWS::Lambda::Function", 4, [(1, 1)]),
    ]
    assert picture(services, 60) == SMALL


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_twenty_nodes_with_cycles_fit_and_lose_no_node_or_arrow(columns):
    found = map_of(graphs.twenty())
    lines = [line.plain for line in drawn(found, columns)]
    text = "\n".join(lines)
    assert max(cell_len(line) for line in lines) <= columns
    assert text.count("╭ function") + text.count("╭ API") + text.count("╭ client") == 20
    # Two edges close a cycle and one leads a node to itself; arrows of one node may share a tip.
    assert text.count("▲") == 2
    assert text.count("↻") == 1
    assert text.count("▼") == len(found.edges) - 3


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40),
    st.lists(st.integers(8, 30), min_size=15, max_size=15),
    st.integers(40, 160),
)
def test_any_graph_is_laid_out_whole_and_without_overlap(edges, widths, columns):
    layout = layered(dict(enumerate(widths)), edges, columns)
    assert sorted(item.node for row in layout.rows for item in row if item.node is not None) == [
        *range(15)
    ]
    for row in layout.rows:
        for left, right in itertools.pairwise(row):
            assert left.x >= 0
            assert left.x + left.width < right.x
    reached = {
        frozenset((net.origin, target.node))
        if not net.backwards
        else frozenset((net.origin, _top(layout, net).node))
        for nets in layout.nets
        for net in nets
        for target in net.targets
        if target.node is not None
    }
    assert reached == {frozenset(edge) for edge in edges if edge[0] != edge[1]}


def _top(layout, net):
    """The box at which a way back ends: up through its passages."""
    source = net.source
    while source.node is None:
        source = next(
            above.source for nets in layout.nets for above in nets if source in above.targets
        )
    return source


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_tables_give_every_name_whole_and_every_edge(columns):
    console = screen(columns)
    found = map_of(graphs.dragons())
    print_map(console, found)
    text = re.sub(r"\s+", "", seen(console))
    for edge in found.edges.values():
        if edge.source[0] != edge.target[0]:
            assert edge.target[0] in text
    assert "validate-dragon(function)" in text or columns == 40
    assert max(cell_len(line.rstrip()) for line in seen(console).splitlines()) <= columns


def test_hostile_names_stay_in_their_box():
    services = [graphs.service(0, HOSTILE, HOSTILE, 10, [(1, 1)]), *graphs.dragons()[1:]]
    console = screen(100)
    print_map(console, map_of(services))
    text = seen(console)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text.replace("\n", ""))
    assert "[bold]&amp;" in re.sub(r"\s+", "", text)


def test_what_failed_is_told_though_it_took_no_time_and_clients_by_what_they_call():
    services = [
        graphs.service(0, "api/prod", "client", 0, [(1, 4)]),
        graphs.service(1, "api/prod", "AWS::ApiGateway::Stage", 4, [(2, 4)], throttle=4, time=0),
        graphs.service(2, "S3", "AWS::S3", 4),
    ]
    console = screen(120)
    print_map(console, map_of(services))
    rows = {" ".join(line.split()) for line in seen(console).splitlines()}
    assert "api/prod (API) 4 0 ms 0 ms 0 ms throttle 100 %" in rows
    assert "clients of api/prod 4 - - - -" in rows
    assert "S3 4 50 ms 25 ms 25 ms ok" in rows


def test_an_empty_map_says_so():
    console = screen(80)
    print_map(console, map_of([]))
    assert seen(console).strip() == "No service answered in this time."


@pytest.mark.parametrize("columns", [40, 80, 140])
@pytest.mark.parametrize("count", [62, 200])
def test_a_large_map_is_an_outline_with_every_call_once_and_every_part(count, columns):
    found = map_of(graphs.shop(count))
    console = screen(columns)
    print_map(console, found)
    lines = [line.rstrip() for line in seen(console).splitlines()]
    assert max(map(cell_len, lines)) <= columns
    calls = [line for line in lines if line.lstrip().startswith(("→", "⇢"))]
    assert len(calls) == len(found.edges)
    assert sum(line.lstrip().startswith("⇢") for line in calls) == sum(
        edge.kind == "link" for edge in found.edges.values()
    )
    text = " ".join(" ".join(lines).split())
    assert all(_end(node.name) in text for node in found.nodes.values())


def _end(name):
    return name.rpartition("/")[2] if name.startswith("https:") else name


def test_what_is_called_twice_stands_once_with_its_calls_and_cycles_end():
    services = [
        graphs.service(0, "a", "AWS::Lambda::Function", 9, [(1, 5), (2, 4)]),
        graphs.service(1, "b", "AWS::Lambda::Function", 9, [(2, 3)]),
        graphs.service(2, "c", "AWS::Lambda::Function", 9, [(0, 1), (3, 2)]),
        graphs.service(3, "d", "AWS::S3", 9),
    ]
    words = [" ".join(line.plain.split()[:2]) for line in outline(map_of(services), 100)]
    assert words == ["Requests Average", "a (function)", "→ b", "→ c", "→ d", "→ a", "→ c"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_an_outline_of_any_graph_holds_each_edge_once(pairs):
    edges = dict.fromkeys(pairs)
    services = [
        graphs.service(
            at, f"part-{at}", "AWS::Lambda::Function", 1, [(b, 1) for a, b in edges if a == at]
        )
        for at in range(10)
    ]
    lines = [line.plain.strip() for line in outline(map_of(services), 200)]
    assert sum(line.startswith("→") for line in lines) == len(edges)
    assert all(any(f"part-{at} " in line for line in lines) for at in range(10))


def test_links_are_drawn_and_told_as_links_and_accounts_told_apart():
    services = [
        graphs.service(0, "seller", "AWS::Lambda::Function", 9, [(1, 9), (3, 2), (4, 2)]),
        graphs.service(
            1, "https://sqs.eu-west-1.amazonaws.com/123456789012/sold", "AWS::SQS::Queue", 9
        ),
        graphs.service(2, "packer", "AWS::Lambda::Function", 9),
        graphs.service(3, "stock", "AWS::DynamoDB::Table", 2),
        {**graphs.service(4, "stock", "AWS::DynamoDB::Table", 2), "AccountId": "999988887777"},
    ]
    graphs.calls(services[1], 2, 9, EdgeType="link")
    console = screen(140)
    print_map(console, map_of(services))
    text = seen(console)
    assert "▽" in text
    assert "┆" in text
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert any(row.startswith("sold ⇢ packer (link) 9") for row in rows)
    assert any(row.startswith("seller → stock (DynamoDB) 2") for row in rows)
    assert any(row.startswith("seller → stock (DynamoDB, account 999988887777) 2") for row in rows)


def test_no_two_parts_bear_one_name():
    queues = [f"https://sqs.{region}.amazonaws.com/123456789012/q" for region in ("a-1", "b-1")]
    services = [graphs.service(at, url, "AWS::SQS::Queue", 1) for at, url in enumerate(queues)]
    names = MapNames.of(map_of(services))
    assert len(set(names.full.values())) == 2
    assert all(url in name for url, name in zip(queues, names.full.values(), strict=True))


def test_what_a_link_leads_to_has_a_place_of_its_own_in_an_outline():
    services = [
        graphs.service(0, "seller", "AWS::Lambda::Function", 9, [(1, 9)]),
        graphs.service(1, "sold", "AWS::SQS::Queue", 9),
        graphs.service(2, "packer", "AWS::Lambda::Function", 9, [(3, 9)]),
        graphs.service(3, "stock", "AWS::DynamoDB::Table", 9),
    ]
    graphs.calls(services[1], 2, 9, EdgeType="link")
    lines = [line.plain for line in outline(map_of(services), 100)]
    assert any(line.startswith("    ⇢ packer link ↕ see there") for line in lines)
    at = next(number for number, line in enumerate(lines) if line.startswith("packer (function)"))
    assert lines[at + 1].startswith("  → stock (DynamoDB)")


def test_a_function_that_is_there_as_service_and_as_code_is_drawn_once_as_its_callers_met_it():
    services = [
        graphs.service(0, "api/prod", "AWS::ApiGateway::Stage", 6, [(1, 6)]),
        graphs.service(1, "read", "AWS::Lambda", 6, [(2, 6)], fault=2, time=0.5),
        graphs.service(2, "read", "AWS::Lambda::Function", 6, [(3, 6)], fault=2, time=0.1),
        graphs.service(3, "S3", "AWS::S3::Bucket", 6),
    ]
    found = map_of(services)
    shown = folded(found)
    assert [(node.name, node.type) for node in shown.nodes.values()] == [
        ("api/prod", "AWS::ApiGateway::Stage"), ("read", "AWS::Lambda::Function"),
        ("S3", "AWS::S3::Bucket"),
    ]  # fmt: skip
    assert [(source[0], target[0]) for source, target in shown.edges] == [
        ("api/prod", "read"), ("read", "S3"),
    ]  # fmt: skip
    read = list(shown.nodes.values())[1].figures
    assert (read.average, read.fault) == (0.5, 2)
    assert len(found.nodes) == 4  # what the JSON document shows stays


@pytest.mark.parametrize(
    ("service", "function", "more"),
    [
        ({"throttle": 3}, {}, []),  # Lambda refused what the code never saw
        ({}, {"fault": 1}, []),
        ({}, {}, [graphs.service(3, "queue", "AWS::SQS", 1, [(2, 1)])]),  # called another way too
        ({}, {"account": "210987654321"}, []),
    ],
)
def test_a_function_of_which_its_two_nodes_say_different_things_keeps_both(service, function, more):
    found = map_of([
        graphs.service(1, "read", "AWS::Lambda", 6, [(2, 6)], **service),
        graphs.service(2, "read", "AWS::Lambda::Function", 6, **function),
        *more,
    ])  # fmt: skip
    assert folded(found).document() == found.document()


def test_the_lines_between_boxes_have_none_of_the_colours_that_say_how_a_part_is():
    console = screen(120)
    for line in drawn(map_of(graphs.twenty()), 120):
        console.print(line)
    arrows = re.findall(r"\x1b\[([0-9;]*)m[▼▽▲]", console.file.getvalue())
    assert arrows
    assert not {"31", "32", "33"} & {part for codes in arrows for part in codes.split(";")}


def test_a_call_is_never_broken_and_a_line_keeps_its_colour_past_the_boxes():
    services = [
        graphs.service(0, "shop", "AWS::ApiGateway::Stage", 9, [(1, 9), (2, 9), (5, 9)]),
        graphs.service(1, "orders", "AWS::Lambda::Function", 9, [(3, 9)]),
        graphs.service(2, "bills", "AWS::Lambda::Function", 9, [(4, 9)]),
        graphs.service(3, "sold", "AWS::SQS::Queue", 9),
        graphs.service(4, "stock", "AWS::DynamoDB::Table", 9),
        graphs.service(5, "packer", "AWS::Lambda::Function", 9, [(0, 1), (4, 2)]),
    ]
    graphs.calls(services[3], 5, 9, EdgeType="link")
    lines = list(drawn(map_of(services), 80))
    across = [line.plain for line in lines if "─" in line.plain and "╭ " not in line.plain]
    assert not any(re.search("─[╎┆╌┄]|[╎┆╌┄]─", line) for line in across)
    colours = {
        str(span.style)
        for line in lines
        for span in line.spans
        if "╎" in line.plain[span.start : span.end]
    }
    assert len(colours) == 1


def long_names():
    """Functions as CloudFormation names them, that differ in their middles alone."""
    ends = ("1XK9QZ7T2B4C", "AB3DEFGHIJKL", "Z9YXWVUTSRQP")
    works = ("CreateOrderFunction", "CancelOrderFunction", "ArchiveInvoicesFunction")
    return [
        graphs.service(at, f"acme-checkout-production-{work}-{end}", "AWS::Lambda::Function", 9000)
        for at, (work, end) in enumerate(zip(works, ends, strict=True))
    ]


def test_a_box_shows_of_a_long_name_what_tells_it_from_others():
    text = picture(long_names(), 140)
    for work in ("CreateOrderFunction", "CancelOrderFunction", "ArchiveInvoicesFunction"):
        assert f"…{work}…" in text


def test_figures_stand_in_columns_beneath_names_that_are_longer_than_their_column():
    console = screen(80)
    print_map(console, map_of(long_names()))
    lines = [line.rstrip() for line in seen(console).splitlines()]
    head = next(line for line in lines if line.startswith("Node"))
    name = lines.index("acme-checkout-production-CreateOrderFunction-1XK9QZ7T2B4C (function)")
    assert lines[name + 1].split() == ["9,000", "50", "ms", "25", "ms", "200", "ms", "ok"]
    assert lines[name + 1].index("9,000") + len("9,000") == head.index("Requests") + len("Requests")
    assert max(map(cell_len, lines)) <= 80
