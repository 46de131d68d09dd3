"""``deploy-function``: Upload folders of Python as traced Lambda functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import (
    allow_secret_option,
    allowed_secrets,
    change_options,
    command,
    complete,
    not_empty,
    option_under,
    package_option,
)
from dragonctl.cli.values import OneOf

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step
    from dragonctl.recipes.functions.folders import Chosen


def _folders(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    from dragonctl.cli.completion import folders

    return folders(context, incomplete)


_function_option = option_under("The function")
_publish_option = option_under("Publish")


@command(
    epilog="""\b
Examples:
  dragonctl deploy-function                              # every folder of lambdas/
  dragonctl deploy-function list-dragons --dry-run
  dragonctl deploy-function list-dragons --create --python 3.13
  dragonctl deploy-function list-dragons --alias live    # publish, and move the alias
  dragonctl deploy-function --tracer otel                # OpenTelemetry, without an edit
  dragonctl deploy-function --package-only dist          # the zips, without AWS
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=_folders, callback=not_empty)
@_function_option(
    "--handler",
    metavar="MODULE.FUNCTION",
    callback=not_empty,
    show_default="the function's own",
    help="Call this handler.",
)
@_function_option(
    "--function-name",
    metavar="NAME",
    shell_complete=complete("function"),
    help="Upload under another name than the folder's.",
)
@_function_option("--create", is_flag=True, help="Create a missing function, and a role for it.")
@_function_option(
    "--python",
    metavar="VERSION",
    callback=not_empty,
    show_default="the function's own",
    help="Run on this Python, such as 3.13.",
)
@_function_option(
    "--architecture",
    type=OneOf(["x86_64", "arm64"]),
    show_default="the function's own",
    help="Run on this processor.",
)
@package_option(
    "--source",
    type=click.Path(file_okay=False),
    callback=not_empty,
    show_default="lambdas",
    help="Find the functions' folders in this one.",
)
@package_option(
    "--tracer",
    type=OneOf(["xray", "otel", "none"]),
    show_default="what the code uses, else xray",
    help="Trace the code with X-Ray's SDK, OpenTelemetry or nothing.",
)
@package_option("--bundle-all", is_flag=True, help="Pack even what Lambda has already (boto3).")
@allow_secret_option
@_publish_option(
    "--publish", is_flag=True, help="Publish a version, and move the aliases that the API uses."
)
@_publish_option("--alias", metavar="NAME", help="Publish a version, and move or make this alias.")
@package_option(
    "--s3-bucket",
    metavar="NAME",
    callback=not_empty,
    help="Upload through this S3 bucket; needed above 50 MB.",
)
@package_option(
    "--package-only",
    metavar="DIR",
    type=click.Path(file_okay=False),
    callback=not_empty,
    help="Write the zips to this folder and stop.",
)
@change_options
def deploy_function(
    names: tuple[str, ...],
    source: str | None,
    function_name: str | None,
    bundle_all: bool,
    s3_bucket: str | None,
    package_only: str | None,
    dry_run: bool,
    check: bool,
    yes: bool,
    no_wait: bool,
    **given: object,
) -> int:
    """Package functions with their requirements and a tracer, and upload what changed.

    NAME is a folder of lambdas/ and the function's name, with _ read as -; without it, every folder
    is deployed. The same source gives the same bytes anywhere, so what AWS has already is not
    uploaded. Active tracing is switched on. `dragonctl undo` brings the previous code back.
    """
    from pathlib import Path

    from dragonctl.cli.session import Session
    from dragonctl.recipes.functions.folders import choose
    from dragonctl.recipes.functions.options import FunctionOptions

    session = Session()
    options = FunctionOptions(bucket=s3_bucket, **given)  # type: ignore[arg-type]
    chosen = choose(
        names,
        Path(source) if source else None,
        function_name,
        local=session.globals.is_local,
        create=options.create,
    )
    if not package_only:
        _prefetch(session, chosen)

    from dragonctl.cli.change import Goal, How, change
    from dragonctl.recipes.functions.preparation import as_document, notes, prepare, warnings
    from dragonctl.recipes.functions.recipe import deploy, splitting, unjudged
    from dragonctl.recipes.place import Place

    how = How(dry_run, check, yes, no_wait)
    if package_only:
        from dragonctl.cli.package_only import package_all

        return package_all(
            chosen, options, Path(package_only), session, bundle_all=bundle_all, how=how
        )

    def goal(session: Session) -> Goal:
        reads = session.reads
        (prepared, refused), account = reads.concurrently(
            lambda: prepare(reads, chosen, options, bundle_all=bundle_all),
            lambda: reads.account,
        )
        where = f"account {account} · {reads.region}"
        title = f"Deploy {', '.join(one.name for one in chosen)}, {where}"
        deployments = [one.deployment for one in prepared]
        refused += splitting(deployments, options)
        if refused:  # all or nothing: the functions of an application belong together
            return Goal(title, (), errors=refused)
        place = Place(account, reads.region, reads.partition)
        steps, unreached = deploy(deployments, options, place)
        documents = [as_document(one.deployment.name, one.package) for one in prepared]
        return Goal(
            title,
            steps,
            [*warnings(prepared), *unreached],
            notes(prepared),
            list(unjudged(deployments, place)),
            also={"functions": documents},
        )

    return change("deploy-function", goal, how, session=session)


FIRST_RUN_OPTIONS = ("alias", "create", "publish", "s3_bucket")
"""The options that need rights of their own, by their parameters: `policy` takes them too."""


def first_run(
    session: Session, _: Selection, **given: object
) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps for this folder's functions with the default options: for `policy`.

    ``given``: those of :data:`FIRST_RUN_OPTIONS` that are asked for. What may be packed though it
    looks like a secret is as ``dragonctl.toml`` says.
    """
    from dragonctl.recipes.functions.first_run import first_run_steps, roles_of
    from dragonctl.recipes.functions.folders import choose
    from dragonctl.recipes.functions.options import FunctionOptions
    from dragonctl.recipes.functions.preparation import prepare
    from dragonctl.recipes.place import Place

    reads, secrets = session.reads, allowed_secrets(deploy_function)
    bucket = given.pop("s3_bucket", None)
    options = FunctionOptions(bucket=bucket, allow_secret=secrets, **given)  # type: ignore[arg-type]
    chosen = choose((), None, None, local=session.globals.is_local, create=options.create)
    prepared, refused = prepare(reads, chosen, options, bundle_all=False)
    if refused:
        raise refused[0]
    deployments = [one.deployment for one in prepared]
    place = Place(reads.account, reads.region, reads.partition)
    return first_run_steps(reads, deployments, options, place), roles_of(deployments)


def _prefetch(session: Session, chosen: Iterable[Chosen]) -> None:
    """Let AWS answer the first question while the rest of the program is imported."""
    from functools import partial

    from dragonctl.resources.lambda_function import FunctionSettings

    session.aws.warm("lambda")
    reads = session.reads
    reads.prefetch(*(partial(FunctionSettings(one.name).read, reads) for one in chosen))
    session.aws.warm("sts", "iam")
