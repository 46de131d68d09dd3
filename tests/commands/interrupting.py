"""Ctrl-C in the middle of a run, at a place that no scheduling moves."""

from __future__ import annotations

from threading import Condition

from tests.commands.functions import READS


class Interrupting:
    """Stands before ``Aws.send``: of the first run that comes by, AWS gets so many writes.

    The next one is where Ctrl-C is pressed, once AWS has answered all those before. Other threads
    of that run go on as long as this process does: what they would write then, AWS never gets.
    """

    def __init__(self, send, writes):
        self._send, self._left = send, writes
        self._met = None
        self._under_way = 0
        self._turn = Condition()

    def __call__(self, aws, service, operation, params, region=None):
        self._met = self._met or aws
        if aws is not self._met or operation.startswith(READS):
            return self._send(aws, service, operation, params, region)
        with self._turn:
            self._left -= 1
            if self._left < 0:
                self._turn.wait_for(lambda: not self._under_way, 240)
                raise KeyboardInterrupt
            self._under_way += 1
        try:
            return self._send(aws, service, operation, params, region)
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()
