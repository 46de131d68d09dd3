"""moto's own memory: configured before its first use, reached by service, thrown away whole.

Imports moto when it is used, so that a snapshot can be judged before moto is there.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import os
import sys
from importlib import import_module
from typing import Any


def configure(port: int) -> None:
    """Tell moto how to run here; before its first request.

    Functions are run by this package, never in containers; state machines really execute; the
    1,582 managed policies are made when asked for (shims.managed_policies), because making all
    takes a second. moto's workflow engine calls back through ``MOTO_PORT``.
    """
    from moto.core.config import default_user_config

    default_user_config["lambda"] = {"use_docker": False}
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    default_user_config["iam"] = {"load_aws_managed_policies": False}
    os.environ["MOTO_PORT"] = str(port)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    _spare_session()
    _spare_loaders()
    _spare_batch()


class _Regions:
    """Where services are, as botocore knows it: all that moto wants of a session of boto3's."""

    def __init__(self) -> None:
        from botocore.loaders import Loader
        from botocore.regions import EndpointResolver

        self._resolver: Any = EndpointResolver(Loader().load_data("endpoints"))

    def get_available_partitions(self) -> list[str]:
        """All of AWS's."""
        found: list[str] = self._resolver.get_available_partitions()
        return found

    def get_available_regions(self, service_name: str, partition_name: str = "aws") -> list[str]:
        """None for a service that botocore does not know."""
        from botocore.exceptions import UnknownServiceError
        from moto.core.utils import get_service_model

        try:
            prefix = get_service_model(service_name).endpoint_prefix
        except UnknownServiceError:
            return []
        found: list[str] = self._resolver.get_available_endpoints(prefix, partition_name)
        return found


def _spare_session() -> None:
    """Let moto ask botocore's list of endpoints for regions: boto3 takes long to import."""
    from moto.core.base_backend import AccountSpecificBackend

    AccountSpecificBackend.get_session = functools.cache(_Regions)  # type: ignore[method-assign]


def _spare_loaders() -> None:
    """Look once which services botocore has models of: moto looks anew for each model."""
    utils: Any = import_module("moto.core.utils")
    utils.create_loader = functools.cache(utils.create_loader)


def _spare_batch() -> None:
    """Import the enumeration that moto's workflow engine takes of AWS Batch, without Batch.

    With it come ECS and EC2, whose instances and zones take most of the time to the first answer
    of Step Functions. Batch is imported whole where somebody asks for it.
    """
    name = "moto.batch"
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    assert spec is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)  # a package that was not run
    try:
        import_module(f"{name}.utils")
    finally:
        del sys.modules[name]


def has_service(signing_name: str) -> bool:
    """Whether moto answers requests that are signed for this service."""
    from moto.backend_index import backend_url_patterns

    place = f"http://{signing_name}.us-east-1.amazonaws.com"
    return any(pattern.match(place) for _, pattern in backend_url_patterns)


def backend(service: str, account: str, region: str) -> Any:
    """The moto backend of a service in a region; see :func:`global_backend`."""
    return _backends(service)[account][region]


@functools.cache
def _backends(service: str) -> Any:
    """All of a service's, by account and region."""
    if service == "stepfunctions":
        # The ones that execute machines; moto's register names the others.
        from moto.stepfunctions.parser.models import stepfunctions_parser_backends

        return stepfunctions_parser_backends
    if service == "lambda":
        # The ones that run no containers; moto's register names the others.
        from moto.awslambda_simple.models import lambda_simple_backends

        return lambda_simple_backends
    from moto.backends import get_backend

    return get_backend(service)  # type: ignore[call-overload]


def global_backend(service: str, account: str, region: str) -> Any:
    """The backend of a service that has one for a whole partition (IAM, S3, STS).

    Roles and buckets of China and GovCloud are not those of the other regions.
    """
    return backend(service, account, _partition(region))


def arn(service: str, region: str, account: str, resource: str) -> str:
    """An ARN in the partition of its region."""
    return f"arn:{_partition(region)}:{service}:{region}:{account}:{resource}"


def _partition(region: str) -> str:
    from moto.utilities.utils import get_partition

    return get_partition(region)


Address = tuple[str, str, str]
"""Where a backend is: the module that has its kind, its account, its region."""


def address(backend: Any) -> Address:
    """Where a backend is. Two kinds may bear one service's name, so the module tells them apart."""
    return (type(backend).__module__, backend.account_id, backend.region_name)


def at(place: Address) -> Any:
    """The backend at an address."""
    from moto.core.base_backend import BackendDict

    module, account, region = place
    if not module.startswith("moto."):
        raise ValueError(f"no backend of moto: {module}")
    for found in vars(import_module(module)).values():
        if isinstance(found, BackendDict) and found.backend.__module__ == module:
            return found[account][region]
    raise ValueError(f"no backend of moto: {module}")


def in_use() -> list[Any]:
    """Every backend that exists."""
    return [each for one in list(_register()) for _, _, each in list(one.iter_backends())]


def _register() -> list[Any]:
    """Moto's own list of the backends that exist."""
    from moto.core.base_backend import BackendDict

    return BackendDict._instances  # type: ignore[misc]  # noqa: SLF001 (there is no other)


def reset() -> None:
    """Forget all that moto remembers."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()
