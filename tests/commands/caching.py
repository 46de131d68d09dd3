"""What the tests of the cache's commands share: the whole account, and what an undo leaves."""

from __future__ import annotations

from tests.applications.snapshot import moved, snapshot


def account(made):
    return snapshot(made.builder)


def undone(before, after):
    """What still differs but the deployments, which stay, and the size of a cluster that is off."""
    return {
        path: pair
        for path, pair in moved(before, after).items()
        if not path.endswith(("/deployments", "/cacheClusterSize"))
    }
