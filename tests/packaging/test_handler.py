"""Handlers, syntax and the tracer are judged before anything is uploaded."""

from __future__ import annotations

import pytest

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.handler import calls_tracer, handlers
from dragonctl.packaging.runtimes import Platform

DEFINES = "def handler(event, context): pass\n"


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"main.py": DEFINES}, "main.handler"),
        ({"pkg/mod.py": DEFINES}, "pkg/mod.handler"),
        ({"pkg/mod.py": DEFINES}, "pkg.mod.handler"),
        ({"pkg/__init__.py": DEFINES}, "pkg.handler"),
        ({"main.py": "async def handler(e, c): pass"}, "main.handler"),
        ({"main.py": "class App:\n    pass\nhandler = App()"}, "main.handler"),
        ({"main.py": "handler: object = print"}, "main.handler"),
        ({"main.py": "a, handler = 1, print"}, "main.handler"),
        ({"main.py": "from other import app as handler"}, "main.handler"),
        ({"main.py": "from other import *"}, "main.handler"),
        ({"main.py": "def __getattr__(name): ..."}, "main.handler"),
        ({"main.py": f"try:\n    import x\nexcept ImportError:\n    {DEFINES}"}, "main.handler"),
        ({"main.py": f"if True:\n    pass\nelse:\n    {DEFINES}"}, "main.handler"),
        ({"main.py": "x = 1", "fast.cpython-313-x86_64-linux-gnu.so": b"\x7fELF"}, "fast.handler"),
    ],
)
def test_a_handler_that_exists(package, files, handler):
    assert package(files, handler=handler).sha256


@pytest.mark.parametrize(
    ("files", "handler", "says"),
    [
        ({"main.py": DEFINES}, "main.wrong", "main.py defines no wrong. There is: main.handler."),
        ({"main.py": DEFINES}, "other.handler", "holds no other.py. There is: main.handler."),
        ({"pkg/mod.py": DEFINES}, "mod.handler", "holds no mod.py. Name it with --handler."),
        ({"main.py": f"def outer():\n    {DEFINES}"}, "main.handler", "defines no handler"),
        ({"main.py": f"class A:\n    {DEFINES}"}, "main.handler", "defines no handler"),
        ({"main.py": DEFINES}, "handler", "'handler' is not a valid handler"),
        ({"main.py": DEFINES}, "main.", "'main.' is not a valid handler"),
    ],
)
def test_a_handler_that_does_not_exist_is_refused(package, tmp_path, files, handler, says):
    with pytest.raises(PackagingError) as caught:
        package(files, handler=handler)
    assert says in str(caught.value)
    assert list(tmp_path.glob("cache/zips/*")) == []


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.13", "3.14"])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ndef f(:\n    pass\n", 2),
        ("def f():\nreturn 1\n", 2),
        ("x = (1,\n", 1),
        ("print 'hello'\n", 1),
        (b"x = '\xff'\n", 1),
        ("x = 1\n\0\n", None),
    ],
)
def test_a_syntax_error_is_found_before_upload(package, tmp_path, python, text, line):
    with pytest.raises(PackagingError) as caught:
        package({"main.py": DEFINES, "pkg/broken.py": text}, target=Platform(python))
    where = f"broken.py, line {line}: " if line else "broken.py"
    assert where in str(caught.value)
    assert not (tmp_path / "cache" / "zips").exists()


@pytest.mark.parametrize(
    "text",
    [
        "type Pair[T] = tuple[T, T]\n",
        "def first[T](items: list[T]) -> T: ...\n",
        "class Box[T]: ...\n",
        "names = ['a']\nx = f'{', '.join(names)}'\n",
    ],
)
def test_syntax_newer_than_this_python_is_not_called_broken(package, text):
    made = package({"main.py": text + DEFINES}, target=Platform("3.13"), handler="main.handler")
    assert all("which cannot be checked here" in warning for warning in made.warnings)


def test_syntax_newer_than_the_target_is_refused(package):
    with pytest.raises(PackagingError, match=r"main\.py"):
        package({"main.py": "match 1:\n    case 1: pass\n" + DEFINES}, target=Platform("3.9"))


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("from aws_xray_sdk.core import patch_all\npatch_all()", True),
        ("from aws_xray_sdk.core import patch_all as p\np()", True),
        ("import aws_xray_sdk.core as xray\nxray.patch_all()", True),
        ("import aws_xray_sdk.core\naws_xray_sdk.core.patch_all()", True),
        ("from aws_xray_sdk.core import xray_recorder\n@xray_recorder.capture()\ndef f(): 0", True),
        ("from aws_lambda_powertools import Tracer\nt = Tracer()", True),
        ("from aws_xray_sdk.core import patch_all", False),
        ("# patch_all()", False),
        ("import boto3\nboto3.client('s3')", False),
    ],
)
def test_whether_the_source_calls_the_tracer(write, text, called):
    source = write({"main.py": text})
    assert calls_tracer({"main.py": source / "main.py"}) is called


def test_the_usual_handlers_are_found(write):
    source = write(
        {
            "a.py": "def lambda_handler(e, c): 0",
            "b.py": DEFINES,
            "c.py": "x = 1",
            "pkg/d.py": DEFINES,
            "e.py": "not python (",
        }
    )
    files = {p.relative_to(source).as_posix(): p for p in sorted(source.rglob("*.py"))}
    assert handlers(files) == ["a.lambda_handler", "b.handler"]
