"""`deploy-edge` under faults: somebody else's change of the distribution, and a run cut short."""

from __future__ import annotations

import pytest

from tests.commands.test_deploy_edge import CONFIG, SOURCE
from tests.faults.laboratory import laboratory
from tests.faults.rules import FAULTS, Rule

UNDO = ("undo", "--yes", "--region", "us-east-1", "--output", "json")


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        folder = place.folder / "lambdas/edge/stamp"
        folder.mkdir(parents=True)
        (folder / "stamp.py").write_text(SOURCE)
        yield place


@pytest.fixture
def edge(lab):
    lab.fresh()
    return Edge(lab)


class Edge:
    """A distribution, and the command that puts a function on it."""

    def __init__(self, lab):
        self.lab = lab
        self.cloudfront = lab.builder.client("cloudfront")
        made = self.cloudfront.create_distribution(DistributionConfig=CONFIG)
        self.id = made["Distribution"]["Id"]
        self.before = self.config()

    def deploy(self, *rules):
        words = ("--event", "viewer-response", "--distribution", self.id, "--output", "json")
        return self.lab.run("deploy-edge", "stamp", *words, rules=rules)

    def config(self):
        return self.cloudfront.get_distribution_config(Id=self.id)["DistributionConfig"]

    def is_there(self):
        """Whether the function is on the distribution; all else must be as it was."""
        config = self.config()
        behavior = config["DefaultCacheBehavior"]
        items = behavior["LambdaFunctionAssociations"].get("Items", [])
        behavior["LambdaFunctionAssociations"] = {"Quantity": 0}
        assert config == self.before
        return [one["LambdaFunctionARN"].endswith(":function:stamp:1") for one in items] == [True]


def test_a_stale_etag_is_read_again(edge):
    result = edge.deploy(Rule(FAULTS["conflict"], "cloudfront", "UpdateDistribution"))
    assert result.exit_code == 0, result.stderr
    assert result.writes.count("cloudfront.UpdateDistribution") == 2
    assert edge.is_there()


@pytest.mark.parametrize("fault", ["kill-after", "kill-before"])
def test_killed_at_each_write_in_turn_it_gets_there_and_back(edge, fault):
    for nth in range(1, 7):
        edge.deploy(Rule(FAULTS[fault], writes=True, nth=nth))
    final = edge.deploy()
    assert final.exit_code == 0, final.stderr
    assert edge.is_there()
    assert edge.deploy().writes == []
    while edge.lab.run(*UNDO).exit_code == 0:
        pass
    assert edge.config() == edge.before
