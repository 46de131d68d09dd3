"""The build as a whole: what is known already, what is kept, what goes wrong on the way."""

from __future__ import annotations

import errno
import json
import os
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dragonctl.packaging import installer
from dragonctl.packaging.build import build
from dragonctl.packaging.cache import UNUSED_SECONDS, forget_unused
from dragonctl.packaging.errors import PackagingError, disk_errors_explained
from dragonctl.packaging.limits import check_unzipped
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.store import ZipStore
from dragonctl.packaging.tracing.choice import TracerRequest

HANDLER = "def handler(event, context): pass\n"
SIX = {"main.py": HANDLER, "requirements.txt": "six==1.17.0\n"}


@pytest.fixture
def no_index(monkeypatch):
    """From when it is called on nothing can be installed: uv does not start with that setting."""
    return lambda: monkeypatch.setenv("UV_CONCURRENT_INSTALLS", "none")


def test_an_unchanged_function_is_known_without_installing(package, no_index):
    first = package(SIX)
    no_index()
    again = package(SIX)
    assert (first.unchanged, again.unchanged) == (False, True)
    assert (again.sha256, again.path, again.versions) == (
        first.sha256,
        first.path,
        {"six": "1.17.0"},
    )


def test_a_changed_line_needs_no_new_installation(package, no_index):
    first = package(SIX)
    no_index()
    second = package({**SIX, "main.py": HANDLER + "x = 1\n"})
    assert not second.unchanged
    assert second.sha256 != first.sha256
    with pytest.raises(PackagingError):
        package({**SIX, "requirements.txt": "attrs==25.1.0\n"})


@pytest.mark.parametrize("spoil", ["zip gone", "zip cut", "record broken"])
def test_a_spoilt_cache_is_made_again(package, tmp_path, spoil):
    first = package(SIX)
    if spoil == "zip gone":
        first.path.unlink()
    elif spoil == "zip cut":
        first.path.write_bytes(first.path.read_bytes()[:100])
    else:
        next((tmp_path / "cache" / "builds").iterdir()).write_text("{")
    again = package(SIX)
    assert again.sha256 == first.sha256
    assert zipfile.ZipFile(again.path).testzip() is None


def test_everything_that_is_said_is_said_again_when_unchanged(package):
    files = {"main.py": HANDLER, ".env": "x"}
    first = package(files, tracer="xray")
    again = package(files, tracer="xray")
    assert again.unchanged
    assert "never calls the X-Ray SDK" in first.warnings[0]
    assert (again.warnings, again.left_out) == (first.warnings, [".env"])
    assert again.largest == first.largest


def test_functions_at_the_same_time_share_one_installation(write, tmp_path):
    sources = [write({**SIX, "own.py": f"x = {n}"}, f"function_{n}") for n in range(4)]
    cache = tmp_path / "cache"

    def one(source):
        return build(source, Platform(), cache=cache, tracing=TracerRequest("none"))

    with ThreadPoolExecutor(4) as pool:
        packages = list(pool.map(one, sources))
    assert len({package.sha256 for package in packages}) == 4
    assert len(list((cache / "dependencies").iterdir())) == 1
    assert not [path for path in cache.rglob(".*") if path.is_file()]


def test_what_the_tool_writes_is_the_owner_s_alone(package, tmp_path):
    before = os.umask(0)
    try:
        made = package(SIX)
    finally:
        os.umask(before)
    record = next((tmp_path / "cache" / "builds").iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in (made.path, record)] == [0o600, 0o600]
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700


def test_no_secret_of_this_machine_reaches_the_zip_or_the_cache(package, monkeypatch, tmp_path):
    secrets = {"AWS_SECRET_ACCESS_KEY": "planted-aws", "MY_TOKEN": "planted-token"}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    files = {
        "main.py": HANDLER,
        ".env": "X=planted-env",
        "id_rsa": "planted-key",
        "requirements.txt": "six==1.17.0  # planted-comment\n./lib\n",
        "lib/pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n'
        'build-backend = "hatchling.build"\n[project]\nname = "lib"\nversion = "1"\n',
        "lib/lib/__init__.py": "",
    }
    made = package(files)
    with zipfile.ZipFile(made.path) as archive:
        assert b"planted" not in b"".join(archive.read(name) for name in archive.namelist())
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert [path for path in kept if b"planted" in path.read_bytes()] == []


def test_the_source_wins_over_a_package_of_the_same_name(package):
    made = package({**SIX, "six.py": "mine = 1\n"})
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("six.py") == b"mine = 1\n"


def test_every_entry_can_be_read_and_none_has_a_date(package):
    made = package({**SIX, "bin/tool": "#!/bin/sh\n"})
    with zipfile.ZipFile(made.path) as archive:
        entries = archive.infolist()
    assert {(e.date_time, e.external_attr >> 16, e.create_system) for e in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100755, 3)
    }
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)
    assert not [e.filename for e in entries if e.filename.endswith(".pyc")]


