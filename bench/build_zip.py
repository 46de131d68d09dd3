"""Package one function as ``deploy-function`` does, without its AWS: ``FOLDER CACHE PYTHON``."""

from __future__ import annotations

import sys
from pathlib import Path

from dragonctl.packaging.build import build
from dragonctl.packaging.runtimes import Platform


def main() -> None:
    """Print the path of the zip that was made."""
    folder, cache, python = sys.argv[1:]
    source = Path(folder)
    package = build(source, Platform(python), cache=Path(cache), handler=f"{source.name}.handler")
    print(package.path)


if __name__ == "__main__":
    main()
