from collections import Counter

import pytest

from dragonctl.application.log_groups import LogGroup
from dragonctl.errors import LOST, AwsError
from dragonctl.telemetry.logs.following import follow
from tests.telemetry.fake_logs import FakeLogs, Line, refusal


def follow_until(fake, seconds, **more):
    groups = more.pop("groups", None) or [LogGroup(name, "functions") for name in fake.groups]
    stop = lambda: fake.now >= seconds  # noqa: E731
    return list(
        follow(
            fake.fetch, groups, 0, clock=fake.clock, sleep=fake.sleep, stop=stop,
            **{"report": lambda _: None, **more},
        )
    )  # fmt: skip


def busy(groups=10, seconds=300, per_second=17):
    """Ten groups, 10,200 events a minute; one in ten shows half a minute after its time."""
    return {
        f"group-{group}": [
            Line(
                second * 1000 + number * 59,
                f"{second} {number}",
                visible=second + 1 + (30 if number % 10 == 3 else number % 3),
            )
            for second in range(seconds)
            for number in range(per_second)
        ]
        for group in range(groups)
    }


def test_hours_with_late_events_and_throttling_lose_nothing_and_repeat_nothing():
    fake = FakeLogs(busy(), page=2_000, throttle_every=7)
    events = follow_until(fake, 1_000)  # whichever group is throttled most has caught up by then
    counted = Counter(event.id for event in events)
    assert len(counted) == 10 * 300 * 17
    assert set(counted.values()) == {1}
    assert sum(operation == "FilterLogEvents" for operation, _ in fake.calls) > 500


def test_events_of_groups_that_answer_at_different_times_come_in_order():
    fake = FakeLogs(
        {
            "fast": [Line(second * 1000, "fast", visible=second) for second in range(60)],
            "slow": [Line(second * 1000 + 500, "slow", visible=second + 2) for second in range(60)],
        }
    )
    times = [event.time_ms for event in follow_until(fake, 100)]
    assert len(times) == 120
    assert times == sorted(times)


def test_of_one_millisecond_groups_stand_in_their_order_and_lines_in_that_of_aws():
    fake = FakeLogs(
        {
            "first": [Line(50_000, f"first {number}", visible=50) for number in range(12)],
            "second": [Line(50_000, f"second {number}", visible=50) for number in range(12)],
        }
    )
    groups = [LogGroup(name, "functions") for name in ("second", "first")]
    assert [event.text for event in follow_until(fake, 100, groups=groups)] == [
        f"{name} {number}" for name in ("second", "first") for number in range(12)
    ]


def test_a_group_that_appears_later_is_followed_and_reported_once():
    fake = FakeLogs({"old": []})

    def appear(fake):
        if fake.now > 60:
            fake.groups.setdefault("new", [Line(61_000, "born", id="born")])

    fake.at_each_sleep = appear
    told = []
    groups = [LogGroup("old", "api"), LogGroup("new", "functions")]
    events = follow_until(fake, 200, groups=groups, report=told.append)
    assert [event.text for event in events] == ["born"]
    assert [(item.group.name, item.reason) for item in told] == [("new", "does not exist yet")]


def test_a_broken_network_is_waited_out():
    fake = FakeLogs({"one": [Line(100_000, "after", visible=100)]})
    plain = fake.fetch

    def fetch(service, operation, **params):
        if 20 < fake.now < 90:
            raise refusal(LOST, "cut")
        return plain(service, operation, **params)

    fake.fetch = fetch
    assert [event.text for event in follow_until(fake, 200)] == ["after"]


def test_dead_credentials_end_the_stream():
    fake = FakeLogs({"one": []})

    def fetch(service, operation, **params):
        if fake.now > 10:
            raise refusal("ExpiredTokenException", "The security token is expired")
        return {"events": []}

    fake.fetch = fetch
    with pytest.raises(AwsError, match="expired"):
        follow_until(fake, 200)


def test_an_event_stamped_in_the_future_does_not_hide_the_present():
    fake = FakeLogs({"one": [Line(7_200_000, "from the future"), Line(50_000, "now", visible=50)]})
    assert {event.text for event in follow_until(fake, 120)} == {"from the future", "now"}


def test_an_answer_that_is_lost_among_the_old_lines_closes_nothing():
    fake = FakeLogs({"one": [Line(1_000, "old"), Line(100_000, "after", visible=100)]})
    plain, told, cuts = fake.fetch, [], [True]

    def fetch(service, operation, **params):
        if cuts:
            cuts.pop()
            raise refusal(LOST, "cut")
        return plain(service, operation, **params)

    fake.fetch = fetch
    events = follow_until(fake, 130, report=told.append)
    assert [event.text for event in events] == ["old", "after"]
    assert told == []
