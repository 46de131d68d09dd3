"""``deploy-function --package-only``: the zips, and no call to AWS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from dragonctl.cli.change import CHANGES_FOUND, How
from dragonctl.cli.failures import failed_document
from dragonctl.cli.session import Session
from dragonctl.packaging.archive import code_sha256
from dragonctl.packaging.build import Package
from dragonctl.packaging.errors import disk_errors_explained
from dragonctl.recipes.functions.folders import Chosen
from dragonctl.recipes.functions.options import FunctionOptions
from dragonctl.recipes.functions.preparation import as_document, packages
from dragonctl.terminal.changes import Report
from dragonctl.terminal.console import say
from dragonctl.terminal.neutral import neutral


def package_all(
    chosen: Sequence[Chosen],
    options: FunctionOptions,
    folder: Path,
    session: Session,
    *,
    bundle_all: bool,
    how: How,
) -> int:
    """Build every function's zip and put it into ``folder`` under the function's name.

    The exit code: with ``--check``, whether a zip there is missing or another.
    """
    report = Report(json_=session.globals.json)
    with report:
        built = packages(chosen, options, report.event, bundle_all=bundle_all)
    warnings = list(dict.fromkeys(text for package in built for text in package.warnings))
    report.warn(warnings, ())
    documents, differing = [], False
    for function, package in zip(chosen, built, strict=True):
        path = folder / f"{function.name}.zip"
        differing = differing or not _is_there(package, path)
        if not how.only_shows:
            _put(package, path)
        documents.append({**as_document(function.name, package), "path": str(path)})
        if not session.globals.json:
            say(f"{neutral(path)}  {package.size:,} bytes  {package.sha256}")
    if session.globals.json:
        about = {"dry_run": how.only_shows, "warnings": warnings, "functions": documents}
        document = {**failed_document("deploy-function", []), **about}
        del document["errors"]
        click.echo(json.dumps(document, indent=2))
    return CHANGES_FOUND if how.check and differing else 0


def _is_there(package: Package, path: Path) -> bool:
    return path.is_file() and code_sha256(path) == package.sha256


def _put(package: Package, path: Path) -> None:
    with disk_errors_explained(f"Writing {path}", f"in {path.parent}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package.path, path)
