"""An exception that nobody foresaw holds whatever it holds: none of it is a secret once printed."""

from __future__ import annotations

import logging
import threading

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from dragonctl.cli import root as cli
from dragonctl.cli.failures import report
from dragonctl.cli.session import _show_calls

SECRET = "0a1b2c3dPlantedSignature"
LINK = f"https://bucket.example/code?X-Amz-Security-Token={SECRET}&X-Amz-Signature={SECRET}"


def _raised(error):
    with pytest.raises(type(error)) as caught:
        raise error from ValueError(f"Authorization: Bearer {SECRET}")
    return caught.value


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError(f"no {LINK}"), "RuntimeError"),
        (KeyError(f"'SecretAccessKey': '{SECRET}'"), "KeyError"),
        (OSError(5, f"no {LINK}"), "https://bucket.example/code"),
        (OSError(5, "Input/output error", f"/proc/{LINK}"), "Input/output error"),
        (EndpointConnectionError(endpoint_url=LINK), "Could not connect to https://bucket.example"),
        (ConnectionClosedError(endpoint_url=LINK, request=None), "broke before the answer"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_in_message_document_or_traceback(capsys, error, words, form):
    report(_raised(error), ["status", "--debug", "--output", form])
    said = capsys.readouterr()
    assert words in said.err
    assert "Traceback" in said.err
    assert SECRET not in said.out + said.err


def test_no_secret_of_a_thread_that_fails(capsys, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", cli._told_without_secrets)
    failing = threading.Thread(target=lambda: open(LINK))  # noqa: PTH123, SIM115
    failing.start()
    failing.join()
    said = capsys.readouterr()
    assert "FileNotFoundError" in said.err
    assert SECRET not in said.err


def test_no_secret_in_the_log_of_calls(capsys):
    _show_calls()
    error = _raised(RuntimeError(LINK))
    logging.getLogger("dragonctl.aws.client").error("asked for %s", LINK, exc_info=error)
    said = capsys.readouterr()
    assert "RuntimeError: https://bucket.example/code" in said.err
    assert SECRET not in said.err
