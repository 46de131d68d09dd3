"""Functions drawn once: X-Ray's graph holds each as a node of Lambda and as one of its own.

The first is the service that took the call (``AWS::Lambda``), the second the code that ran
(``AWS::Lambda::Function``; "Lambda and AWS X-Ray" in the Lambda developer guide). Where both say
the same of the same requests, two boxes tell no more than one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from dragonctl.telemetry.traces.folding import FUNCTION, SERVICE
from dragonctl.telemetry.traces.service_map import Figures, Key, Node, ServiceMap


def folded(found: ServiceMap) -> ServiceMap:
    """The map with each such pair as the function's node, timed as its callers met it.

    A function that was throttled, or whose failures Lambda did not hand on, keeps both nodes:
    their outcomes differ. The map that is given stays as it is.
    """
    functions = dict(_twins(found))
    places = {key: functions.get(key, key) for key in found.nodes}
    nodes = {key: node for key, node in found.nodes.items() if key not in functions}
    for service, function in functions.items():
        nodes[function] = _joined(found.nodes[service], found.nodes[function])
    edges = {
        (places[source], places[target]): replace(
            edge, source=places[source], target=places[target]
        )
        for (source, target), edge in found.edges.items()
        if functions.get(source) != target
    }
    return replace(found, nodes=nodes, edges=edges)


def _twins(found: ServiceMap) -> list[tuple[Key, Key]]:
    """Each node of Lambda with the function's, where they are equal but for their times."""
    called: dict[Key, list[Key]] = defaultdict(list)
    callers: dict[Key, list[Key]] = defaultdict(list)
    for source, target in found.edges:
        called[source].append(target)
        callers[target].append(source)
    return [
        (key, function)
        for key, node in found.nodes.items()
        if node.type == SERVICE
        and called[key] == [function := (node.name, FUNCTION, key[2])]
        and callers[function] == [key]
        and _outcomes(node.figures) == _outcomes(found.nodes[function].figures)
    ]


def _outcomes(figures: Figures) -> tuple[int, ...]:
    return figures.requests, figures.ok, figures.error, figures.throttle, figures.fault


def _joined(service: Node, function: Node) -> Node:
    names = tuple(dict.fromkeys((*function.names, *service.names)))
    root = service.root or function.root
    return replace(function, names=names, root=root, figures=service.figures)
