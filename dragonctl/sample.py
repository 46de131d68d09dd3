"""The sample application's files: where they are, and how their placeholders are filled.

Placeholders are written as CloudFormation's ``Fn::Sub`` writes them: ``${Name}`` or
``${AWS::Region}``; ``${!Name}`` stands for a literal ``${Name}`` (AWS CloudFormation user guide,
"Fn::Sub"). They are replaced in the strings of the parsed document, keys included, so no value
can break the JSON round it. The names that the sample uses:

``AWS::Partition``, ``AWS::Region``, ``AWS::AccountId``; ``DragonDataBucket`` and
``DragonDataFile`` (where the dragons are kept); ``ListDragonsArn``, ``ValidateDragonArn``,
``AddDragonArn``, ``MyStateMachineArn``; ``APIGatewayStepFunctionsArn`` (the role through which
the API starts the machine).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dragonctl.errors import DragonError

_PLACEHOLDER = re.compile(r"\$\{(!?)([A-Za-z0-9]+(?:::[A-Za-z0-9]+)?)\}")


def sample_folder() -> Path:
    """The folder that holds the sample's ``definitions/``, ``lambdas/`` and ``dragonctl.toml``.

    In a wheel they travel inside the package; in a checkout they stand beside it.
    """
    packaged = Path(__file__).parent / "sample_files"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent


def render(name: str, values: Mapping[str, str], folder: Path | None = None) -> Any:
    """The JSON document ``name`` with every placeholder replaced from ``values``.

    ``folder`` holds the documents (default: the sample's ``definitions/``), so that a copy which
    somebody has changed is rendered alike. Raises :class:`DragonError` for a file that is missing
    or is no JSON, and for a placeholder without a value.
    """
    path = (folder or sample_folder() / "definitions") / name
    return _filled(_document(path), values, path)


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DragonError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DragonError(f"{path} is not a JSON document: {error}.") from error


def _filled(value: Any, values: Mapping[str, str], path: Path) -> Any:
    if isinstance(value, dict):
        return {
            _text(key, values, path): _filled(item, values, path) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_filled(item, values, path) for item in value]
    return _text(value, values, path) if isinstance(value, str) else value


def _text(text: str, values: Mapping[str, str], path: Path) -> str:
    def replacement(match: re.Match[str]) -> str:
        literal, name = match.groups()
        if literal:
            return f"${{{name}}}"
        if name not in values:
            raise DragonError(
                f"{path} uses the placeholder ${{{name}}}, which has no value.",
                f"Known here: {', '.join(sorted(values)) or 'none'}.",
            )
        return values[name]

    return _PLACEHOLDER.sub(replacement, text)
