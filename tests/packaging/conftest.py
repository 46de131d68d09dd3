"""A folder writer and a cache, for every test of the packaging."""

from __future__ import annotations

import zipfile

import pytest

from dragonctl.packaging.build import build
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.choice import TracerRequest


@pytest.fixture
def write(tmp_path):
    """Write files (path -> text or bytes) into a function's folder and give that folder."""

    def written(files, folder="my_function"):
        top = tmp_path / folder
        top.mkdir(exist_ok=True, parents=True)
        for name, content in files.items():
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return top

    return written


@pytest.fixture
def package(tmp_path, write):
    """Build a function's folder, without the tracer unless asked."""

    def built(files, *, target=None, tracer="none", **options):
        source = files if hasattr(files, "joinpath") else write(files)
        options.setdefault("cache", tmp_path / "cache")
        return build(source, target or Platform(), tracing=TracerRequest(tracer), **options)

    return built


@pytest.fixture
def names():
    """The paths in a package's zip."""

    def listed(package):
        with zipfile.ZipFile(package.path) as archive:
            return archive.namelist()

    return listed
