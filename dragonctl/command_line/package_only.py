"""``deploy-function --package-only``: the zips, and no call to AWS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from dragonctl.command_line.deployment import Chosen, as_document, packages
from dragonctl.command_line.failures import failed_document
from dragonctl.command_line.session import Session
from dragonctl.packaging.build import Package
from dragonctl.packaging.errors import disk_errors_told
from dragonctl.recipes.functions import Options
from dragonctl.terminal.changes import Report


def package_all(
    chosen: Sequence[Chosen],
    options: Options,
    folder: Path,
    session: Session,
    *,
    bundle_all: bool,
    dry: bool,
) -> int:
    """Build every function's zip and put it into ``folder`` under the function's name."""
    report = Report(json_=session.globals.json)
    session.emit = report.event
    with report:
        built = packages(chosen, options, bundle_all=bundle_all, session=session)
    warnings = list(dict.fromkeys(text for package in built for text in package.warnings))
    report.warn(warnings, ())
    documents = []
    for function, package in zip(chosen, built, strict=True):
        path = folder / f"{function.name}.zip"
        if not dry:
            _put(package, path)
        documents.append({**as_document(function.name, package), "path": str(path)})
        if not session.globals.json:
            click.echo(f"{path}  {package.size:,} bytes  {package.sha256}")
    if session.globals.json:
        about = {"dry_run": dry, "warnings": warnings, "functions": documents}
        document = {**failed_document("deploy-function", []), **about}
        del document["errors"]
        click.echo(json.dumps(document, indent=2))
    return 0


def _put(package: Package, path: Path) -> None:
    with disk_errors_told(f"Writing {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package.path, path)
