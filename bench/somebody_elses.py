"""How much of other people's applications the local AWS builds, and serves as they are defined.

``python -m bench.somebody_elses PROGRAM FOLDER [--keep]``: the program makes one application at an
endpoint (its arguments are the endpoint and a file of the folder, ``*.json``) and prints
``{"apis": {NAME: ID}, "refused": [TEXT]}``. Each method of each stage is then called twice: as
anybody calls it, and with all that its definition asks for. What is expected is worked out from
the definition (``expected_statuses.py``), and from how a function answers when it is invoked by
itself. ``--keep`` leaves the applications beside each other, restarts the server at the end,
and compares what it holds before and after.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import runpy
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.caching import local_aws
from bench.expected_statuses import (
    NOT_DONE,
    OWN_WORDS,
    Functions,
    Method,
    Surroundings,
    bare,
    full,
)
from dragonctl.local import control
from tests.applications.builder import Builder

_SIGNATURE = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/execute-api/aws4_request"
_OF_PAGES = {"ResponseMetadata", "nextToken", "NextToken", "NextMarker", "Marker", "position"}
"""What a page says of itself: its token is another one after a restart."""


@dataclass(frozen=True)
class Answer:
    """What a stage said."""

    status: int
    body: str

    def __str__(self) -> str:
        """Its status, and how its body begins."""
        return f"{self.status} {self.body[:160]}"

    @property
    def is_refused_by_name(self) -> bool:
        """The local AWS's own word for what it does not do."""
        return self.status == NOT_DONE and OWN_WORDS in self.body


@dataclass
class Tally:
    """What was built and how the methods answered."""

    applications: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)
    methods: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, refused: list[str], judged: Iterable[tuple[str, str]]) -> None:
        """One application: what of it was refused, and each method's verdict with its words."""
        self.applications += 1
        if refused:
            self.refused[name] = refused
        for verdict, words in judged:
            self.methods[verdict] += 1
            if verdict == "wrong":
                self.wrong.append(f"{name}: {words}")

    def show(self) -> None:
        """Print the parts that are not whole, then the shares."""
        for name, refused in self.refused.items():
            print(name, *refused, sep="\n    refused: ")
        print(*self.wrong, sep="\n")
        whole = self.applications - len(self.refused)
        here = [name for name, told in self.refused.items() if OWN_WORDS in str(told)]
        print(f"built: {self.applications - len(here)}/{self.applications}", end=", ")
        print(f"{whole} whole, the others but for what is refused in AWS's words")
        every = sum(self.methods.values())
        print(f"calls: {dict(self.methods)}; as defined {every - self.methods['wrong']}/{every}")


def main() -> None:
    """Build, call, print what was not as defined, and the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with local_aws() as endpoint:
        tally = Tally()
        for file in sorted(options.folder.glob("*.json")):
            if not options.keep:
                control.reset()
            control.set_pace(control.up(), cache_cluster=0, function_update=0, distribution=0)
            run = built(options.program, endpoint, file)
            tally.add(file.stem, run["refused"], judged(Builder(endpoint), run["apis"].values()))
        tally.show()
        print(f"memory: {memory()} MB")
        if options.keep:
            print("lost by a restart:", lost_by_restart(endpoint) or "nothing")


def built(program: Path, endpoint: str, file: Path) -> dict[str, Any]:
    """The application of a file, made by the program (in this process: a start costs more)."""
    printed = io.StringIO()
    sys.argv = [str(program), endpoint, str(file)]
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(program), run_name="__main__")
    told: dict[str, Any] = json.loads(printed.getvalue())
    return told


def judged(builder: Builder, apis: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A verdict and its words for each call."""
    gateway = builder.client("apigateway")
    for api in apis:
        around = surroundings(builder, api)
        stages = [one["stageName"] for one in gateway.get_stages(restApiId=api)["item"]]
        for method in methods(gateway, api, around):
            for stage in stages:
                place = f"{builder.endpoint}/_run/{api}/{stage}"
                yield verdict(method, "anybody", asked(place, method, whole=False), bare(method))
                yield verdict(method, "whole", asked(place, method, whole=True), full(method))


def verdict(method: Method, how: str, answer: Answer, expected: set[int]) -> tuple[str, str]:
    """``as defined``, ``refused by name`` or ``wrong``."""
    kind = method.told["methodIntegration"].get("uri") or method.told["methodIntegration"]["type"]
    words = f"{how} {method.verb} {method.path} [{kind[-70:]}]: {answer}, not {sorted(expected)}"
    if answer.is_refused_by_name and NOT_DONE in expected:
        return "refused by name", words
    return ("as defined" if answer.status in expected else "wrong"), words


