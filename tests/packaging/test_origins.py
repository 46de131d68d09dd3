"""A zip that was built from other places is another zip, and no password has a part in it."""

from __future__ import annotations

import os
import zipfile

import pytest

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.origins import origins

HANDLER = "import planted\n\n\ndef handler(event, context):\n    return planted.FROM\n"


@pytest.fixture
def environ(tmp_path):
    """An environment whose home holds no settings but those that a test writes there."""

    def made(**more):
        home = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "etc")}
        return {**home, "PIP_CONFIG_FILE": os.devnull, **more}

    return made


@pytest.mark.parametrize(
    "setting",
    [
        {"PIP_INDEX_URL": "https://other.example/simple"},
        {"PIP_EXTRA_INDEX_URL": "https://other.example/simple"},
        {"PIP_FIND_LINKS": "/wheels"},
        {"PIP_NO_INDEX": "1"},
        {"PIP_PRE": "1"},
        {"PIP_TRUSTED_HOST": "other.example"},
        {"PIP_KEYRING_PROVIDER": "subprocess"},
        {"UV_DEFAULT_INDEX": "https://other.example/simple"},
        {"UV_INDEX": "https://other.example/simple"},
        {"UV_INDEX_URL": "https://other.example/simple"},
        {"UV_EXTRA_INDEX_URL": "https://other.example/simple"},
        {"UV_INDEX_STRATEGY": "unsafe-first-match"},
        {"UV_FIND_LINKS": "/wheels"},
        {"UV_NO_INDEX": "1"},
        {"UV_PRERELEASE": "allow"},
        {"UV_RESOLUTION": "lowest"},
        {"UV_EXCLUDE_NEWER": "2026-01-01"},
        {"UV_INSECURE_HOST": "other.example"},
        {"UV_KEYRING_PROVIDER": "subprocess"},
        {"UV_INDEX_OTHER_USERNAME": "ann"},
        {"PIP_INDEX_URL": "https://ann:secret@index.example/simple"},
    ],
    ids=str,
)
def test_every_setting_that_decides_counts(environ, setting):
    assert origins(environ(**setting)) != origins(environ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"PIP_INDEX_URL": "https://aws:old@i/s"}, {"PIP_INDEX_URL": "https://aws:n@ew@i/s"}),
        ({"UV_INDEX": "https://aws:old@i/s"}, {"UV_INDEX": "https://aws:new@i/s"}),
        ({"UV_INDEX_X_PASSWORD": "old"}, {"UV_INDEX_X_PASSWORD": "new"}),
        ({"UV_PUBLISH_TOKEN": "old"}, {}),
        ({"UV_CACHE_DIR": "/a", "UV_OFFLINE": "1"}, {"UV_HTTP_TIMEOUT": "9"}),
        ({"PIP_DEFAULT_TIMEOUT": "9", "PIP_RETRIES": "9"}, {}),
        ({"AWS_SECRET_ACCESS_KEY": "old", "HTTPS_PROXY": "http://p"}, {}),
    ],
    ids=str,
)
def test_passwords_and_ways_of_working_do_not_count(environ, one, other):
    assert origins(environ(**one)) == origins(environ(**other))


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        (".config/uv/uv.toml", {}),
        ("etc/uv/uv.toml", {}),
        ("mine.toml", {"UV_CONFIG_FILE": "mine.toml"}),
        ("limits.txt", {"PIP_CONSTRAINT": "limits.txt"}),
        ("limits.txt", {"UV_CONSTRAINT": "limits.txt"}),
        ("limits.txt", {"UV_OVERRIDE": "limits.txt"}),
        ("wheels/a-1-py3-none-any.whl", {"PIP_FIND_LINKS": "wheels"}),
        ("wheels/a-1-py3-none-any.whl", {"UV_FIND_LINKS": "wheels"}),
    ],
)
def test_what_stands_in_files_counts_but_for_passwords(
    environ, tmp_path, monkeypatch, name, setting
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = [origins(environ(**setting))]
    for text in ("index = 'https://aws:old@i/s'", "index = 'https://j/s'"):
        path.write_text(text)
        seen.append(origins(environ(**setting)))
    assert len(set(seen)) == 3
    if path.suffix != ".whl":
        path.write_text("index = 'https://aws:newer@i/s'")
        assert origins(environ(**setting)) == seen[1]


def wheel(folder, says):
    """A package ``planted`` whose only value tells where it came from."""
    folder.mkdir(exist_ok=True)
    about = "planted-1.0.dist-info"
    with zipfile.ZipFile(folder / "planted-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("planted.py", f"FROM = {says!r}\n")
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n"
        )
        tags = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{about}/WHEEL", tags)
        archive.writestr(f"{about}/RECORD", "planted.py,,\n")
    return str(folder)


def test_a_zip_is_built_again_where_packages_come_from_elsewhere(
    package, write, tmp_path, monkeypatch
):
    source = write({"main.py": HANDLER, "requirements.txt": "planted==1.0\n"})
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    said = []
    for place in ("theirs", "ours"):
        monkeypatch.setenv("PIP_FIND_LINKS", wheel(tmp_path / place, place))
        made = package(source)
        assert not made.unchanged
        said.append(zipfile.ZipFile(made.path).read("planted.py").decode())
    assert said == ["FROM = 'theirs'\n", "FROM = 'ours'\n"]
    assert package(source).unchanged
    monkeypatch.delenv("PIP_FIND_LINKS")
    with pytest.raises(PackagingError):
        package(source)
