"""STS, IAM Identity Center, a container's credentials and API Gateway on one port of this machine.

The documents are those of AWS's API references. What was asked is counted by name.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "123456789012"
MFA_CODE = "271828"
KEYS = {"AccessKeyId": "ASIAFROMTHEFAKE", "SecretAccessKey": "made", "SessionToken": "made"}


def later(hours=1):
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class FakeAws(ThreadingHTTPServer):
    """``asked`` counts the operations; keys in ``dead`` are refused by STS."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked = Counter()
        self.dead = set()


@contextmanager
def fake_aws():
    with FakeAws() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for head and body: two would wait for the client's delayed acknowledgement.
    disable_nagle_algorithm, wbufsize = True, -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/federation/credentials":
            self._sso()
        elif path == "/container":
            self._count("Container")
            self._json({**KEYS, "Token": "made", "Expiration": later()})
        elif path == "/container-that-fails":
            self._count("Container")
            self._answer(500, "text/plain", b"")
        elif path.startswith("/latest/"):
            self._count("InstanceMetadata")
            self._answer(404, "text/plain", b"")
        else:
            self._count(path.strip("/"))
            refusal = {"message": "The security token included in the request is expired"}
            headers = self.headers.get("Authorization", "")
            if "Credential=AKIAEXPIRED" in headers:
                self._json(refusal, 403, "ExpiredTokenException")
            else:
                self._json({"item": []})

    def do_PUT(self):
        self._count("InstanceMetadata")
        self._answer(404, "text/plain", b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        action = fields.get("Action", self.path)
        self._count(action)
        self.server.fields = fields
        if action == "GetCallerIdentity":
            self._who()
        elif action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            self._assume(action, fields)
        else:
            self._json({})

    def _sso(self):
        self._count("GetRoleCredentials")
        if self.headers.get("x-amz-sso_bearer_token") != "good":
            self._json(
                {"message": "Session token not found or invalid"}, 401, "UnauthorizedException"
            )
            return
        made = {name[0].lower() + name[1:]: value for name, value in KEYS.items()}
        end = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
        self._json({"roleCredentials": {**made, "expiration": end}})

    def _who(self):
        signed = self.headers.get("Authorization", "")
        key = signed.partition("Credential=")[2].partition("/")[0]
        if key in self.server.dead:
            self._refuse("InvalidClientTokenId", "The security token included is invalid")
        elif key == "AKIAEXPIRED":
            self._refuse("ExpiredToken", "The security token included in the request is expired")
        elif key == "AKIASKEWED":
            self._refuse("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2")
        else:
            arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/s"
            self._xml("GetCallerIdentity", f"<Arn>{arn}</Arn><Account>{ACCOUNT}</Account>")

    def _assume(self, action, fields):
        arn = fields["RoleArn"]
        if arn.endswith("/forbidden"):
            self._refuse("AccessDenied", f"User is not authorized to perform: sts:{action}")
            return
        if arn.endswith("/unavailable"):
            self._answer(503, "text/xml", b"")
            return
        if fields.get("SerialNumber") and fields.get("TokenCode") != MFA_CODE:
            text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
            self._refuse("AccessDenied", text)
            return
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{arn.rpartition('/')[2]}/s"
        keys = "".join(f"<{name}>{value}</{name}>" for name, value in KEYS.items())
        self._xml(
            action,
            f"<Credentials>{keys}<Expiration>{later()}</Expiration></Credentials><AssumedRoleUser>"
            f"<Arn>{session}</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>",
        )

    def _count(self, name):
        self.server.asked[name] += 1

    def _xml(self, action, result):
        space = "https://sts.amazonaws.com/doc/2011-06-15/"
        text = (
            f'<{action}Response xmlns="{space}"><{action}Result>{result}</{action}Result>'
            f"</{action}Response>"
        )
        self._answer(200, "text/xml", text.encode())

    def _refuse(self, code, message):
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        self._answer(403, "text/xml", f"{text}</ErrorResponse>".encode())

    def _json(self, document, status=200, error=""):
        kind = {"x-amzn-ErrorType": error} if error else {}
        self._answer(status, "application/json", json.dumps(document).encode(), **kind)

    def _answer(self, status, kind, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
