"""Lambda's runtimes: their ends, and the wheels that fit them."""

from __future__ import annotations

from datetime import date

import pytest

from dragonctl.errors import UsageError
from dragonctl.packaging.runtimes import Platform, newest, retirement_notice, target_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("3.9", "python3.9 was retired by AWS on 15 December 2025"),
        ("3.10", "python3.10 was retired by AWS on 31 October 2026"),
        ("3.11", None),
        ("3.13", None),
    ],
)
def test_a_retired_runtime_is_one_sentence_that_names_the_way_out(python, says):
    notice = retirement_notice(python, TODAY)
    assert (notice is None) is (says is None)
    if says:
        assert notice.startswith(says)
        assert notice.endswith("--python 3.14.")


def test_a_runtime_about_to_retire_is_named_half_a_year_before():
    assert retirement_notice("3.11", date(2026, 12, 29)) is None
    assert "will be retired" in retirement_notice("3.11", date(2026, 12, 30))
    assert "was retired" in retirement_notice("3.11", date(2027, 6, 30))
    assert newest(date(2028, 7, 1)) == "3.14"


@pytest.mark.parametrize(
    ("python", "architecture", "platform", "glibc"),
    [
        ("3.9", "x86_64", "x86_64-manylinux_2_17", (2, 26)),
        ("3.11", "arm64", "aarch64-manylinux_2_17", (2, 26)),
        ("3.12", "x86_64", "x86_64-manylinux_2_34", (2, 34)),
        ("3.14", "arm64", "aarch64-manylinux_2_34", (2, 34)),
    ],
)
def test_the_wheels_that_fit(python, architecture, platform, glibc):
    target = Platform(python, architecture)
    assert (target.wheel_platform, target.glibc) == (platform, glibc)


@pytest.mark.parametrize(
    ("python", "architecture"), [("3", "x86_64"), ("2.7", "x86_64"), ("3.13", "aarch64")]
)
def test_what_lambda_does_not_have_is_wrong_usage(python, architecture):
    with pytest.raises(UsageError, match="of Lambda's"):
        Platform(python, architecture)


def test_the_target_of_a_function():
    assert target_of("python3.12", "arm64") == Platform("3.12", "arm64")
    assert target_of("python3.12").runtime == "python3.12"
    with pytest.raises(UsageError, match=r"nodejs22\.x; dragonctl packages Python only"):
        target_of("nodejs22.x")
