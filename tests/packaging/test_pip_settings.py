"""What pip would read of its settings reaches uv, in uv's words."""

from __future__ import annotations

import os

import pytest

from dragonctl.packaging.pip_settings import constraints, uv_arguments, uv_environment


@pytest.fixture
def home(tmp_path):
    """An environment whose home holds no settings but those that a test writes there."""

    def environment(**more):
        return {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "etc"), **more}

    return environment


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("pip", "uv"),
    [
        ({"PIP_INDEX_URL": "https://a/simple"}, {"UV_DEFAULT_INDEX": "https://a/simple"}),
        (
            {"PIP_EXTRA_INDEX_URL": "https://a https://b"},
            {"UV_INDEX": "https://a https://b", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        ({"PIP_FIND_LINKS": "/wheels https://c/"}, {"UV_FIND_LINKS": "/wheels,https://c/"}),
        ({"PIP_CERT": "/ca.crt"}, {"SSL_CERT_FILE": "/ca.crt"}),
        ({"PIP_CLIENT_CERT": "/me.pem"}, {"SSL_CLIENT_CERT": "/me.pem"}),
        ({"PIP_TRUSTED_HOST": "a\nb:80"}, {"UV_INSECURE_HOST": "a b:80"}),
        ({"PIP_DEFAULT_TIMEOUT": "180"}, {"UV_HTTP_TIMEOUT": "180"}),
        ({"PIP_PROXY": "http://p"}, {"HTTP_PROXY": "http://p", "HTTPS_PROXY": "http://p"}),
        ({"PIP_KEYRING_PROVIDER": "subprocess"}, {"UV_KEYRING_PROVIDER": "subprocess"}),
        (
            {"PIP_INDEX_URL": "https://a", "UV_DEFAULT_INDEX": "https://mine"},
            {"UV_DEFAULT_INDEX": "https://mine"},
        ),
    ],
)
def test_a_variable_of_pip_is_one_of_uv(home, pip, uv):
    made = uv_environment(home(PIP_CONFIG_FILE=os.devnull, **pip))
    known = {name: value for name, value in made.items() if name.startswith(("UV_", "SSL", "HTTP"))}
    assert known == uv


@pytest.mark.parametrize(
    ("pip", "words"),
    [
        ({"PIP_NO_INDEX": "1"}, ["--no-index"]),
        ({"PIP_PRE": "yes"}, ["--prerelease", "allow"]),
        ({"PIP_NO_INDEX": "0", "PIP_PRE": "false"}, []),
    ],
)
def test_switches(home, pip, words):
    assert uv_arguments(home(PIP_CONFIG_FILE=os.devnull, **pip)) == words


def test_paths_are_meant_from_this_folder(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environ = home(
        PIP_CONFIG_FILE=os.devnull,
        PIP_CONSTRAINT="pins.txt https://a/pins.txt",
        PIP_FIND_LINKS="wheels https://a/",
        PIP_CERT="ca.crt",
    )
    assert constraints(environ) == [str(tmp_path / "pins.txt"), "https://a/pins.txt"]
    made = uv_environment(environ)
    assert made["UV_FIND_LINKS"] == f"{tmp_path / 'wheels'},https://a/"
    assert made["SSL_CERT_FILE"] == str(tmp_path / "ca.crt")


def test_the_files_of_pip_in_their_order(home, tmp_path):
    write(tmp_path / "etc/pip/pip.conf", "[global]\nindex-url = https://global\ntimeout = 5\n")
    write(tmp_path / ".config/pip/pip.conf", "[global]\nindex_url = https://user\n")
    assert uv_environment(home())["UV_DEFAULT_INDEX"] == "https://user"
    assert uv_environment(home())["UV_HTTP_TIMEOUT"] == "5"
    write(tmp_path / ".config/pip/pip.conf", "[install]\nindex-url = https://install\n")
    assert uv_environment(home())["UV_DEFAULT_INDEX"] == "https://install"
    assert uv_environment(home(PIP_INDEX_URL="https://env"))["UV_DEFAULT_INDEX"] == "https://env"
    write(tmp_path / "named.conf", "[global]\nfind-links =\n    /one\n    /two\n")
    named = uv_environment(home(PIP_CONFIG_FILE=str(tmp_path / "named.conf")))
    assert (named["UV_FIND_LINKS"], named["UV_DEFAULT_INDEX"]) == ("/one,/two", "https://global")


def test_a_broken_file_names_nothing(home, tmp_path):
    write(tmp_path / ".config/pip/pip.conf", "index-url = https://no-section\n")
    assert "UV_DEFAULT_INDEX" not in uv_environment(home())


def test_aws_credentials_stay_with_the_deployer(home):
    made = uv_environment(home(AWS_SECRET_ACCESS_KEY="x", AWS_PROFILE="y", PATH="/bin"))
    assert not [name for name in made if name.startswith("AWS_")]
    assert made["PATH"] == "/bin"
