"""A shape made on an endpoint by plain boto3; a call that the endpoint refuses is noted."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from tests.applications.builder import Builder
from tests.corpus.shape import Json, Shape, alias_of, machine_arn, versions_of
from tests.corpus.strict_account import OF_API

OF_METHOD = {
    "scopes": "authorizationScopes", "params": "requestParameters", "apiKey": "apiKeyRequired",
}  # fmt: skip
NOW = {
    "nodejs": "nodejs22.x", "python": "python3.13", "java": "java21", "ruby": "ruby3.4",
    "dotnet": "dotnet8", "dotnetcore": "dotnet8", "go": "provided.al2023",
    "provided": "provided.al2023",
}  # fmt: skip
"""Family of runtimes -> one on which functions can be made."""


@dataclass
class Making:
    """``refused`` is what the endpoint would not make, each with its words."""

    builder: Builder
    shape: Shape
    refused: list[str] = field(default_factory=list)

    def everything(self) -> str | None:
        """Make it all; the id of the API that is looked at, None where that could not be made."""
        for name, role in self.shape.part("roles").items():
            self._role(name, role)
        for name, days in self.shape.part("log_groups").items():
            self._call("logs", "create_log_group", logGroupName=name)
            if days:
                self._call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
        for name, function in self.shape.part("functions").items():
            self._function(name, function)
        for name, machine in self.shape.part("machines").items():
            self._machine(name, machine)
        if self.shape.about.get("account_role"):
            arn = self.shape.role_arn(self.shape.about["account_role"])
            patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}]
            self._call("apigateway", "update_account", patchOperations=patch)
        made = [self._api(api) for api in self.shape.apis]
        return made[0]

    def _call(self, service: str, operation: str, **params: Json) -> Json:
        """The answer; empty where it was refused."""
        try:
            return getattr(self.builder.client(service), operation)(**params)
        except (BotoCoreError, ClientError) as error:
            self.refused.append(f"{service}.{operation}: {error}")
            return {}

    def _role(self, name: str, role: Json) -> None:
        trust = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": role["service"]},
            "Action": "sts:AssumeRole",
        }]}  # fmt: skip
        self._call(
            "iam", "create_role", RoleName=name, Path=role.get("path", "/"),
            AssumeRolePolicyDocument=json.dumps(trust),
        )  # fmt: skip
        for one in role.get("managed", []):
            arn = f"arn:aws:iam::aws:policy/{one}"
            self._call("iam", "attach_role_policy", RoleName=name, PolicyArn=arn)
        for title, document in (role.get("inline") or {}).items():
            text = json.dumps(document)
            self._call(
                "iam", "put_role_policy", RoleName=name, PolicyName=title, PolicyDocument=text
            )

    def _function(self, name: str, asked: Json) -> None:
        optional = {
            "Environment": {"Variables": asked["env"]} if asked.get("env") else None,
            "TracingConfig": {"Mode": asked["tracing"]} if asked.get("tracing") else None,
            "LoggingConfig": asked.get("logging"), "Architectures": asked.get("arch"),
            "SnapStart": {"ApplyOn": "PublishedVersions"} if asked.get("snapStart") else None,
            "Tags": asked.get("tags"),
        }  # fmt: skip
        given = {key: value for key, value in optional.items() if value}
        made = self._made(
            FunctionName=name, Runtime=asked["runtime"],
            Role=self.shape.role_arn(asked["role"]), Handler=asked.get("handler", "app.handler"),
            Code={"ZipFile": _zip("0")}, Timeout=asked.get("timeout", 3), **given,
        )  # fmt: skip
        if made:
            self._versions(name, asked)
            for qualifier in (None, *(asked.get("aliases") or {})):
                self._permission(name, qualifier)

    def _made(self, **params: Json) -> Json:
        """A function; one on a retired runtime, of which none can be made now, on its successor."""
        made = self._call("lambda", "create_function", **params)
        if made or "untime" not in self.refused[-1]:  # it is too old, or was never one
            return made
        self.refused.pop()
        family = re.match(r"[a-z]+", params["Runtime"])[0]
        return self._call("lambda", "create_function", **{**params, "Runtime": NOW[family]})

    def _permission(self, name: str, qualifier: str | None) -> None:
        self._call(
            "lambda", "add_permission", FunctionName=name, StatementId="gateway",
            Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com",
            **({"Qualifier": qualifier} if qualifier else {}),
        )  # fmt: skip

    def _versions(self, name: str, asked: Json) -> None:
        """Each version has a code of its own: of the same code there is only one."""
        client = self.builder.client("lambda")
        client.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )
        now = asked.get("tracing", "PassThrough")
        for number, differs in enumerate(versions_of(asked)):
            self._call(
                "lambda", "update_function_code", FunctionName=name, ZipFile=_zip(str(number))
            )
            self._trace(name, differs.get("tracing", now))
            self._call("lambda", "publish_version", FunctionName=name)
        if versions_of(asked):
            self._trace(name, now)
        for alias, one in (asked.get("aliases") or {}).items():
            version, weights = alias_of(one)
            routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
            self._call(
                "lambda", "create_alias", FunctionName=name, Name=alias, FunctionVersion=version,
                **routing,
            )  # fmt: skip

    def _trace(self, name: str, mode: str) -> None:
        waiter = self.builder.client("lambda").get_waiter("function_updated_v2")
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
        config = {"Mode": mode}
        self._call(
            "lambda", "update_function_configuration", FunctionName=name, TracingConfig=config
        )
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})

    def _machine(self, name: str, asked: Json) -> None:
        optional = {
            "loggingConfiguration": asked.get("log"),
            "tracingConfiguration": {"enabled": True} if asked.get("tracing") else None,
        }
        self._call(
            "stepfunctions", "create_state_machine", name=name,
            definition=json.dumps(asked["definition"]), type=asked.get("type", "STANDARD"),
            roleArn=self.shape.role_arn(asked["role"]),
            **{key: value for key, value in optional.items() if value},
        )  # fmt: skip
        arn = machine_arn(name)
        for differs in versions_of(asked):
            tracing = {"enabled": differs.get("tracing", asked.get("tracing", False))}
            self._call(
                "stepfunctions", "update_state_machine", stateMachineArn=arn,
                tracingConfiguration=tracing,
            )  # fmt: skip
            self._call("stepfunctions", "publish_state_machine_version", stateMachineArn=arn)
        for alias, routes in (asked.get("aliases") or {}).items():
            routing = [
                {"stateMachineVersionArn": f"{arn}:{number}", "weight": weight}
                for number, weight in routes
            ]
            self._call(
                "stepfunctions", "create_state_machine_alias", name=alias,
                routingConfiguration=routing,
            )  # fmt: skip

    def _api(self, asked: Json) -> str | None:
        given = {theirs: asked[ours] for ours, theirs in OF_API.items() if ours in asked}
        types = {"types": asked.get("types", ["EDGE"])}
        made = self._call(
            "apigateway", "create_rest_api", name=asked["name"], endpointConfiguration=types,
            **given,
        )  # fmt: skip
        if not made:
            return None
        ApiMaking(self, asked, made["id"]).everything()
        return made["id"]


@dataclass
class ApiMaking:
    """The parts of one API."""

    making: Making
    asked: Json
    identifier: str

    def everything(self) -> None:
        """Definition, deployment, stages, and what stands before them."""
        made = {"authorizers": "create_authorizer", "validators": "create_request_validator"}
        ids = {part: self._named(part, operation) for part, operation in made.items()}
        for one in self.asked.get("models", []):
            if one["name"] in ("Empty", "Error"):
                continue  # AWS makes these with the API
            text = json.dumps(one["schema"])
            self._call(
                "create_model", name=one["name"], contentType="application/json", schema=text
            )
        for one in self.asked.get("gateway_responses", []):
            self._call("put_gateway_response", **one)
        self._methods(ids)
        first = self._call("create_deployment").get("id")
        for stage in self.asked["stages"]:
            self._stage(first, stage)
        for plan in self.asked.get("plans", []):
            self._plan(plan)
        for domain in self.asked.get("domains", []):
            self._domain(domain)

    def _call(self, operation: str, **params: Json) -> Json:
        return self.making._call(
            "apigateway", operation, **{"restApiId": self.identifier, **params}
        )

    def _named(self, part: str, operation: str) -> dict[str, str]:
        """Name -> id of what was made."""
        asked = self.asked.get(part, [])
        return {one["name"]: self._call(operation, **one).get("id", "none") for one in asked}

    def _methods(self, ids: Json) -> None:
        root = self._call("get_resources")["items"]
        at = {one["path"]: one["id"] for one in root}
        for method in self.asked["methods"]:
            self._method(self._resource(at, method["path"]), method, ids)

    def _resource(self, at: dict[str, str], path: str) -> str:
        if path not in at:
            parent, _, part = path.rpartition("/")
            above = self._resource(at, parent or "/")
            at[path] = self._call("create_resource", parentId=above, pathPart=part).get(
                "id", "none"
            )
        return at[path]

    def _method(self, resource: str, asked: Json, ids: Json) -> None:
        where = {"resourceId": resource, "httpMethod": asked["verb"]}
        optional = {
            **{theirs: asked.get(ours) for ours, theirs in OF_METHOD.items()},
            "authorizerId": ids["authorizers"].get(asked.get("authorizer")),
            "requestValidatorId": ids["validators"].get(asked.get("validator")),
        }
        given = {key: value for key, value in optional.items() if value}
        self._call("put_method", **where, authorizationType=asked.get("auth", "NONE"), **given)
        for code, params in (asked.get("answers") or {}).items():
            self._call("put_method_response", **where, statusCode=code, responseParameters=params)
        integration = dict(asked["integration"])
        answers = integration.pop("responses", [])
        self._call("put_integration", **where, **integration)
        for one in answers:
            self._call("put_integration_response", **where, **one)

    def _stage(self, deployment: str | None, asked: Json) -> None:
        named = {"stageName": asked["name"]}
        given = {key: asked[key] for key in ("variables", "tags") if key in asked}
        if asked.get("tracing"):
            given["tracingEnabled"] = True
        if "canary" in asked:
            second = self._call("create_deployment", description="canary").get("id")
            given["canarySettings"] = {**asked["canary"], "deploymentId": second}
        self._call("create_stage", **named, deploymentId=deployment, **given)
        cluster = [("/cacheClusterSize", asked.get("cache")), ("/cacheClusterEnabled", "true")]
        pairs = [*(cluster if "cache" in asked else []), *asked.get("patch", [])]
        if pairs:
            patch = [{"op": "replace", "path": path, "value": value} for path, value in pairs]
            self._call("update_stage", **named, patchOperations=patch)

    def _plan(self, asked: Json) -> None:
        stages = [{"apiId": self.identifier, "stage": stage} for stage in asked["stages"]]
        given = {key: asked[key] for key in ("throttle", "quota") if key in asked}
        gateway = self.making._call
        plan = gateway(
            "apigateway", "create_usage_plan", name=asked["name"], apiStages=stages, **given
        )
        if plan and asked.get("keyed"):
            key = gateway("apigateway", "create_api_key", name=f"{asked['name']}-key", enabled=True)
            gateway(
                "apigateway", "create_usage_plan_key", usagePlanId=plan["id"], keyId=key["id"],
                keyType="API_KEY",
            )  # fmt: skip

    def _domain(self, asked: Json) -> None:
        gateway = self.making._call
        arn = f"arn:aws:acm:us-east-1:123456789012:certificate/{asked['name']}"
        types = asked.get("types", ["REGIONAL"])
        certificate = "regionalCertificateArn" if types == ["REGIONAL"] else "certificateArn"
        gateway(
            "apigateway", "create_domain_name", domainName=asked["name"],
            endpointConfiguration={"types": types}, **{certificate: arn},
        )  # fmt: skip
        gateway(
            "apigateway", "create_base_path_mapping", domainName=asked["name"],
            restApiId=self.identifier, stage=asked["stage"], basePath=asked.get("path", "(none)"),
        )  # fmt: skip


def _zip(text: str) -> bytes:
    """A function that answers, with a text in it that makes it another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        code = f"def handler(event, context):\n    return {{'statusCode': 200, 'body': {text!r}}}\n"
        archive.writestr(zipfile.ZipInfo("app.py"), code)
    return buffer.getvalue()
