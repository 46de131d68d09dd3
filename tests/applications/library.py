"""An API made for caching: methods of every shape, one of them answered by a real function."""

from __future__ import annotations

import io
import urllib.request
import zipfile
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.applications.builder import Api, Builder

HANDLER = """
import json, uuid

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"run": uuid.uuid4().hex})}
"""
QUERY, PATH, HEADER = (f"method.request.{one}." for one in ("querystring", "path", "header"))


@dataclass
class Library:
    """The API with a stage ``prod``; ``get`` calls it as a client does."""

    builder: Builder
    api: Api

    @property
    def gateway(self):
        """A client of API Gateway."""
        return self.builder.client("apigateway")

    def add(self, path, *declared, verb="GET", authorization="NONE", **integration):
        """A method that declares request parameters; MOCK unless said otherwise."""
        where = {
            "restApiId": self.api.id,
            "resourceId": self.builder.resource(self.api, path),
            "httpMethod": verb,
        }
        self.gateway.put_method(
            **where,
            authorizationType=authorization,
            requestParameters=dict.fromkeys(declared, False),
        )
        self.gateway.put_integration(**where, **{"type": "MOCK", **integration})

    def deploy(self, stage="prod", settings=None):
        """A stage of the present definition; one that is there gets it as its new deployment."""
        if stage in self.stages():
            self.gateway.create_deployment(restApiId=self.api.id, stageName=stage)
        else:
            self.builder.stage(self.api, stage, settings)

    def stages(self):
        """The stages by name."""
        found = self.gateway.get_stages(restApiId=self.api.id)["item"]
        return {one["stageName"]: one for one in found}

    def settings(self, key, stage="prod"):
        """The method settings of a stage under a key; None when there are none."""
        return self.stages()[stage]["methodSettings"].get(key)

    def method(self, path, verb="GET"):
        """A method of the present definition, with its integration."""
        return self.gateway.get_method(
            restApiId=self.api.id, resourceId=self.api.resources[path], httpMethod=verb
        )

    def key(self, path, verb="GET"):
        """The cache key of a method in the present definition."""
        return set(self.method(path, verb)["methodIntegration"]["cacheKeyParameters"])

    def served_key(self, path, verb="get", stage="prod"):
        """The cache key of a method that a stage serves."""
        import json

        body = self.gateway.get_export(
            restApiId=self.api.id,
            stageName=stage,
            exportType="oas30",
            parameters={"extensions": "integrations"},
        )["body"].read()
        served = json.loads(body)["paths"][path][verb]["x-amazon-apigateway-integration"]
        return set(served.get("cacheKeyParameters", ()))

    def get(self, path, stage="prod", **query):
        """The body of an answer."""
        url = f"{self.builder.endpoint}/_run/{self.api.id}/{stage}{path}?{urlencode(query)}"
        with urllib.request.urlopen(url) as answer:
            return answer.read()


def library(builder: Builder, name: str = "library") -> Library:
    """An API with nothing in it yet."""
    return Library(builder, builder.api(name))


def with_function(made: Library) -> None:
    """``GET /dragons?dragonName=&family=``, answered by a function that never repeats itself."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("app.py", HANDLER)
    arn = made.builder.function("dragons", Code={"ZipFile": stream.getvalue()})
    made.builder.client("lambda").add_permission(
        FunctionName="dragons",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    made.add(
        "/dragons",
        f"{QUERY}dragonName",
        f"{QUERY}family",
        type="AWS_PROXY",
        uri=made.builder.lambda_uri(arn),
        integrationHttpMethod="POST",
    )