def surroundings(builder: Builder, api: str) -> Surroundings:
    """What stands around an API's methods."""
    gateway = builder.client("apigateway")
    responses = gateway.get_gateway_responses(restApiId=api)["items"]
    keys = gateway.get_api_keys(includeValues=True)["items"]
    return Surroundings(
        gateway.get_rest_api(restApiId=api),
        {one["id"]: one for one in gateway.get_authorizers(restApiId=api, limit=500)["items"]},
        {one["id"]: one for one in gateway.get_request_validators(restApiId=api)["items"]},
        frozenset(int(one["statusCode"]) for one in responses if one.get("statusCode")),
        Functions(builder.client("lambda")),
        keys[-1]["value"] if keys else None,
    )


def methods(gateway: Any, api: str, around: Surroundings) -> Iterator[Method]:
    """Each method that can be deployed."""
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
    for page in pages:
        for resource in page["items"]:
            for verb, told in (resource.get("resourceMethods") or {}).items():
                if told.get("methodIntegration"):
                    yield Method(resource["path"], verb, told, around)


def asked(place: str, method: Method, *, whole: bool) -> Answer:
    """The stage's answer, with or without all that the definition asks for."""
    headers = {"Content-Type": "application/json"}
    query: dict[str, str] = {}
    if whole:
        headers |= dict.fromkeys(method.required("header"), "x") | credentials(method)
        query = dict.fromkeys(method.required("querystring"), "x")
    path = urllib.parse.quote(re.sub(r"\{[\w.-]+\+?\}", "x", method.path))
    verb = "POST" if method.verb == "ANY" else method.verb
    url = f"{place}{path}?{urllib.parse.urlencode(query)}"
    body = b"{}" if verb in ("POST", "PUT", "PATCH") else None
    request = urllib.request.Request(url, body, headers, method=verb)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode("utf-8", "replace"))


def credentials(method: Method) -> dict[str, str]:
    """Headers with what the method's guards want to see."""
    kind = method.told.get("authorizationType")
    headers = {"Authorization": _SIGNATURE if kind == "AWS_IAM" else "Bearer x"}
    sources = str(method.authorizer.get("identitySource") or "").split(",")
    named = [one.strip().rpartition(".")[2] for one in sources if ".header." in one]
    headers |= dict.fromkeys(named, "Bearer x")
    return headers | ({"x-api-key": method.around.key} if method.around.key else {})


def memory() -> int:
    """The most that the server has had in memory, in MB (Linux alone tells it)."""
    told = Path(f"/proc/{control.up().pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", told)[0]) // 1024


def lost_by_restart(endpoint: str) -> list[str]:
    """The names of reads whose answers differ after an end and a start."""
    before = held(endpoint)
    control.down()
    after = held(control.up().endpoint)
    return [name for name in before if before[name] != after.get(name)]


def held(endpoint: str) -> dict[str, str]:
    """What the account holds, as its reads show it."""
    builder = Builder(endpoint)
    gateway = builder.client("apigateway")
    told = {
        "functions": pages(builder.client("lambda"), "list_functions"),
        "machines": pages(builder.client("stepfunctions"), "list_state_machines"),
        "roles": pages(builder.client("iam"), "list_roles"),
        "log groups": pages(builder.client("logs"), "describe_log_groups"),
        "usage plans": pages(gateway, "get_usage_plans"),
        "APIs": pages(gateway, "get_rest_apis"),
    }
    for page in gateway.get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            whole = {"restApiId": api["id"]}
            told[f"resources {api['id']}"] = pages(
                gateway, "get_resources", **whole, embed=["methods"]
            )
            told[f"stages {api['id']}"] = pages(gateway, "get_stages", **whole)
    return told


def pages(client: Any, operation: str, **parameters: Any) -> str:
    """All that an operation lists, as one text."""
    if client.can_paginate(operation):
        parts = client.get_paginator(operation).paginate(**parameters)
    else:
        parts = [getattr(client, operation)(**parameters)]
    shown = [{name: one for name, one in part.items() if name not in _OF_PAGES} for part in parts]
    return json.dumps(shown, default=str, sort_keys=True)


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    main()
