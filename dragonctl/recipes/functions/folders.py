"""The folders of functions that a command line means.

Imports little: AWS is asked about these functions while all that follows is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dragonctl.errors import UsageError
from dragonctl.packaging.limits import check_function_name
from dragonctl.packaging.source import function_folder, function_name, meant_folders
from dragonctl.sample import sample_folder

FOLDER = "lambdas"


@dataclass(frozen=True)
class Chosen:
    """A function's folder, and its name on AWS."""

    folder: Path
    name: str


def choose(
    names: tuple[str, ...],
    source: Path | None,
    function_name_: str | None,
    *,
    local: bool,
    create: bool = False,
) -> list[Chosen]:
    """The functions that are meant; UsageError where that cannot be told."""
    root = _root(source, local=local)
    folders = [function_folder(root, name) for name in dict.fromkeys(names)]
    folders = list(dict.fromkeys(folders)) or meant_folders(root)
    if function_name_ is None:
        chosen = [Chosen(folder, function_name(folder)) for folder in folders]
        _check_distinct(chosen, create=create)
        return chosen
    if len(folders) > 1:
        raise UsageError("--function-name is for one function.", "Name its folder.")
    return [Chosen(folders[0], check_function_name(function_name_))]


def _check_distinct(chosen: Iterable[Chosen], *, create: bool) -> None:
    """Refuse two folders that are one function, or whose new roles would be one."""
    known: dict[str, Chosen] = {}
    for one in chosen:
        other = known.setdefault(_claim(one, create=create), one)
        if other is not one:
            what = f"the function {one.name}" if one.name == other.name else "one role's name"
            raise UsageError(
                f"{other.folder} and {one.folder} both stand for {what}.",
                "Rename one of them, or deploy them one by one with --function-name.",
            )


def _claim(one: Chosen, *, create: bool) -> str:
    """What only one function may have: its name, or that of the role that it would get."""
    if not create:
        return one.name
    from dragonctl.recipes.functions.creation import role_of  # takes its time to import

    return role_of(one.name).lower()  # IAM's names ignore case


def _root(source: Path | None, *, local: bool) -> Path:
    root = source or Path(FOLDER)
    if root.is_dir():
        return root
    if source is None and local:
        return sample_folder() / FOLDER
    raise UsageError(
        f"There is no folder {root} here.",
        "Go to the folder that holds lambdas/, name another with --source, or deploy the sample"
        " with --local.",
        option="--source",
    )
