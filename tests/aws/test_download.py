"""Fetching the code that AWS holds, and keeping it: whole, capped, or not at all."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dragonctl.aws.download import download
from dragonctl.errors import DragonError
from dragonctl.packaging import function_code

CONTENT = b"PK" + bytes(range(256)) * 8
SHA256 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()


@pytest.fixture
def server():
    """Serves the content; the path says what goes wrong, and how often."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers))
            status = 403 if self.path.startswith("/refused") else 200
            if self.path == "/busy-once" and len(asked) == 1:
                status = 503
            breaks = self.path == "/breaks" or (self.path == "/breaks-once" and len(asked) == 1)
            self.send_response(status)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:100] if breaks else CONTENT)
            self.close_connection = True

        def log_message(self, *_):
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}", asked
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    return tmp_path


def test_the_content_arrives_and_no_credentials_leave(server, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "planted-token")
    url, asked = server
    into = io.BytesIO()
    download(f"{url}/zip", into, SHA256, 10_000)
    assert into.getvalue() == CONTENT
    assert "Authorization" not in asked[0][1]
    assert "planted" not in str(asked[0][1])


@pytest.mark.parametrize("path", ["/breaks-once", "/busy-once"])
def test_a_broken_connection_is_tried_again_from_the_start(server, path):
    url, asked = server
    into = io.BytesIO()
    download(url + path, into, SHA256, 10_000)
    assert (into.getvalue(), len(asked)) == (CONTENT, 2)


@pytest.mark.parametrize(
    ("path", "most", "why"),
    [
        ("/refused?X-Amz-Signature=planted", 10_000, "HTTP 403"),
        ("/breaks", 10_000, "could not be fetched"),
        ("/zip", 1_000, "more than 1000 bytes"),
    ],
)
def test_what_cannot_be_had_is_one_sentence_without_the_link(server, path, most, why):
    url, _ = server
    with pytest.raises(DragonError, match=why) as caught:
        download(url + path, io.BytesIO(), SHA256, most)
    assert "planted" not in str(caught.value)
    assert path not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "s3://bucket/key", ""])
def test_only_http_is_followed(url):
    with pytest.raises(DragonError, match="no link"):
        download(url, io.BytesIO(), SHA256, 10)


def test_saved_code_is_found_by_its_digest_and_private(server, state):
    url, asked = server
    function_code.save(SHA256, f"{url}/zip")
    function_code.save(SHA256, f"{url}/zip")
    path = function_code.find(SHA256)
    assert path.read_bytes() == CONTENT
    assert len(asked) == 1
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_code_that_is_not_what_was_meant_is_not_kept(server, state):
    url, _ = server
    with pytest.raises(DragonError, match="not the code"):
        function_code.save("A" * 43 + "=", f"{url}/zip")
    assert list((state / "codes").iterdir()) == []


def test_code_that_was_built_here_is_not_fetched(state):
    from dragonctl.packaging.store import ZipStore

    ZipStore(function_code.build_cache() / "zips").write(lambda stream: stream.write(CONTENT))
    function_code.save(SHA256, "")
    assert function_code.saved_codes().find(SHA256).read_bytes() == CONTENT
