"""The local AWS needs none of the user's AWS settings, and is never reached through a proxy."""

from __future__ import annotations

import subprocess

from tests.aws.homes import home_of


def test_the_local_aws_is_reached_past_every_setting_of_the_user(
    tmp_path, tmp_path_factory, local_aws
):
    with home_of(tmp_path) as home:
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws/config").write_text("this is no [configuration")
        proxy = "http://127.0.0.1:{closed}"
        ended: subprocess.CompletedProcess[str] = home.run(
            *("sampling", "--local"),
            AWS_PROFILE="ghost",
            AWS_CA_BUNDLE="/none.pem",
            HTTP_PROXY=proxy,
            http_proxy=proxy,
            ALL_PROXY=proxy,
            DRAGONCTL_STATE_DIR=str(tmp_path_factory.getbasetemp() / "local-aws0"),
        )
        assert ended.stderr == ""
        assert ended.returncode == 0
        assert "Default" in ended.stdout
        assert not home.server.asked
