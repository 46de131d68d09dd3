"""Two machines, two clocks, two umasks, two folders, two orders: the same bytes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dragonctl.packaging.build import build
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.choice import TracerRequest

part = st.text("abcdefgXYZ0123456789_-", min_size=1, max_size=8).filter(
    lambda text: text not in {"tests", "venv"} and not text.startswith("id_")
)
paths = st.lists(part, min_size=1, max_size=3).map("/".join)
trees = st.dictionaries(paths, st.binary(max_size=200), max_size=8).filter(
    lambda tree: not any(f"{a}/" == b[: len(a) + 1] for a in tree for b in tree)
)
surroundings = st.tuples(
    st.sampled_from([0o000, 0o022, 0o077]), st.integers(1, 4_000_000_000), st.booleans(), part
)


def built(tree, surrounding, root):
    """Write the tree as one machine would, and package it there."""
    umask, clock, backwards, folder = surrounding
    source = Path(root) / folder / "my_function"
    before = os.umask(umask)
    try:
        source.mkdir(parents=True)
        for name in sorted(tree, reverse=backwards):
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tree[name])
            os.utime(path, (clock, clock))
        cache = Path(root) / "cache"
        return build(
            source, Platform(), cache=cache, tracing=TracerRequest("none")
        ).path.read_bytes()
    finally:
        os.umask(before)


@settings(deadline=None, max_examples=60)
@given(trees, surroundings, surroundings)
def test_the_bytes_depend_on_names_and_contents_alone(tree, here, there):
    whole = {**tree, "main.py": b"def handler(event, context): pass\n"}
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        assert built(whole, here, first) == built(whole, there, second)


@settings(deadline=None, max_examples=40)
@given(trees, trees)
def test_other_contents_give_other_bytes(one, other):
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        surrounding = (0o022, 1_700_000_000, False, "here")
        head = {"main.py": b""}
        same = built({**one, **head}, surrounding, first) == built(
            {**other, **head}, surrounding, second
        )
        assert same is (one == other)


def test_the_bytes_stay_what_they_were_when_this_was_written(package):
    """A change here makes every user's function look changed: it needs a line in the changelog."""
    made = package({"main.py": "def handler(event, context):\n    return 1\n", "data/a.txt": "a"})
    assert made.sha256 == "Uvr7nklGVqgAhrKMwHMcOgI+1bNA8KRItDqXWmJdN0U="
