"""Servers of others, a stock moto server among them: started and ended by who asks for them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def moto_server() -> Iterator[str]:
    """The address of a fresh moto server on 127.0.0.1 with AWS's managed policies in it."""
    environment = {**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    with on_a_free_port(
        lambda port: ["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        lambda _: environment,
    ) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def on_a_free_port(
    arguments: Callable[[int], list[str]],
    environment: Callable[[int], dict[str, str]],
    tries: int = 5,
) -> Iterator[int]:
    """The port of a Python program that has begun to serve there.

    Between the choice of a port and its use others may take it; then the program ends, and is
    begun anew on another.
    """
    for _ in range(tries):
        port = _free_port()
        with subprocess.Popen(
            [sys.executable, *arguments(port)],
            env=environment(port),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                if _serves(port, process):
                    yield port
                    return
            finally:
                process.terminate()
    raise TimeoutError(f"nothing serves: {arguments(0)}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _serves(port: int, process: subprocess.Popen[bytes], seconds: float = 240) -> bool:
    """Wait until the process serves there, or has ended; somebody else's answer is none of its."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process.poll() is None
    return False
