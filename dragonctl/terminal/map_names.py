"""What the parts of a service map are called: by the part of their name that tells them apart.

X-Ray names a queue by its URL, a topic by its ARN, clients by what they call, and a table of
another account as one's own. The JSON document keeps every name as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from rich.cells import cell_len

from dragonctl.telemetry.traces.service_map import CLIENT, Edge, Key, Node, ServiceMap
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.neutral import middle, neutral

_QUEUE = re.compile(r"https?://(?:sqs\.|[\w-]+\.queue\.)[^/]+/\d+/([^/?]+)/?")
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)")
_RANDOM = re.compile(r"-(?=[A-Za-z]*\d)(?=[a-z\d]*[A-Z])[A-Za-z\d]{12,13}$")
"""The end of a name that CloudFormation made: STACK-RESOURCE-1ABCDEFGHIJKL."""
_ALIKE, _SHARE = 3, 4
"""So many parts at least, and one in so many, begin alike before that is left out."""
LINK = "link"
"""X-Ray's type of an edge that stands for messages that are handled later."""


def label(node: Node) -> str:
    """The telling part of a node's name, harmless; X-Ray names clients after what they call."""
    return "clients" if node.type == CLIENT else neutral(telling(node.name))


@dataclass(frozen=True)
class Shortening:
    """Cuts the ``labels`` of a map where they tell least, and so that no two look alike.

    ``beginning`` is the one that says least: without it the most characters are saved in all.
    """

    beginning: str
    labels: frozenset[str]

    @classmethod
    def of(cls, found: ServiceMap) -> Shortening:
        """For the labels of a map."""
        labels = [label(node) for node in found.nodes.values()]
        counted = Counter(begun for text in labels for begun in _beginnings(text))
        least = max(_ALIKE, len(labels) // _SHARE)
        saved = {begun: count * len(begun) for begun, count in counted.items() if count >= least}
        return cls(max(saved, key=saved.__getitem__, default=""), frozenset(labels))

    def fitted(self, node: Node, width: int) -> str:
        """The label in at most ``width`` cells.

        What goes first is the random end, then what others begin with too, then the middle;
        where another label of the map would then look the same, more of the end stays.
        """
        return _told_apart(self, width)[label(node)]

    def usual(self, whole: str, width: int) -> str:
        """A label cut without a look at others."""
        if cell_len(whole) <= width:
            return whole
        text = _RANDOM.sub("…", whole)
        if cell_len(text) > width and self.beginning and text.startswith(self.beginning):
            text = f"…{text.removeprefix(self.beginning)}"
        return middle(text, width)


@cache
def _told_apart(shortening: Shortening, width: int) -> dict[str, str]:
    """How each label of a map is drawn."""
    groups: dict[str, list[str]] = {}
    for whole in sorted(shortening.labels):
        groups.setdefault(shortening.usual(whole, width), []).append(whole)
    drawn = {group[0]: usual for usual, group in groups.items() if len(group) == 1}
    for group in groups.values():
        if len(group) > 1:
            drawn |= zip(group, _apart_within(group, width, {*drawn.values()}), strict=True)
    return drawn


def _apart_within(group: list[str], width: int, taken: set[str]) -> list[str]:
    """Labels that would look alike, with as much of their ends as tells them apart, if any does."""
    ways = [[middle(whole, width, end) for whole in group] for end in range(width // 3, width)]
    apart = (texts for texts in ways if len({*texts} - taken) == len(group))
    return next(apart, ways[-1])


def _beginnings(text: str) -> Iterable[str]:
    """``a-``, ``a-b-`` of ``a-b-c``."""
    return (text[: dash.end()] for dash in re.finditer("-", text))


def links_of(found: ServiceMap) -> set[tuple[Key, Key]]:
    """The edges of a map that are links."""
    return {pair for pair, edge in found.edges.items() if edge.kind == LINK}


def telling(name: str) -> str:
    """A queue's name of its URL, a resource's of its ARN; others whole."""
    if queue := _QUEUE.fullmatch(name):
        return queue[1]
    arn = _ARN.fullmatch(name)
    return re.split(r"[:/]", arn[1])[-1] or name if arn else name


@dataclass(frozen=True)
class MapNames:
    """The names of a map's parts, each with what tells it from others that are called alike.

    ``own`` is the account of most parts: theirs is not said.
    """

    short: dict[Key, str]
    full: dict[Key, str]
    own: str = ""
    accounts: dict[Key, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: ServiceMap) -> MapNames:
        """The names of a map."""
        nodes = found.nodes.values()
        counted = Counter(node.key[2] for node in nodes if node.key[2])
        own = counted.most_common(1)[0][0] if counted else ""
        accounts = {
            node.key: f"account {neutral(node.key[2])}"
            for node in nodes
            if node.key[2] not in ("", own)
        }
        full = _apart(nodes, {node.key: _titled(node, accounts) for node in nodes})
        alike = Counter(label(node) for node in nodes)
        short = {
            node.key: label(node)
            if alike[label(node)] == 1 and node.key not in accounts
            else full[node.key]
            for node in nodes
        }
        clients = [node.key for node in nodes if node.type == CLIENT]
        if len(clients) == 1:
            short[clients[0]] = "clients"
        return cls(short, full, own, accounts)

    def call(self, edge: Edge) -> str:
        """An edge in words: ``a → b``, a link ``a ⇢ b (link)``."""
        arrow, mark = ("⇢", " (link)") if edge.kind == LINK else ("→", "")
        return f"{self.short[edge.source]} {arrow} {self.short[edge.target]}{mark}"


def _titled(node: Node, accounts: dict[Key, str]) -> str:
    """A node with its kind, or for clients what they call, and its account if it is another."""
    if node.type == CLIENT:
        return f"clients of {neutral(telling(node.name))}"
    name, kind = label(node), kind_text(node.type)
    about = [kind] if kind != name else []
    about += [accounts[node.key]] if node.key in accounts else []
    return f"{name} ({', '.join(about)})" if about else name


def _apart(nodes: Iterable[Node], titles: dict[Key, str]) -> dict[Key, str]:
    """Titles of which no two are equal: those that would be bear the whole name."""
    counted = Counter(titles.values())
    return {
        node.key: title
        if counted[title := titles[node.key]] == 1
        else f"{title}: {neutral(node.name)}"
        for node in nodes
    }
