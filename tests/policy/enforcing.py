"""An AWS that judges requests by IAM policies (ministack), in a process of its own."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.events import ignore_event
from dragonctl.engine.journal import Journal, Scope, new_run
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import apply
from dragonctl.errors import DragonError
from tests.applications.builder import Builder
from tests.applications.servers import on_a_free_port

ACCOUNT = "000000000000"
ROOT = ("test", "test")


@dataclass(frozen=True)
class Rooted(Builder):
    """Builds with the root credentials that ministack knows."""

    account: str = ACCOUNT
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """One client per service."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=self.region,
                aws_access_key_id=ROOT[0],
                aws_secret_access_key=ROOT[1],
                config=Config(retries={"total_max_attempts": 2}),
            )
        return self._clients[service]


class _Time:
    """Waits that take no time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(frozen=True)
class Enforcing:
    """The server's address, and what a test does with it."""

    endpoint: str

    def fresh(self) -> Rooted:
        """Nothing but the root user is left."""
        urllib.request.urlopen(
            urllib.request.Request(f"{self.endpoint}/_ministack/reset", method="POST"), timeout=240
        ).close()
        return Rooted(self.endpoint)

    def reads(self, keys: tuple[str, str] = ROOT) -> Reads:
        """AWS as the holder of these keys sees it."""
        connection = Connection(
            region="us-east-1",
            endpoint_url=self.endpoint,
            access_key=keys[0],
            secret_key=keys[1],
        )
        waits = _Time()
        return Reads(Aws(connection), clock=waits.now, sleep=waits.sleep)

    def user(self, builder: Rooted, document: dict[str, Any]) -> tuple[str, str]:
        """The keys of a new user with this policy and no other."""
        iam = builder.client("iam")
        iam.create_user(UserName="someone")
        iam.put_user_policy(
            UserName="someone", PolicyName="all", PolicyDocument=json.dumps(document)
        )
        key = iam.create_access_key(UserName="someone")["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]


def carry_out(reads: Reads, steps: Any, folder: Any) -> tuple[int, list[DragonError]]:
    """Plan and apply; the number of changes and the errors."""
    journal = Journal(
        folder, new_run(), lambda: Scope(ACCOUNT, "us-east-1", "x"), "test", lambda: "u"
    )
    outcome = apply(plan(reads, steps), Tools(reads, journal, ignore_event))
    return len(outcome.changes), outcome.errors


@contextmanager
def enforcing() -> Iterator[Enforcing]:
    """A fresh server on 127.0.0.1; ended on the way out."""
    around = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    around |= {"BIND_HOST": "127.0.0.1", "AUTH": "true"}
    with on_a_free_port(
        lambda _: ["-m", "ministack"], lambda port: {**around, "GATEWAY_PORT": str(port)}
    ) as port:
        yield Enforcing(f"http://127.0.0.1:{port}")
