"""The changing commands as the fault harness types them, and what must be there for each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from dragonctl.sample import sample_folder
from tests.applications import small
from tests.applications.builder import Builder
from tests.commands.test_deploy_edge import CONFIG, SOURCE
from tests.faults.cases import SETUP, UNDO, Command

_HANDLER = """
from aws_xray_sdk.core import patch_all

patch_all()


def handler(event, context):
    return {"changed": True}
"""
_PLAIN = """
def handler(event, context):
    return {"changed": True}
"""
_YES = ("--yes", "--output", "json")
_ENABLE = ("enable-cache", "--api", "small", "--stage", "prod", *_YES)
_DISABLE = ("disable-cache", "--api", "small", "--stage", "prod", *_YES)
_CREATE = ("create-app", *_YES)
_DELETE = ("delete-app", *_YES)
_STAMP = ("deploy-edge", "stamp")
_EDGE_UNDO = (*UNDO, "--region", "us-east-1")
# A deployment is history; the size is shown of a cluster that is off.
_STAYS = ("*/deployments", "*/cacheClusterSize")


def with_distribution(builder: Builder) -> Any:
    """The small application, and a CloudFront distribution beside it."""
    builder.client("cloudfront").create_distribution(DistributionConfig=CONFIG)
    return small.build(builder)


COMMANDS = {
    "setup-observability": Command(SETUP),
    "setup-observability --application-signals": Command(
        (*SETUP, "--application-signals"),
        before=(SETUP,),
        leaves=("roles/AWSServiceRoleForCloudWatchApplicationSignals*",),
    ),
    "apply": Command(
        ("apply", "plan.json", *_YES),
        before=((*SETUP, "--dry-run", "--out", "plan.json"),),
    ),
    "undo": Command(UNDO, before=(SETUP,)),
    "deploy-function": Command(
        ("deploy-function", "small-work", "--alias", "live", *_YES),
        leaves=("*/versions",),
        grows=("*/versions",),  # one that was published untraced stays so
    ),
    "deploy-function --tracer otel": Command(
        ("deploy-function", "small-work", "--source", "plain", "--tracer", "otel", *_YES),
    ),
    "enable-cache": Command(_ENABLE, leaves=_STAYS),
    "disable-cache": Command(_DISABLE, before=(_ENABLE,), leaves=_STAYS),
    "flush-cache": Command(
        ("flush-cache", "--api", "small", "--stage", "prod", *_YES),
        before=(_ENABLE,),
        leaves=_STAYS,
        repeats=True,
    ),
    "set-sampling": Command(("set-sampling", "--rate", "0.1", *_YES)),
    "set-sampling of a new rule": Command(
        ("set-sampling", "--rate", "1", "--method", "POST", "--path", "/things", *_YES)
    ),
    "set-endpoint": Command(("set-endpoint", "--api", "small", "--type", "edge", *_YES)),
    "deploy-edge": Command(
        (*_STAMP, "--event", "viewer-response", "--distribution", "{distribution}", *_YES),
        back=_EDGE_UNDO,
        build=with_distribution,
        leaves=("functions/stamp/*", "roles/StampLambdaExecutionRole/*"),
    ),
    "setup-alarms": Command(
        ("setup-alarms", "--api", "small", "--notify", "someone@example.com", *_YES)
    ),
    "setup-dashboard": Command(("setup-dashboard", "--api", "small", *_YES)),
    "create-app": Command(_CREATE, back=_DELETE),
    "delete-app": Command(_DELETE, before=(_CREATE,), back=_DELETE),
}
"""The changing commands, each as it is typed in a folder that :func:`furnish` has filled."""


def furnish(folder: Path) -> None:
    """Sources of functions, and the sample's definitions, as a user's folder holds them."""
    if (folder / "lambdas").is_dir():
        return
    work, stamp = folder / "lambdas" / "small_work", folder / "lambdas" / "edge" / "stamp"
    work.mkdir(parents=True)
    (work / "app.py").write_text(_HANDLER)
    plain = folder / "plain" / "small_work"
    plain.mkdir(parents=True)
    (plain / "app.py").write_text(_PLAIN)
    stamp.mkdir(parents=True)
    (stamp / "stamp.py").write_text(SOURCE)
    for name in ("list_dragons", "validate_dragon", "add_dragon"):
        shutil.copytree(sample_folder() / "lambdas" / name, folder / "lambdas" / name)
    shutil.copytree(sample_folder() / "definitions", folder / "definitions")
