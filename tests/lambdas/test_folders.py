"""Each function's folder stands alone, and the copies of what they share are the same."""

from __future__ import annotations

import pytest

from dragonctl.sample import sample_folder

LAMBDAS = sample_folder() / "lambdas"
FOLDERS = ["list_dragons", "validate_dragon", "add_dragon"]


def shared(folder):
    return {path.name: path.read_bytes() for path in (LAMBDAS / folder / "common").glob("*.py")}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_shared_package_is_the_same_everywhere(folder):
    assert shared(folder) == shared(FOLDERS[0])
    assert len(shared(folder)) == 4


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_the_seam_knows_the_tracer(folder):
    knowing = {p.name for p in (LAMBDAS / folder).rglob("*.py") if "aws_xray" in p.read_text()}
    assert knowing == {"tracing.py"}


def test_the_edge_function_adds_headers_and_keeps_those_of_the_origin(load):
    function = load("edge/security_headers")
    kept = [{"key": "X-Frame-Options", "value": "SAMEORIGIN"}]
    response = {"status": "200", "headers": {"x-frame-options": kept}}
    answer = function.handler({"Records": [{"cf": {"response": response}}]}, None)
    assert answer["status"] == "200"
    assert answer["headers"]["x-frame-options"] == kept
    assert answer["headers"]["x-content-type-options"] == [
        {"key": "X-Content-Type-Options", "value": "nosniff"}
    ]
