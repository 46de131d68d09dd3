"""Real installations: the wheels of the target, whatever machine this is."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dragonctl.packaging.build import build
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.runtimes import Platform
from dragonctl.sample import sample_folder

HANDLER = "def handler(event, context): pass\n"
SIX = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"  # the wheel of 1.17.0
MINE = {
    "lib/pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n'
    'build-backend = "hatchling.build"\n'
    '[project]\nname = "mine"\nversion = "1"\ndependencies = ["boto3"]\n'
    '[project.optional-dependencies]\nmore = ["six==1.17.0"]\n'
    '[project.scripts]\nmine = "mine:main"\n',
    "lib/mine/__init__.py": "x = 1\n",
}


@pytest.mark.parametrize("name", ["list_dragons", "validate_dragon", "add_dragon"])
def test_the_sample_is_small_and_has_only_what_the_runtime_lacks(tmp_path, name):
    source = sample_folder() / "lambdas" / name
    made = build(source, Platform(), cache=tmp_path, handler=f"{name}.handler")
    assert made.versions == {"aws-xray-sdk": "2.15.0", "wrapt": "2.5.2"}
    assert made.size < 1024 * 1024
    assert (made.warnings, made.tracer_called, made.needs_bucket) == ([], True, False)


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_compiled_packages_are_those_of_the_target(package, names, python, architecture, machine):
    made = package(
        {"main.py": HANDLER, "requirements.txt": "numpy\npydantic-core\ncryptography\n"},
        target=Platform(python, architecture),
    )
    libraries = [name for name in names(made) if ".cpython-" in name and name.endswith(".so")]
    tag = f"cpython-{python.replace('.', '')}-{machine}-linux-gnu.so"
    assert len(libraries) > 10
    assert [name for name in libraries if not name.endswith(tag)] == []
    with zipfile.ZipFile(made.path) as archive:
        wheels = [n for n in archive.namelist() if n.endswith(".dist-info/WHEEL")]
        text = "\n".join(archive.read(name).decode() for name in wheels)
    newest = max(int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", text))
    assert newest <= (34 if python == "3.13" else 26)
    assert made.largest[0][0] in {"numpy", "cryptography"}


def test_what_the_runtime_has_is_left_out_unless_asked_for(package):
    bare = {"main.py": HANDLER, "requirements.txt": "aws-xray-sdk==2.15.0\nurllib3\n"}
    assert set(package(bare).versions) == {"aws-xray-sdk", "wrapt", "urllib3"}
    everything = package(bare, bundle_all=True).versions
    assert {"botocore", "jmespath", "python-dateutil", "six"} <= set(everything)
    named = package({"main.py": HANDLER, "requirements.txt": "boto3\n"}).versions
    assert {"boto3", "botocore", "s3transfer"} <= set(named)


def test_a_package_that_bounds_botocore_gets_its_own(package):
    made = package({"main.py": HANDLER, "requirements.txt": "aiobotocore\n"})
    assert "botocore" in made.versions


def test_a_local_project_with_an_extra_brings_what_it_needs(package, names, tmp_path):
    made = package({**MINE, "main.py": HANDLER, "requirements.txt": "-e ./lib[more]\n"})
    assert made.versions == {"mine": "1", "six": "1.17.0"}
    assert "mine/__init__.py" in names(made)
    assert [name for name in names(made) if "direct_url" in name or name.startswith("bin/")] == []
    with zipfile.ZipFile(made.path) as archive:
        listed = archive.read("mine-1.dist-info/RECORD").decode()
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert "mine/__init__.py" in listed
    assert "bin/mine" not in listed
    assert str(tmp_path).encode() not in everything


def test_a_requirements_file_of_every_kind_of_line(package):
    made = package(
        {
            "main.py": HANDLER,
            "requirements.txt": '-r base.txt\nrequests[socks]\nnumpy; sys_platform == "win32"\n',
            "base.txt": f"-c pins.txt\nsix==1.17.0 \\\n  --hash=sha256:{SIX}\nidna\n",
            "pins.txt": "idna==3.10\n",
        }
    )
    assert {"six", "requests", "PySocks", "idna"} <= set(made.versions)
    assert "numpy" not in made.versions
    assert made.versions["idna"] == "3.10"


@pytest.mark.parametrize(
    ("requirement", "says"),
    [
        (
            "no-such-package-xyzzy",
            "There is no package no-such-package-xyzzy in the package index.",
        ),
        ("docopt", "docopt has no wheel for Python 3.13 on arm64 (glibc 2.34)."),
        ("numpy==1.20.0", "numpy==1.20.0 has no wheel for Python 3.13 on arm64 (glibc 2.34)."),
        (f"six==1.17.0 --hash=sha256:{'0' * 64}", "Hash mismatch for `six==1.17.0`"),
        ("six==1.17.0\nsix==1.16.0", "your requirements are unsatisfiable"),
    ],
)
def test_what_cannot_be_installed_is_one_sentence(package, tmp_path, requirement, says):
    with pytest.raises(PackagingError) as caught:
        package(
            {"main.py": HANDLER, "requirements.txt": requirement}, target=Platform("3.13", "arm64")
        )
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("cache/dependencies/*"))
    assert not list(tmp_path.glob("cache/zips/*"))


def test_without_a_network_it_says_so_and_keeps_the_password(package, monkeypatch):
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_FIND_LINKS", "UV_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:hunter2@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(PackagingError) as caught:
        package({"main.py": HANDLER, "requirements.txt": "a-package-nobody-has-cached"})
    assert str(caught.value).startswith("The package index cannot be reached: ")
    assert "hunter2" not in str(caught.value)


NATIVE = {
    "native/pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n'
    'build-backend = "hatchling.build"\n[project]\nname = "native"\nversion = "1"\n'
    "[tool.hatch.build.targets.wheel.hooks.custom]\n",
    "native/hatch_build.py": "from hatchling.builders.hooks.plugin.interface import "
    "BuildHookInterface\nclass Hook(BuildHookInterface):\n"
    "    def initialize(self, version, data):\n"
    "        data.update(infer_tag=True, pure_python=False)\n",
    "native/native.py": "",
}


@pytest.fixture
def repository(write):
    """A git repository of one project; its address."""

    def made(files, folder):
        top = write(files, folder="repositories") / folder
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "x"]):
            subprocess.run(["git", *command], cwd=top, check=True)
        return f"git+{top.as_uri()}"

    return made


def test_a_project_that_compiles_here_is_refused(package):
    files = {**NATIVE, "main.py": HANDLER, "requirements.txt": "./native"}
    with pytest.raises(PackagingError, match="native compiles for this machine only"):
        package(files)


def test_a_repository_that_compiles_here_is_refused(package, repository):
    """Also for the Python and the processor of this machine: the C library is another."""
    files = {"main.py": HANDLER, "requirements.txt": f"native @ {repository(NATIVE, 'native')}"}
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    target = Platform(python, {"aarch64": "arm64"}.get(platform.machine(), "x86_64"))
    with pytest.raises(PackagingError, match="native compiles for this machine only"):
        package(files, target=target)


@pytest.mark.parametrize("requirement", ["mine @ {}", "{}#egg=mine"])
def test_a_repository_of_pure_python_is_built(package, names, repository, requirement):
    address = repository(MINE, "lib")
    made = package({"main.py": HANDLER, "requirements.txt": requirement.format(address)})
    assert made.versions == {"mine": "1"}
    assert "mine/__init__.py" in names(made)


@pytest.mark.parametrize(
    ("requirements", "versions"),
    [
        (f"--require-hashes\nsix==1.17.0 --hash=sha256:{SIX}", {"six": "1.17.0"}),
        ("-c pins.txt", {"aws-xray-sdk": "2.14.0"}),
        ("wrapt<2", {"wrapt": "1.17.3"}),
    ],
)
def test_the_tracer_goes_with_what_the_file_insists_on(package, requirements, versions):
    files = {"requirements.txt": requirements, "pins.txt": "aws-xray-sdk==2.14.0"}
    made = package({"main.py": HANDLER, **files}, tracer="xray")
    assert {"aws-xray-sdk": "2.15.0", "wrapt": "2.5.2", **versions} == made.versions


def digest(folder: Path):
    """Names and contents of everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_requirements_in_two_caches_give_the_same_bytes(tmp_path):
    source = sample_folder() / "lambdas" / "list_dragons"
    target = Platform("3.13", "arm64")
    here = build(source, target, cache=tmp_path / "here")
    there = build(source, target, cache=tmp_path / "there" / "deeper")
    assert here.path.read_bytes() == there.path.read_bytes()
    assert digest(tmp_path / "here" / "dependencies") == digest(
        tmp_path / "there" / "deeper" / "dependencies"
    )
