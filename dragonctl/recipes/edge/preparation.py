"""A function for the edge, made ready: its zip, itself and its distribution, at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from dragonctl.engine.model import Call, Step
from dragonctl.engine.reads import Reads
from dragonctl.errors import UsageError
from dragonctl.packaging.build import Package, build, only_handler
from dragonctl.packaging.function_code import build_cache
from dragonctl.packaging.runtimes import Platform, newest, target_of
from dragonctl.packaging.source import collect, function_folder, function_name, meant_folders
from dragonctl.packaging.tracing.choice import TracerRequest
from dragonctl.recipes.edge.limits import REGION
from dragonctl.recipes.edge.recipe import EdgeFunction, edge_steps, present_function, refuse
from dragonctl.recipes.functions.options import Code
from dragonctl.recipes.place import Place
from dragonctl.resources.cloudfront_association import Association
from dragonctl.sample import sample_folder

FOLDER = Path("lambdas/edge")


@dataclass(frozen=True)
class PreparedEdge:
    """A function that is ready for the edge: the steps, and what a person is told of them.

    ``replaced`` names the function that runs at that event now, empty where none does.
    """

    name: str
    account: str
    steps: Sequence[Step]
    warnings: Sequence[str]
    replaced: str


def folder_of(name: str, source: str | None, *, local: bool) -> Path:
    """The function's folder; UsageError where there is none."""
    return function_folder(_root(source, local=local), name)


def first_folder(*, local: bool) -> Path:
    """The first function folder of ``lambdas/edge``; UsageError where there is none."""
    return meant_folders(_root(None, local=local))[0]


def _root(source: str | None, *, local: bool) -> Path:
    root = Path(source) if source else FOLDER
    if not root.is_dir() and source is None and local:
        root = sample_folder() / FOLDER
    if not root.is_dir():
        raise UsageError(
            f"There is no folder {root} here.",
            "Name the folder of edge functions with --source.",
            option="--source",
        )
    return root


def edge_first_run(reads: Reads, folder: Path, allowed: Sequence[str]) -> list[Step]:
    """The steps but the last; what that would do, on any distribution, is noted as foreseen.

    ``allowed`` are patterns of paths that are packed though they look like secrets.
    """
    name = function_name(folder)
    raw = _function(reads, name)
    target, handler = _target(folder, raw)
    package = _package(folder, target, handler, allowed)
    code = Code(package.sha256, target, handler)
    anywhere = Association("*", "*", "origin-response")
    edge = EdgeFunction(name, code, package.size, raw, {"DefaultCacheBehavior": {}}, anywhere)
    place = Place(reads.account, REGION, reads.partition)
    version = f"arn:{place.partition}:lambda:{REGION}:{place.account}:function:{name}:*"
    config = {"DefaultCacheBehavior": {"LambdaFunctionARN": version}}
    reads.made.append(Call("cloudfront", "GetDistribution", {"Id": "*"}))
    update = {"Id": "*", "DistributionConfig": config}
    reads.foreseen.append(Call("cloudfront", "UpdateDistribution", update))
    return edge_steps(edge, place)[:-1]


def prepare_edge(
    reads: Reads, folder: Path, association: Association, allowed: Sequence[str]
) -> PreparedEdge:
    """What the command is about to do. Raises before any write where the edge would refuse it.

    ``allowed`` are patterns of paths that are packed though they look like secrets.
    """
    name = function_name(folder)
    raw, distribution, account = reads.concurrently(
        partial(_function, reads, name),
        partial(_distribution, reads, association.distribution),
        lambda: reads.account,
    )
    target, handler = _target(folder, raw)
    code = Code("", target, handler)
    refuse(EdgeFunction(name, code, 0, raw, distribution, association))
    package = _package(folder, target, handler, allowed)
    code = Code(package.sha256, target, handler)
    edge = EdgeFunction(name, code, package.size, raw, distribution, association)
    steps = edge_steps(edge, Place(account, REGION, reads.partition))
    return PreparedEdge(name, account, steps, package.warnings, present_function(edge) or "")


def _function(reads: Reads, name: str) -> dict[str, Any] | None:
    """GetFunction's configuration, with the reserved concurrency that is told beside it."""
    absent = ("ResourceNotFoundException",)
    answer = reads.get("lambda", "GetFunction", absent=absent, FunctionName=name)
    return None if answer is None else {**answer["Configuration"], **answer.get("Concurrency", {})}


def _distribution(reads: Reads, ident: str) -> dict[str, Any] | None:
    answer = reads.get("cloudfront", "GetDistribution", absent=("NoSuchDistribution",), Id=ident)
    return answer["Distribution"]["DistributionConfig"] if answer else None


def _target(folder: Path, raw: dict[str, Any] | None) -> tuple[Platform, str]:
    """What the zip must run on; the edge has one processor."""
    if raw and str(raw.get("Runtime")).startswith("python"):
        return target_of(raw["Runtime"]), raw["Handler"]
    handler = only_handler(collect(folder), "Leave one function in it.")
    return Platform(newest(datetime.now(UTC).date())), handler


def _package(folder: Path, target: Platform, handler: str, allowed: Sequence[str]) -> Package:
    """The zip, without the X-Ray SDK: the edge does not trace."""
    return build(
        folder,
        target,
        cache=build_cache(),
        handler=handler,
        tracing=TracerRequest("none"),
        allowed=allowed,
    )
