"""What a stage serves: the deployed definition, and the stage's settings of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from dragonctl.local import backends
from dragonctl.local.gateway.canaries import IS_CANARY
from dragonctl.local.gateway.deployed import Deployed

Json = Any


@dataclass(frozen=True)
class DeployedMethod:
    """One method of a resource; ``raw`` has the shape of GetMethod."""

    resource_id: str
    resource_path: str
    http_method: str
    raw: Mapping[str, Json]

    @property
    def integration(self) -> Mapping[str, Json]:
        """Shape of GetIntegration; empty where there is none."""
        return self.raw.get("methodIntegration") or {}

    @property
    def cache_key_parameters(self) -> Sequence[str]:
        """``method.request.querystring.x`` and so on."""
        return self.integration.get("cacheKeyParameters") or []

    def setting_key(self, verb: str) -> str:
        """The key of a verb's settings on a stage: ``~1dragons/GET``."""
        escaped = self.resource_path.replace("~", "~0").replace("/", "~1")
        return f"{escaped}/{verb}"


@dataclass(frozen=True)
class ServedStage:
    """A stage of this moment with its deployment, as :func:`~.gateway.deployed.deployed` tells."""

    deployed: Deployed

    @property
    def account(self) -> str:
        """The account's number."""
        return self.deployed.account

    @property
    def region(self) -> str:
        """The API's region."""
        return self.deployed.region

    @property
    def api_id(self) -> str:
        """The API's id."""
        return str(self.deployed.api["id"])

    @property
    def api_name(self) -> str:
        """The API's name."""
        return str(self.deployed.api["name"])

    @property
    def raw(self) -> Mapping[str, Json]:
        """The stage, in the shape of GetStage."""
        return self.deployed.stage

    @property
    def is_canary(self) -> bool:
        """Whether the stage's canary serves this request."""
        return bool(self.raw.get(IS_CANARY))

    @property
    def resources(self) -> list[Mapping[str, Json]]:
        """The deployed resources, in the shape of GetResources with methods."""
        return list(self.deployed.definition["resources"].values())

    @property
    def name(self) -> str:
        """The stage's name."""
        return str(self.raw["stageName"])

    @property
    def arn(self) -> str:
        """The stage's ARN, as X-Ray and API Gateway write it: without an account."""
        return backends.arn(
            "apigateway", self.region, "", f"/restapis/{self.api_id}/stages/{self.name}"
        )

    @property
    def variables(self) -> Mapping[str, str]:
        """Stage variables."""
        return self.raw.get("variables") or {}

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names this stage among all."""
        return self.account, self.region, self.api_id, self.name

    @cached_property
    def _settings(self) -> dict[str, Mapping[str, Json]]:
        """Method settings by one spelling: AWS knows ``~1dragons/GET`` and ``/dragons/GET``."""
        return {_spelt(key): value for key, value in (self.raw.get("methodSettings") or {}).items()}

    @property
    def everywhere(self) -> Mapping[str, Json]:
        """The settings of ``*/*``."""
        return self._settings.get("*/*", {})

    def settings(self, method: DeployedMethod, verb: str) -> Mapping[str, Json]:
        """The settings in force: the method's own, which shadow the stage's ``*/*`` whole.

        Behind ``ANY`` an override for the request's own verb counts first.
        """
        for named in (verb, method.http_method):
            own = self._settings.get(_spelt(method.setting_key(named)))
            if own is not None:
                return own
        return self.everywhere


@lru_cache(maxsize=4096)
def _spelt(key: str) -> str:
    path, _, method = key.rpartition("/")
    plain = path.replace("~1", "/").replace("~0", "~")
    if plain == "*":
        return key
    return f"/{plain.lstrip('/')}/{method}"