def test_what_unpacks_too_large_names_the_largest():
    largest = [("torch", 200 * 1024**2), ("numpy", 60 * 1024**2), ("six", 1)]
    check_unzipped("f", 262_143_999, largest)
    with pytest.raises(PackagingError) as caught:
        check_unzipped("f", 262_144_000, largest)
    assert "f would unpack to 250.0 MB; AWS allows 250.0 MB" in str(caught.value)
    assert "torch 200.0 MB, numpy 60.0 MB" in str(caught.value)


def test_a_folder_that_unpacks_too_large_is_refused_before_it_is_zipped(package, write, tmp_path):
    source = write({"main.py": HANDLER})
    with (source / "model.bin").open("wb") as sparse:
        sparse.truncate(262_144_000)
    with pytest.raises(PackagingError, match=r"Largest: your own files 250\.0 MB"):
        package(source)
    assert not (tmp_path / "cache" / "zips").exists()


def test_what_only_a_bucket_can_take_says_so(package, write):
    assert not package({"main.py": HANDLER}).needs_bucket
    source = write({"main.py": HANDLER, "noise.bin": os.urandom(52_428_900)})
    assert package(source).needs_bucket


def test_a_full_disk_is_one_sentence():
    with (
        pytest.raises(PackagingError, match=r"Writing: the disk is full\. .*DRAGONCTL_STATE_DIR"),
        disk_errors_explained("Writing"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x")
    said = "error: failed to write to file `/t/x.py`: No space left on device (os error 28)\n"
    assert "the disk is full" in str(installer._explained(said, "anywhere"))


def test_a_cache_that_cannot_be_written_is_one_sentence(package, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PackagingError) as caught:
        package({"main.py": HANDLER}, cache=tmp_path / "file" / "cache")
    assert str(caught.value).startswith("Packaging my_function: Not a directory")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    store = ZipStore(tmp_path / "zips")

    def fail(stream):
        stream.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space"):
        store.write(fail)
    assert list(store.folder.iterdir()) == []


def test_the_store_finds_a_zip_by_what_lambda_calls_it(tmp_path):
    store = ZipStore(tmp_path / "zips")
    sha256, path = store.write(lambda stream: stream.write(b"the old code"))
    assert sha256 == "HxlaKC/x0N++selS2EDDX9E1OprW0PZu5ZTIEmR+QX0="
    assert store.find(sha256) == path
    assert path.read_bytes() == b"the old code"
    assert store.find("A" * 43 + "=") is None
    path.write_bytes(b"another code")
    assert store.find(sha256) is None


def test_an_installed_tree_that_somebody_changed_is_installed_anew(package, tmp_path):
    first = package(SIX)
    (module,) = (tmp_path / "cache" / "dependencies").rglob("six.py")
    module.unlink()  # it may be a link into the installer's own cache
    module.write_text("tampered = True")
    again = package({**SIX, "main.py": SIX["main.py"] + "\n# another zip\n"})
    assert zipfile.ZipFile(again.path).read("six.py") == zipfile.ZipFile(first.path).read("six.py")


def test_what_nobody_used_for_a_month_is_forgotten(package, tmp_path):
    cache = tmp_path / "cache"
    old = package(SIX)
    leftover = cache / "dependencies" / ".installing-killed"
    leftover.mkdir()
    newest = max(p.stat().st_mtime for p in cache.rglob("*"))
    forget_unused(cache, newest + UNUSED_SECONDS - 100)
    assert old.path.exists()
    forget_unused(cache, newest + UNUSED_SECONDS + 100)
    assert [path for kind in cache.iterdir() for path in kind.iterdir()] == []


def test_what_another_build_renames_meanwhile_is_no_error(tmp_path):
    store = ZipStore(tmp_path / "zips")
    with ThreadPoolExecutor() as pool:
        writers = [
            pool.submit(lambda: [store.write(lambda s: s.write(b"zip")) for _ in range(300)])
            for _ in range(2)
        ]
        while not all(writer.done() for writer in writers):
            forget_unused(tmp_path)
    assert [path.suffix for path in store.folder.iterdir()] == [".zip"]
    assert all(len(writer.result()) == 300 for writer in writers)


def test_progress_is_told(package):
    told = []
    package(SIX, progress=told.append)
    assert told == ["installing requirements", "writing the zip"]


def test_the_record_holds_no_path_of_this_machine(package, tmp_path):
    package(SIX)
    record = json.loads(next((tmp_path / "cache" / "builds").iterdir()).read_text())
    assert str(tmp_path) not in json.dumps(record)
