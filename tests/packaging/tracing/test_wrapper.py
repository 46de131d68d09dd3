"""The generated handler: its name goes there and back, and the zip holds all that it needs."""

from __future__ import annotations

import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.tracers import packages_for, pins
from dragonctl.packaging.tracing.wrapper import is_wrapped, original, wrapped

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
HANDLERS = st.builds(
    lambda parts, joint, function: f"{joint.join(parts)}.{function}",
    st.lists(NAMES, min_size=1, max_size=3),
    st.sampled_from(["/", "."]),
    st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True),
)
PLAIN = "def handler(event, context):\n    return 1\n"


@given(HANDLERS)
def test_the_original_is_read_off_the_generated_name_and_nothing_wraps_a_wrapper(handler):
    assert not is_wrapped(handler)
    assert is_wrapped(wrapped(handler))
    assert original(wrapped(handler)) == original(handler) == handler
    assert wrapped(wrapped(handler)) == wrapped(handler)


@pytest.mark.parametrize(
    ("files", "handler", "module"),
    [
        ({"app.py": PLAIN}, "app.handler", "dragonctl_tracing/app.py"),
        ({"a/b.py": PLAIN}, "a/b.handler", "dragonctl_tracing/a/b.py"),
        ({"a/__init__.py": "", "a/b.py": PLAIN}, "a.b.handler", "dragonctl_tracing/a/b.py"),
        ({"my-app.py": PLAIN}, "my-app.handler", "dragonctl_tracing/my-app.py"),
        ({"app.py": PLAIN}, "dragonctl_tracing/app.handler", "dragonctl_tracing/app.py"),
        ({"app.py": PLAIN}, None, "dragonctl_tracing/app.py"),
    ],
)
def test_the_zip_holds_the_generated_module_and_what_it_calls(
    package, names, files, handler, module
):
    made = package(files, tracer="otel", handler=handler)
    held = names(made)
    assert module in held
    assert made.handler == wrapped(handler or "app.handler")
    assert {"dragonctl_opentelemetry/handler.py", "opentelemetry/sdk/trace/__init__.py"} <= set(
        held
    )
    assert not [name for name in held if name.startswith(("boto", "google", "grpc"))]
    assert made.size < 1_500_000
    with zipfile.ZipFile(made.path) as archive:
        text = archive.read(module).decode()
    compile(text, module, "exec")
    assert original(made.handler) in text


def test_only_the_clients_that_the_source_imports_are_packed(package):
    made = package({"app.py": "import sqlite3\n" + PLAIN}, tracer="otel", handler="app.handler")
    seen = {
        name.removeprefix("opentelemetry-instrumentation-")
        for name in made.versions
        if name.startswith("opentelemetry-instrumentation-")
    }
    assert seen == {"botocore", "dbapi", "sqlite3", "threading"}


def test_a_change_of_the_handler_alone_is_another_zip(package):
    files = {"app.py": PLAIN + "\n\ndef other(event, context):\n    return 2\n"}
    one = package(files, tracer="otel", handler="app.handler")
    again = package(files, tracer="otel", handler="app.handler")
    other = package(files, tracer="otel", handler="app.other")
    assert (again.sha256, again.unchanged) == (one.sha256, True)
    assert other.sha256 != one.sha256


def test_an_old_python_and_a_taken_folder_are_refused_before_anything_is_installed(package):
    with pytest.raises(PackagingError, match=r"OpenTelemetry needs Python 3\.10"):
        package({"app.py": PLAIN}, tracer="otel", handler="app.handler", target=Platform("3.9"))
    with pytest.raises(PackagingError, match=r"dragonctl puts its own tracing"):
        package({"app.py": PLAIN, "dragonctl_tracing/x.py": ""}, tracer="otel")


def test_a_requirement_with_hashes_gets_a_tracer_with_hashes(package):
    pinned = "six==1.17.0 --hash=sha256:" + SIX
    files = {"app.py": PLAIN, "requirements.txt": f"--require-hashes\n{pinned}\n"}
    made = package(files, tracer="otel", handler="app.handler")
    assert {"six", "opentelemetry-sdk"} <= set(made.versions)


def test_an_opentelemetry_of_the_source_s_own_choice_is_kept(package):
    files = {"app.py": PLAIN, "requirements.txt": "opentelemetry-api==1.44.0\n"}
    assert package(files, tracer="otel", handler="app.handler").versions["opentelemetry-api"] == (
        "1.44.0"
    )


def test_what_is_pinned_is_what_the_tests_run_with():
    """The development environment holds the same versions: tests are about what is packed."""
    from importlib.metadata import version

    for pinned in pins("otel", ["botocore", "requests", "httpx", "sqlite3"]):
        name, _, wanted = pinned.partition("==")
        if name.startswith("opentelemetry-"):
            assert version(name) == wanted, name
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in pins("otel", ALL).values())


SIX = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"
ALL = packages_for(
    [
        "boto3",
        "requests",
        "httpx",
        "urllib3",
        "urllib.request",
        "aiohttp",
        "sqlite3",
        "psycopg2",
        "psycopg",
        "asyncpg",
        "pymysql",
        "MySQLdb",
        "mysql.connector",
        "sqlalchemy",
        "redis",
        "pymongo",
        "pymemcache",
    ]
)


def test_every_client_of_the_table_can_be_packed():
    assert len(ALL) == 17
