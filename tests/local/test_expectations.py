"""A client that asks before it sends its body."""

import http.client
from urllib.parse import urlsplit


def test_a_client_that_waits_for_100_continue_gets_it_before_its_body(local_aws_server):
    """botocore does so with every S3 upload, and waits a whole second for the word."""
    connection = http.client.HTTPConnection(urlsplit(local_aws_server.endpoint).netloc, timeout=240)
    connection.putrequest("PUT", "/b/k")
    connection.putheader("Expect", "100-continue")
    connection.putheader("Content-Length", "1")
    connection.endheaders()
    assert connection.sock.recv(12) == b"HTTP/1.1 100"  # and the body was not sent
    connection.close()
