"""Homes of people: a folder with an AWS configuration, in which the program is run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.aws.fake_endpoints import fake_aws
from tests.forked import Forked

PROGRAM = Path(sys.executable).with_name("dragonctl")
HANGS_SECONDS = 240


class Home:
    """A person's home with one configuration, and a fake AWS of its own."""

    def __init__(self, folder, server, closed):
        self.folder, self.server = folder, server
        self._names = {"home": folder, "url": server.url, "closed": closed}
        self._names["port"] = server.server_port
        self._is_forked = True

    def fill(self, text):
        return text.format(**self._names)

    def write(self, configuration):
        files = dict(configuration.files)
        self._is_forked = configuration.is_forked
        profile = f"[profile p]\nregion = us-east-1\n{configuration.profile}"
        files.setdefault(".aws/config", f"{profile}\n{configuration.more}\n")
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.fill(text), "utf-8", "surrogateescape")

    def environment(self, **more):
        given = {name: self.fill(value) for name, value in more.items()}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "DRAGONCTL_STATE_DIR": str(self.folder / "state"),
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.server.url,
            **given,
        }

    def run(self, *words, **environment):
        around = self.environment(**environment)
        if self._is_forked:
            return Forked(words, around, self.folder).end(HANGS_SECONDS)
        return subprocess.run(
            [PROGRAM, *words],
            cwd=self.folder,
            env=around,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=HANGS_SECONDS,
        )


@contextmanager
def home_of(folder):
    with fake_aws() as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        yield Home(folder, server, closed.getsockname()[1])
