"""A stage's cache cluster: made, resized, flushed and deleted in its own time.

On AWS each takes about four minutes; here the seconds of ``cache_cluster`` of
:class:`~dragonctl.local.state.Delays`.
``generation`` counts what empties the cache: the data plane drops what it holds when the number is
another than it knew.
"""

from __future__ import annotations

from dragonctl.local import state
from dragonctl.local.gateway.store import Record, bad_request, conflict

SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
IN_PROGRESS = "A previous change is still in progress"


def fresh() -> Record:
    """The cluster of a new stage: none."""
    return {"status": "NOT_AVAILABLE", "until": None, "then": None, "generation": 0}


def status(cluster: Record) -> str:
    """How it stands at this moment."""
    if cluster["until"] is not None and state.now() >= cluster["until"]:
        cluster.update(status=cluster["then"], until=None, then=None)
    return str(cluster["status"])


def check_idle(cluster: Record) -> None:
    """ConflictException while a change is under way."""
    if status(cluster).endswith("_IN_PROGRESS"):
        raise conflict(IN_PROGRESS)


def check_size(size: str) -> str:
    """The size, if there is one such."""
    if size not in SIZES:
        raise bad_request(
            f"Invalid cache cluster size: {size}. Must be one of: [{', '.join(SIZES)}]"
        )
    return size


def follow(cluster: Record, before: Record, after: Record) -> None:
    """Begin what a change of the stage's settings asks of the cluster, if anything."""
    enabled = bool(after.get("cacheClusterEnabled"))
    if enabled:
        after.setdefault("cacheClusterSize", "0.5")
    was_enabled = bool(before.get("cacheClusterEnabled"))
    resized = before.get("cacheClusterSize") != after.get("cacheClusterSize")
    if enabled and (not was_enabled or resized):
        _begin(cluster, "CREATE_IN_PROGRESS", "AVAILABLE")
    elif was_enabled and not enabled:
        _begin(cluster, "DELETE_IN_PROGRESS", "NOT_AVAILABLE")


def flush(cluster: Record) -> None:
    """Empty the cache; needs a cluster that is there."""
    check_idle(cluster)
    if status(cluster) != "AVAILABLE":
        raise bad_request("Cache cluster is not available for this stage")
    _begin(cluster, "FLUSH_IN_PROGRESS", "AVAILABLE")


def _begin(cluster: Record, now: str, then: str) -> None:
    until = state.now() + state.DELAYS.cache_cluster
    cluster.update(status=now, until=until, then=then, generation=cluster["generation"] + 1)
    status(cluster)
