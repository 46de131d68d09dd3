"""Where a shape is built and walked: a strict AWS of its own, or the local AWS.

Both are slow where AWS is: a changed function, a cache cluster, on the strict one also IAM's news
and every reading after a write. Commands wait a tenth of their time (``tests/hurry.py``).
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dragonctl.local import control
from tests.applications.builder import Builder
from tests.corpus import reading, strict_account
from tests.corpus.calls import Making
from tests.corpus.shape import Json, Shape
from tests.faults.laboratory import empty, local_server
from tests.faults.proxy import Proxy
from tests.strict.wire import serve
from tests.strict.world import Delays

READS = ("Get", "List", "Describe", "Filter", "BatchGet", "Lookup")


@dataclass(frozen=True)
class Site:
    """An application in an account of its own. ``api`` None: it could not be built.

    ``look`` reads the account; ``writes`` tells the writing calls since it was asked last;
    ``lacks`` the calls that the place does not know.
    """

    url: str
    api: str | None
    refused: list[str]
    look: Callable[[], Json]
    writes: Callable[[], list[str]]
    lacks: Callable[[], list[str]]


Open = Callable[[Shape], "contextmanager[Site]"]


@contextmanager
def strict() -> Iterator[Open]:
    """What opens a strict AWS for a shape."""

    @contextmanager
    def site(shape: Shape) -> Iterator[Site]:
        world, api, refused = strict_account.build(shape, Delays())
        with serve(world.handle) as url:
            calls = lambda: [name for _, name in world.calls]  # noqa: E731
            yield Site(url, api, refused, lambda: copy.deepcopy(world.state), _since(calls),
                       lambda: list(world.unknown))  # fmt: skip

    yield site


def _since(calls: Callable[[], list[str]]) -> Callable[[], list[str]]:
    seen = 0

    def writes() -> list[str]:
        nonlocal seen
        names = calls()
        made, seen = names[seen:], len(names)
        return [name for name in made if not name.startswith(READS)]

    return writes


@contextmanager
def local() -> Iterator[Open]:
    """What opens a local AWS for a shape: one server, emptied for each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        local_server(Path(folder)) as server,
        Proxy(server.endpoint) as proxy,
    ):

        @contextmanager
        def site(shape: Shape) -> Iterator[Site]:
            empty(server)
            proxy.clear()
            builder = Builder(server.endpoint)
            making = Making(builder, shape)
            api = making.everything()
            control.set_pace(server, cache_cluster=0.3, function_update=0.1)
            calls = lambda: [call.operation for call in list(proxy.calls)]  # noqa: E731
            yield Site(proxy.url, api, making.refused, lambda: reading.read(builder),
                       _since(calls), list)  # fmt: skip

        yield site


SITES: dict[str, Callable[[], contextmanager[Open]]] = {"strict": strict, "local": local}
"""The backends by name."""
