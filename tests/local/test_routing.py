"""Requests that come at once, the first of their services."""

from __future__ import annotations

import subprocess
import sys

AT_ONCE = """
import gc, sys, threading
from io import BytesIO
from moto.core.request import Request
from dragonctl.local import routing

sys.setswitchinterval(1e-6)
gc.set_threshold(20)

class Busy:
    def __init__(self):
        self.itself = self
    def __del__(self):
        sum(range(300))

gc.callbacks.append(lambda *_: Busy() and None)
failures = []

def first_request(depth, service, path):
    if depth:
        return first_request(depth - 1, service, path)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "h",
               "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": BytesIO()}
    try:
        routing.match(service, Request(environ))
    except SystemError as error:
        failures.append(error)

asked = [("lambda", "/2015-03-31/functions/f"), ("apigateway", "/restapis"), ("s3", "/b"),
         ("cloudfront", "/2020-05-31/distribution")]
threads = [threading.Thread(target=first_request, args=(9 * number, *one))
           for number, one in enumerate(asked)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(failures), failures[:1])
"""
"""Many garbage collections, each of which lets another thread go on; stacks of different depth."""


def test_first_requests_that_come_at_once_find_their_operations():
    ended = subprocess.run(
        [sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=False
    )
    assert (ended.stdout, ended.stderr) == ("0 []\n", "")
