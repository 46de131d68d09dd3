"""What of a folder goes into the zip, what stays out, what is refused."""

from __future__ import annotations

import os
import socket

import pytest

from dragonctl.errors import UsageError
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.source import function_folder, function_folders, function_name

HANDLER = {"main.py": "def handler(event, context): pass\n"}
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIsecret\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "name",
    [
        "data/prices.csv",
        "pkg/deep/nested/module.py",
        "namespace_without_init/module.py",
        "templates/page.html",
        "certificates/root.pem",
        "with space & ümlaut.txt",
        "test_data.json",
        "pkg/requirements.txt",
    ],
)
def test_what_a_function_needs_goes_in(package, names, name):
    assert name in names(package({**HANDLER, name: "content"}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".env", "SECRET=1"),
        (".env.production", "SECRET=1"),
        ("pkg/.env", "SECRET=1"),
        (".aws/credentials", "[default]\naws_secret_access_key = x"),
        (".git/config", "[remote]"),
        (".netrc", "machine x password y"),
        ("deploy.pem", KEY),
        ("pkg/notes.txt", f"do not lose this\n{KEY}"),
        ("id_ed25519", "x"),
        ("store.p12", "x"),
        ("server.key", "x"),
        ("production.env", "SECRET=1"),
        ("pip.conf", "[global]\nindex-url = https://me:password@example.com/simple"),
        ("credentials", "x"),
        ("settings.ini", "[default]\naws_secret_access_key = x"),
        ("__pycache__/main.cpython-313.pyc", "x"),
        ("pkg/old.pyc", "x"),
        ("tests/test_main.py", "x = 1"),
        ("venv/lib/x.py", "x = 1"),
        ("requirements.txt", "# nothing"),
        ("requirements-dev.txt", "--index-url https://user:password@example.com/simple"),
        (".DS_Store", "x"),
        ("my.egg-info/PKG-INFO", "x"),
    ],
)
def test_what_is_nobody_else_s_business_stays_out_and_is_named(package, names, name, content):
    made = package({**HANDLER, name: content})
    assert names(made) == ["main.py"]
    assert any(name.startswith(left) for left in made.left_out)


def test_what_looks_like_a_secret_is_said_to_be_left_out(package):
    made = package({**HANDLER, "pkg/server.key": "x", ".env": "x", "requirements.txt": ""})
    (said,) = made.warnings
    assert said.startswith(
        "Left out of my_function, because they look like secrets: pkg/server.key"
    )
    assert said.endswith("Pack one all the same with --allow-secret PATH.")


def test_a_name_that_is_no_text_is_refused(package, write):
    source = write(HANDLER)
    (source / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    with pytest.raises(PackagingError, match="not UTF-8"):
        package(source)


def test_a_link_is_refused(package, write, tmp_path):
    (tmp_path / "secret").write_text("x")
    source = write(HANDLER)
    (source / "link.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(PackagingError, match=r"link\.txt is a symbolic link"):
        package(source)


def test_a_link_to_a_folder_outside_is_refused(package, write, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    source = write(HANDLER)
    (source / "shared").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackagingError, match="shared is a symbolic link"):
        package(source)


def test_a_thing_that_is_no_file_is_refused(package, write):
    source = write(HANDLER)
    os.mkfifo(source / "pipe")
    with pytest.raises(PackagingError, match="pipe is not a regular file"):
        package(source)


def test_a_socket_is_refused(package, write, monkeypatch):
    source = write(HANDLER)
    monkeypatch.chdir(source)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("door")
        with pytest.raises(PackagingError, match="door is not a regular file"):
            package(source)


@pytest.mark.parametrize("files", [{}, {"readme.md": "hello"}, {"tests/test_a.py": ""}])
def test_a_folder_without_python_is_no_function(package, files):
    with pytest.raises(PackagingError, match="is not a function: it holds no Python file"):
        package(files)


def test_no_folder_is_one_sentence(package, tmp_path):
    with pytest.raises(PackagingError, match="nowhere is not a folder"):
        package(tmp_path / "nowhere")


def test_functions_are_the_folders_with_python_directly_under_the_root(write):
    root = write(
        {
            "b_two/main.py": "",
            "a_one/main.py": "",
            "edge/headers/main.py": "",
            "edge/main.py": "",
            "notes/readme.md": "",
            "__pycache__/x.py": "",
            "tests/test_x.py": "",
            "venv/lib/x.py": "",
            ".hidden/x.py": "",
            "file.py": "",
        }
    )
    assert [path.name for path in function_folders(root)] == ["a_one", "b_two"]
    assert function_folder(root, "a-one") == root / "a_one"


@pytest.mark.parametrize(
    "name", ["a_three", "edge", "notes", "../my_function", "b_two/pkg", ".", ""]
)
def test_a_name_without_a_function_lists_those_there_are(write, name):
    root = write({"a_one/main.py": "", "b_two/pkg/main.py": "", "edge/x/m.py": "", "notes/a": ""})
    with pytest.raises(UsageError) as caught:
        function_folder(root, name)
    assert str(caught.value).endswith("There are: a_one, b_two.")


@pytest.mark.parametrize(
    ("folder", "name"), [("list_dragons", "list-dragons"), ("list-dragons", "list-dragons")]
)
def test_the_function_s_name_is_the_folder_s(tmp_path, folder, name):
    assert function_name(tmp_path / folder) == name


@pytest.mark.parametrize("folder", ["käse", "a b", "x" * 65, "a.b"])
def test_a_name_that_aws_refuses_is_refused_here(tmp_path, folder):
    with pytest.raises(Exception, match="AWS refuses") as caught:
        function_name(tmp_path / folder)
    assert caught.value.exit_code == 2
