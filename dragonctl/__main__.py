"""Where the program begins: whoever presses Ctrl-C before it is there gets no traceback either."""

from __future__ import annotations

import gc
import os
import signal

_ALLOCATIONS = 50_000
"""After so many new objects garbage is looked for, not after Python's 700: a command makes some
hundred thousand, nearly all of them needed to its end or gone without a search."""


def _end(*_: object) -> None:
    os.write(2, b"\nError: Interrupted. Nothing was changed.\n")
    os._exit(130)


def main() -> None:
    """The console script. Until a command begins, which hears of it then, it can simply end."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not so under nohup
        signal.signal(signal.SIGINT, _end)
    gc.set_threshold(_ALLOCATIONS, 20, 20)
    from dragonctl.cli.root import main as begin

    begin()


if __name__ == "__main__":
    main()
