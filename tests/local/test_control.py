"""The server as commands know it: started once, found, ended, its state kept."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import boto3
import pytest

from dragonctl.errors import DragonError
from dragonctl.local import address, control
from tests.local.serving import until


@pytest.fixture
def state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    yield tmp_path / "local"
    control.down()


def client(server, service):
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_starts_once_and_is_found_again(state_folder):
    assert control.status() is None
    server = control.up()
    assert control.up() == control.status() == server
    assert server.endpoint.startswith("http://127.0.0.1:")
    assert (server.region, server.account) == ("us-east-1", "123456789012")


def test_commands_at_once_share_one_server(state_folder):
    script = "from dragonctl.local import control; print(control.up().pid)"
    start = [sys.executable, "-c", script]
    with ThreadPoolExecutor(4) as pool:
        said = pool.map(lambda _: subprocess.run(start, capture_output=True, check=True), range(4))
    assert len({one.stdout for one in said}) == 1


def test_a_process_that_nobody_takes_note_of_has_ended():
    """Where the first process of a container is no init, that of a server stays so forever."""
    script = "import os, time; print(os.fork() or os._exit(0), flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        try:
            until(lambda: control.is_alive(child), lambda alive: not alive)
            os.kill(child, 0)  # its number is still taken
        finally:
            parent.kill()


def test_it_leaves_nothing_behind(state_folder):
    server = control.up()
    assert control.down() is True
    assert control.down() is False
    assert not (state_folder / "server.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(server.endpoint)  # the port is free again


def test_a_server_that_nobody_can_find_ends_itself(state_folder):
    server = control.up()
    shutil.rmtree(state_folder)
    assert until(lambda: control.is_alive(server.pid), lambda alive: not alive) is False
    assert not (state_folder / "state.pickle").exists()


def test_its_state_outlives_it(state_folder):
    iam = client(control.up(), "iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"Service": "lambda.amazonaws.com"}}]}  # fmt: skip
    iam.create_role(RoleName="kept", AssumeRolePolicyDocument=json.dumps(trust))
    control.down()
    again = client(control.up(), "iam")
    assert [one["RoleName"] for one in again.list_roles()["Roles"]] == ["kept"]


def test_its_files_are_its_owners_alone(state_folder):
    control.up()
    control.down()
    files = [one for one in state_folder.iterdir() if one.is_file()]
    assert {mode(one) for one in files} == {0o600}
    assert mode(state_folder) == 0o700


@pytest.mark.parametrize("pid", [2**22 + 1, os.getpid()], ids=["dead", "another program's"])
def test_a_stale_address_is_told_from_a_running_server(state_folder, pid):
    """A dead process, or a number that belongs to another program now."""
    stale = address.LocalServer("http://127.0.0.1:9", pid, "t", "us-east-1", "1", "0")
    address.remember(stale)
    assert control.status() is None
    assert control.up().pid != pid


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": "x"}', "\x00"])
def test_a_broken_address_file_is_no_server(state_folder, content):
    control.log_file().parent.joinpath("server.json").write_text(content)
    assert control.status() is None


@pytest.mark.parametrize(
    "about",
    [
        {"endpoint": "http://192.0.2.1:80"},
        {"endpoint": "http://127.0.0.1:80@192.0.2.1"},
        {"endpoint": "http://127.0.0.1:80/\r\nx"},
        {"pid": 0},
        {"pid": -1},
        {"pid": 1},
        {"pid": 2**70},
        {"token": 5},
    ],
)
def test_an_address_of_another_place_or_of_no_single_process_is_no_server(state_folder, about):
    good = address.LocalServer("http://127.0.0.1:9", 4_000_000, "t", "us-east-1", "1", "0")
    address.remember(good)
    assert address.recall() == good
    address.file().write_text(json.dumps({**asdict(good), **about}))
    assert address.recall() is None
    assert control.down() is False


def test_an_address_that_others_can_write_is_no_server(state_folder):
    good = address.LocalServer("http://127.0.0.1:9", 4_000_000, "t", "us-east-1", "1", "0")
    address.remember(good)
    address.file().chmod(0o666)
    assert address.recall() is None


@pytest.mark.parametrize("path", ["/moto-api/reset", "/_dragonctl/reset", "/_dragonctl/status"])
@pytest.mark.parametrize("token", [None, "", "guess"])
def test_its_controls_need_the_token(local_aws, path, token):
    headers = {} if token is None else {"X-Dragonctl-Token": token}
    request = urllib.request.Request(local_aws.endpoint + path, b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403


def test_without_the_extra_it_says_what_to_install(state_folder):
    script = (
        "import sys; sys.modules['moto'] = None\n"
        "from dragonctl.errors import DragonError\n"
        "from dragonctl.local import control\n"
        "try: control.up()\n"
        "except DragonError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert said.stdout.decode().strip() == (
        "The local AWS is not installed. "
        "Type in the folder of dragonctl's source: pip install '.[local]'"
    )


def test_a_server_that_cannot_start_says_why(state_folder, monkeypatch):
    """Another moto than the one that the shims are tested on is refused, not used."""
    installed = state_folder.parent / "moto-0.0.1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: moto\nVersion: 0.0.1\n")
    monkeypatch.setenv("PYTHONPATH", str(state_folder.parent))
    with pytest.raises(DragonError) as caught:
        control.up()
    assert "needs moto 5.2.5, and 0.0.1 is installed" in caught.value.message
    assert str(control.log_file()) in caught.value.hint
    assert control.status() is None


def test_without_bytecode_of_its_own_it_keeps_some_and_touches_no_package(tmp_path, monkeypatch):
    """Where Python may write none (a container, a CI), each start would compile moto anew."""
    package = tmp_path / "moto"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.delitem(sys.modules, "moto", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    told = control.environment()
    assert "PYTHONDONTWRITEBYTECODE" not in told
    folder = tmp_path / "cache" / "dragonctl" / "bytecode"
    assert (told["PYTHONPYCACHEPREFIX"], mode(folder)) == (str(folder), 0o700)
    folder.chmod(0o777)  # others could put their code there
    assert "PYTHONPYCACHEPREFIX" not in control.environment()
    folder.chmod(0o700)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / f"__init__.{sys.implementation.cache_tag}.pyc").write_bytes(b"")
    assert control.environment()["PYTHONDONTWRITEBYTECODE"] == "1"
