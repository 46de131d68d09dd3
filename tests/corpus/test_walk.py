"""A few public applications, there and back on the strict AWS; the rest is `make corpus`."""

from __future__ import annotations

import pytest

from tests.corpus.shape import OWN, load
from tests.corpus.sites import strict
from tests.corpus.walk import walk

QUICK = ("cdk-codedeploy-half-traced", "tf-tenant-isolation")


@pytest.mark.parametrize("name", QUICK)
def test_an_application_is_observed_cached_and_given_back(name):
    shape = next(one for one in load(OWN) if one.name == name)
    with strict() as opened:
        assert walk(shape, opened) == []


def test_every_shape_names_where_it_comes_from():
    shapes = list(load(OWN))
    assert len(shapes) >= 30
    for shape in shapes:
        source = shape.about["source"]
        assert {"repo", "path", "commit", "licence", "kind"} <= source.keys()
        assert len(source["commit"]) == 40
