"""Where the program begins: whoever presses Ctrl-C before it is there gets no traceback either."""

from __future__ import annotations

import os
import signal


def _end(*_: object) -> None:
    os.write(2, b"\nError: Interrupted.\n")
    os._exit(130)


def main() -> None:
    """The console script. Nothing has been begun until the import is done: it can simply end."""
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not so under nohup
    if usual:
        signal.signal(signal.SIGINT, _end)
    from dragonctl.cli.root import main as begin

    if usual:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    begin()


if __name__ == "__main__":
    main()
