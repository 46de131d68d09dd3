"""What the views ask, as data."""

from dragonctl.application.nouns import Api
from dragonctl.telemetry.calls import signed_calls

GUARDED = {"authorizationType": "AWS_IAM"}


def places(*resources, stages=("prod",)):
    api = Api("a1", "things", {}, {name: {} for name in stages})
    return [call.params["Place"] for call in signed_calls(api, resources)]


def test_only_what_iam_guards_needs_a_right_and_in_every_stage():
    mixed = {"path": "/things", "resourceMethods": {"GET": {"authorizationType": "NONE"},
                                                    "POST": GUARDED}}  # fmt: skip
    assert places(mixed, stages=("prod", "test")) == [
        "a1/prod/POST/things",
        "a1/test/POST/things",
    ]


def test_parameters_and_any_may_be_anything():
    one = {"path": "/things/{id}/{rest+}", "resourceMethods": {"ANY": GUARDED}}
    assert places(one) == ["a1/prod/*/things/*/*"]


def test_a_resource_without_methods_needs_nothing():
    assert places({"path": "/"}) == []
