"""Requirement files as their users write them."""

from __future__ import annotations

import pytest

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.requirements import add_tracer, read_requirements
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.tracers import pins


@pytest.fixture
def read(write):
    """Read a function's requirements from files; ``requirements.txt`` is the one that counts."""

    def done(files, *, target=None):
        files = {"requirements.txt": files} if isinstance(files, str) else files
        return read_requirements(write(files), target or Platform())

    return done


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("requests\n", {"requests"}),
        ("Requests[socks]>=2,<3  # why\n\n# comment\n", {"requests"}),
        ("aws_xray_sdk==2.15.0", {"aws-xray-sdk"}),
        ('a; python_version < "3.9"\nb; python_version >= "3.9"', {"b"}),
        ('a; sys_platform == "win32"\nb; platform_machine == "x86_64"', {"b"}),
        ("six==1.17.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n", {"six"}),
        ("--index-url https://example.com/simple\nsix", {"six"}),
        ("x @ https://example.com/x-1-py3-none-any.whl", {"x"}),
        ("\ufeffsix", {"six"}),
        ("git+https://me:key@example.com/team/mine.git@v1", {"mine"}),
        ("-e git+ssh://git@example.com/x.git#egg=Mine_Too&subdirectory=y", {"mine-too"}),
        ("https://example.com/mine-1.0.tar.gz", {"mine"}),
        ("https://example.com/mine-1.0-py3-none-any.whl", {"mine"}),
        ("", set()),
    ],
)
def test_the_names_asked_for(read, text, names):
    assert read(text).names == names


def test_files_that_include_others_are_one(read, tmp_path):
    found = read(
        {
            "requirements.txt": "-r more/base.txt\n-c pins.txt\nrequests",
            "more/base.txt": "--requirement=deeper.txt\nsix",
            "more/deeper.txt": "attrs",
            "pins.txt": "six==1.17.0",
        }
    )
    pins = tmp_path / "my_function" / "pins.txt"
    assert found.lines == ["attrs", "six", f"--constraint {pins}", "requests"]


@pytest.mark.parametrize(
    "line",
    [
        "./lib",
        "lib/",
        "-e ./lib",
        "--editable=./lib",
        "./lib[extra]",
        "mine @ file:./lib",
        'mine[extra] @ file:lib; python_version > "3"',
    ],
)
def test_local_projects(read, line, tmp_path):
    found = read({"requirements.txt": line, "lib/pyproject.toml": "[project]"})
    assert [local.path for local in found.local] == [tmp_path / "my_function" / "lib"]
    assert found.local[0].extras == ("[extra]" if "extra" in line else "")
    assert found.local[0].marker == ('python_version > "3"' if ";" in line else "")
    assert found.lines == []


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ("six==\n", "requirements.txt, line 1: 'six=='"),
        ("six\n\n= 3\n", "requirements.txt, line 3: '= 3'"),
        ("./nowhere\n", "nowhere, which does not exist"),
        ("-r nowhere.txt\n", "names nowhere.txt, which does not exist"),
        ({"requirements.txt": "-r a.txt", "a.txt": "-r requirements.txt"}, "includes itself"),
        ({"requirements.txt": b"six\xff"}, "is not text in UTF-8"),
        ("x @ https://me:hunter2@example.com/\\x y z\n", "https://***@example.com"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(read, files, says):
    with pytest.raises(PackagingError) as caught:
        read(files)
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("six", ["aws-xray-sdk==2.15.0", "wrapt==2.5.2"]),
        ("wrapt<2", ["aws-xray-sdk==2.15.0"]),
        ("", ["aws-xray-sdk==2.15.0", "wrapt==2.5.2"]),
    ],
)
def test_the_tracer_is_added_unless_named(read, text, added):
    found = read(text)
    assert found.tracer == []
    add_tracer(found, pins("xray"))
    assert found.tracer == added


def test_powershell_s_utf_16_is_read(read):
    assert read({"requirements.txt": "six\r\nidna\r\n".encode("utf-16")}).names == {"six", "idna"}


@pytest.mark.parametrize(
    ("text", "sources", "arguments", "lines"),
    [
        ("--no-binary docopt,Some_Thing", {"docopt", "some-thing"}, [], []),
        ("--no-binary=:all:\n--only-binary x\n--prefer-binary", set(), [], []),
        ("--pre", set(), ["--prerelease", "allow"], []),
        ("--trusted-host a.example", set(), ["--allow-insecure-host", "a.example"], []),
        ("x @ git+https://a/x", {"x"}, [], ["x @ git+https://a/x"]),
        ("x @ https://a/x-1-py3-none-any.whl", set(), [], ["x @ https://a/x-1-py3-none-any.whl"]),
        ("-i https://a/simple", set(), [], ["-i https://a/simple"]),
    ],
)
def test_what_is_said_of_the_installation(read, text, sources, arguments, lines):
    found = read(text)
    assert (found.sources, found.arguments, found.lines) == (sources, arguments, lines)


def test_what_decides_the_installation_decides_the_digest(read, monkeypatch, tmp_path):
    files = {
        "requirements.txt": "./lib\n-c pins.txt\nsix",
        "lib/pyproject.toml": "[project]",
        "lib/mine.py": "x = 1",
        "pins.txt": "six==1.17.0",
    }
    first = read(files).digest()
    assert read({**files, "main.py": "x = 1", "lib/.cache": "x"}).digest() == first
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "shared.txt"))
    (tmp_path / "shared.txt").write_text("idna==3.10")
    shared = read(files).digest()
    (tmp_path / "shared.txt").write_text("idna==3.9")
    assert len({first, shared, read(files).digest()}) == 3
    monkeypatch.delenv("PIP_CONSTRAINT")
    changes = [("lib/mine.py", "x = 2"), ("pins.txt", "six==1.16.0"), ("lib/new.py", "")]
    assert all(read({**files, name: text}).digest() != first for name, text in changes)


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("# nothing", True),
        ('numpy; sys_platform == "win32"', True),
        ("six", False),
        ("-r https://example.com/more.txt", False),
    ],
)
def test_whether_anything_is_asked_for(read, text, empty):
    assert read(text).empty is empty
