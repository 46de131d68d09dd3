"""A place to break dragonctl in: a local AWS of its own, an application, the proxy between.

Every run is a process of its own (``tests/forked.py``); what it left behind is read with plain
boto3.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from dragonctl.local import control
from tests.applications import small
from tests.applications.builder import Builder
from tests.applications.snapshot import snapshot
from tests.faults.proxy import CallRecord, Proxy
from tests.faults.rules import Rule
from tests.forked import Forked

RANDOM = {
    "RoleId",
    "PolicyId",
    "id",
    "parentId",
    "deploymentId",
    "rootResourceId",
    "deployments",
    "cacheNamespace",
    "requestValidatorId",
}
"""What differs between two equal applications because AWS makes it up."""


@dataclass(frozen=True)
class Result:
    """How one command ended: exit code (negative: the signal), output, calls, seconds."""

    exit_code: int
    stdout: str
    stderr: str
    calls: tuple[CallRecord, ...]
    seconds: float

    @property
    def document(self) -> dict[str, Any]:
        """The JSON on stdout; empty when there is none."""
        try:
            return json.loads(self.stdout)
        except ValueError:
            return {}

    @property
    def writes(self) -> list[str]:
        """``service.Operation`` of each write, in order."""
        return [call.name for call in self.calls if call.is_write]

    @property
    def errors(self) -> list[dict[str, str]]:
        """The errors of the JSON document."""
        return self.document.get("errors", [])


@dataclass
class Laboratory:
    """``endpoint`` is the local AWS, ``proxy`` the way to it, ``home`` the user's state folder."""

    endpoint: str
    proxy: Proxy
    folder: Path
    builder: Builder
    reset: Callable[[], object]
    is_local: bool = True
    application: Any = field(init=False)
    home: Path = field(init=False)
    _homes: int = 0

    def fresh(self, build: Callable[[Builder], Any] = small.build) -> dict[str, Any]:
        """An empty account with an application in it, and a user without history; its snapshot."""
        self.reset()
        self.move_out()
        self.application = build(self.builder)
        return self.look()

    def move_out(self) -> None:
        """The same account for a user without history."""
        self.proxy.clear()
        self._homes += 1
        self.home = self.new_home(f"home-{self._homes}")

    def new_home(self, name: str) -> Path:
        """A state folder without history; what functions need is not installed anew for each."""
        home = self.folder / name
        home.mkdir(mode=0o700)
        packages = self.folder / "packages"
        packages.mkdir(exist_ok=True)
        (home / "packages").symlink_to(packages)
        return home

    def run(self, *arguments: str, rules: Sequence[Rule] = (), home: Path | None = None) -> Result:
        """One command, to its end."""
        return self.start(*arguments, rules=rules, home=home)()

    def start(self, *arguments: str, rules: Sequence[Rule] = (), home: Path | None = None) -> Any:
        """Start a command; what is returned waits for its end and gives its :class:`Result`."""
        first = len(self.proxy.calls)
        self.proxy.rules = list(rules)
        mine = home or self.home
        process = Forked(self.typed(arguments), environment(self.proxy.url, mine), self.folder)
        self.proxy.victim = process.pid

        def end(timeout: float = 240) -> Result:
            ended = process.end(timeout)
            calls = tuple(self.proxy.calls[first:])
            return Result(ended.returncode, ended.stdout, ended.stderr, calls, ended.seconds)

        return end

    def typed(self, arguments: Sequence[str]) -> list[str]:
        """The words as a user types them: ``{distribution}`` is the one that is there."""
        if "{distribution}" not in arguments:
            return list(arguments)
        listed = self.builder.client("cloudfront").list_distributions()["DistributionList"]
        known = {"{distribution}": listed["Items"][0]["Id"]}
        return [known.get(word, word) for word in arguments]

    def look(self) -> dict[str, Any]:
        """The account as it is."""
        return snapshot(self.builder, belongings=self.is_local)

    def comparable(self, account: dict[str, Any]) -> dict[str, Any]:
        """A snapshot without what differs from one build of the application to the next."""
        text = json.dumps(account)
        names = Counter()
        for made_up, about in sorted(account["apis"].items(), key=lambda one: one[1]["name"]):
            names[about["name"]] += 1
            text = text.replace(made_up, f"API-{about['name']}-{names[about['name']]}")
        found = _without_random(json.loads(text))
        for function in found["functions"].values():
            for alias in function["aliases"]:
                if alias["FunctionVersion"] == function["versions"][-1]:
                    alias["FunctionVersion"] = "the newest"
        return found


@contextmanager
def laboratory(endpoint: str | None = None, server: Any = None) -> Iterator[Laboratory]:
    """On an endpoint that is a moto server, or on a running local AWS; else on one of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            nullcontext((endpoint, partial(_reset_moto, endpoint)))
            if endpoint
            else _local_aws(folder, server) as (target, reset),
            Proxy(target) as proxy,
        ):
            yield Laboratory(target, proxy, folder, Builder(target), reset, endpoint is None)


@contextmanager
def _local_aws(folder: Path, running: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """The address of an empty local AWS, the running one if there is one, and what empties it."""
    with nullcontext(running) if running else local_server(folder) as server:
        empty(server)
        yield server.endpoint, partial(empty, server)


def empty(server: Any) -> None:
    """Forget all that a local AWS holds, and let nothing take time."""
    control.reset(server)
    control.set_pace(server, cache_cluster=0, function_update=0, distribution=0)


@contextmanager
def local_server(folder: Path) -> Iterator[Any]:
    """A local AWS of its own, empty, with its state below the folder; ended afterwards."""
    with _state_folder(folder):
        server = control.up()
    empty(server)
    try:
        yield server
    finally:
        with _state_folder(folder):
            control.down()


def _reset_moto(endpoint: str) -> None:
    request = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
    urllib.request.urlopen(request, timeout=240).close()


@contextmanager
def _state_folder(folder: Path) -> Iterator[None]:
    before = os.environ.get("DRAGONCTL_STATE_DIR")
    os.environ["DRAGONCTL_STATE_DIR"] = str(folder / "server")
    try:
        yield
    finally:
        del os.environ["DRAGONCTL_STATE_DIR"]
        if before is not None:
            os.environ["DRAGONCTL_STATE_DIR"] = before


def environment(endpoint: str, home: Path) -> dict[str, str]:
    """A user's environment with nobody else's configuration in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not re.match(r"AWS_|DRAGONCTL_|.*_proxy$", name, re.IGNORECASE)
    }
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "DRAGONCTL_STATE_DIR": str(home),
        "COLUMNS": "200",
    }


def _without_random(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_random(inner) for key, inner in value.items() if key not in RANDOM}
    if isinstance(value, list):
        return [_without_random(inner) for inner in value]
    return value
