"""`make corpus`: every shape of a folder on a strict AWS and on the local one, as a table."""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

from tests.corpus.shape import OWN, Shape, load
from tests.corpus.sites import SITES, Open
from tests.corpus.table import Row, table, write_page
from tests.corpus.walk import NOT_BUILT, Deviation, walk


def main() -> int:
    """Walk the shapes and print the table; exit 1 when one deviates."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--shapes", type=Path, default=OWN, help="folder of shapes")
    parser.add_argument("--backend", choices=SITES, help="one of the two alone")
    parser.add_argument("--only", default="", help="regular expression on the shapes' names")
    parser.add_argument("--page", type=Path, help="page to keep the table in")
    parser.add_argument("--log", type=Path, help="folder for what the commands print")
    options = parser.parse_args()
    shapes = [one for one in load(options.shapes) if re.search(options.only, one.name)]
    if not shapes:
        parser.error("no shape is meant")
    if options.log:
        options.log.mkdir(parents=True, exist_ok=True)
    rows = [Row(one) for one in shapes]
    for backend in [options.backend] if options.backend else SITES:
        with SITES[backend]() as opened:
            for row in rows:
                row.deviations[backend] = _walked(row.shape, backend, opened, options.log)
    text = table(rows)
    _say(text)
    if options.page:
        write_page(options.page, text)
    return int(any(row.is_deviating for row in rows))


def _walked(shape: Shape, backend: str, opened: Open, folder: Path | None) -> list[Deviation]:
    started = time.monotonic()
    try:
        found = walk(shape, opened, folder / f"{shape.name}-{backend}.txt" if folder else None)
    except Exception as error:  # noqa: BLE001 (one shape that breaks the harness ends no other)
        found = [Deviation(NOT_BUILT, f"{type(error).__name__}: {error}")]
    seconds = time.monotonic() - started
    _say(f"{backend:6} {shape.name:50} {seconds:5.1f} s  {len(found) or 'clean'}")
    for one in found:
        _say(f"       {one.kind}: {one.text}")
    return found


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
