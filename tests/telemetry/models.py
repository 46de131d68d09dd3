"""AWS's own models judge every call that the tests see: names, types, lengths and ranges."""

from __future__ import annotations

from functools import cache

from botocore.validate import ParamValidator

from tests.aws.models import service_model


@cache
def input_shape(service, operation):
    model = service_model(service)
    return model.operation_model(operation).input_shape


def judge(service, operation, params):
    """Raise for params that botocore would not send."""
    report = ParamValidator().validate(params, input_shape(service, operation))
    assert not report.has_errors(), report.generate_report()


def judged(fetch):
    """The same fetch, its calls judged."""

    def inner(service, operation, **params):
        judge(service, operation, params)
        return fetch(service, operation, **params)

    return inner
