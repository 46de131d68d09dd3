"""What a stage holds: one table. A field of a method's settings begins with the method's key."""

from __future__ import annotations

from dragonctl.engine.fields import Field, Table, Templates, templates
from dragonctl.resources.log_group_names import group_name

ALL_METHODS = "*/*"
LOG_LEVEL, DATA_TRACE = "logging/loglevel", "logging/dataTrace"
ACCESS_LOG = ("accessLogSettings/destinationArn", "accessLogSettings/format")

# SAM marks neither stages nor APIs: what looks like CloudFormation's may be its own.
_CLOUDFORMATION = "AWS::ApiGateway::Stage or AWS::Serverless::Api"
_CACHING_PLUGIN = "custom.apiGatewayCaching (plugin serverless-api-gateway-caching)"


def _settings(cdk: str = "", serverless: str = "") -> Templates:
    """A setting of methods; what a tool has no name for is left out."""
    names = {"cdk": cdk and f"{cdk} of RestApi's deployOptions", "serverless": serverless}
    return templates(
        cloudformation=f"MethodSettings of {_CLOUDFORMATION}",
        sam="MethodSettings of AWS::Serverless::Api",
        terraform="settings of aws_api_gateway_method_settings",
        pulumi="settings of aws.apigateway.MethodSettings",
        **{tool: name for tool, name in names.items() if name},
    )


def _stage(name: str, cdk: str, serverless: str, terraform: str, pulumi: str) -> Templates:
    """A property of the stage itself; ``name`` is CloudFormation's and SAM's."""
    return templates(
        cloudformation=f"{name} of {_CLOUDFORMATION}",
        sam=f"{name} of AWS::Serverless::Api",
        cdk=f"{cdk} of RestApi's deployOptions",
        serverless=serverless,
        terraform=f"{terraform} of aws_api_gateway_stage",
        pulumi=f"{pulumi} of aws.apigateway.Stage",
    )


def method_label(key: str) -> str:
    """A method's key as people say it: ``~1dragons/GET`` is ``GET /dragons``."""
    path, _, method = key.rpartition("/")
    plain = path.replace("~1", "/").replace("~0", "~")
    return f"{method} {plain if plain.startswith('/') else f'/{plain}'}"


def _of_method(key: str) -> str:
    return "" if key == ALL_METHODS else f" of {method_label(key)}"


def _of_methods(
    suffix: str, word: str, path: str, default: object, names: Templates, unit: str = ""
) -> Field:
    """``suffix`` ends UpdateStage's patch path, ``path`` is a member of ``methodSettings``.

    ``default`` is AWS's in a new entry; a method without an entry has the settings of ``*/*``.
    """
    off = (default,) if default in (False, "OFF") else ()
    return Field(f"{{method}}/{suffix}", f"{word}{{}}", path, absent=default, off=off, unit=unit,
                 templates=names, part=_of_method, inherits=True)  # fmt: skip


_EXECUTION_LOG, _CACHE = "provider.logs.restApi", _settings("methodOptions", _CACHING_PLUGIN)
# fmt: off
SETTINGS: dict[str, Field] = {
    row.name.partition("}/")[2]: row for row in (
        _of_methods("metrics/enabled", "detailed metrics", "metricsEnabled", False,
                    _settings("metricsEnabled", "provider.apiGateway.metrics")),
        _of_methods(LOG_LEVEL, "log level", "loggingLevel", "OFF",
                    _settings("loggingLevel", _EXECUTION_LOG)),
        _of_methods(DATA_TRACE, "bodies in the log", "dataTraceEnabled", False,
                    _settings("dataTraceEnabled", _EXECUTION_LOG)),
        _of_methods("throttling/burstLimit", "burst limit", "throttlingBurstLimit", 5000,
                    _settings("throttlingBurstLimit")),
        _of_methods("throttling/rateLimit", "rate limit", "throttlingRateLimit", 10000.0,
                    _settings("throttlingRateLimit"), "requests/s"),
        _of_methods("caching/enabled", "caching", "cachingEnabled", False, _CACHE),
        _of_methods("caching/ttlInSeconds", "time to live in the cache", "cacheTtlInSeconds", 300,
                    _CACHE, "s"),
        _of_methods("caching/dataEncrypted", "encrypted cache", "cacheDataEncrypted", False,
                    _CACHE),
        _of_methods("caching/requireAuthorizationForCacheControl",
                    "restricted invalidation", "requireAuthorizationForCacheControl",
                    True, _settings(serverless=_CACHING_PLUGIN)),
        _of_methods("caching/unauthorizedCacheControlHeaderStrategy",
                    "unpermitted invalidation", "unauthorizedCacheControlHeaderStrategy",
                    "SUCCEED_WITH_RESPONSE_HEADER", _settings(serverless=_CACHING_PLUGIN)),
    )
}
"""The end of a patch path (``logging/loglevel``) -> what is known of that setting of methods."""

FIELDS: Table = (
    *SETTINGS.values(),
    # An access log is taken away whole (UpdateStage removes no leaf of it).
    Field(ACCESS_LOG[0], "access log", bound=ACCESS_LOG, short=group_name, templates=_stage(
        "AccessLogSetting", "accessLogDestination", _EXECUTION_LOG, "access_log_settings",
        "accessLogSettings")),
    Field(ACCESS_LOG[1], "access log format", bound=ACCESS_LOG, templates=_stage(
        "AccessLogSetting", "accessLogFormat", _EXECUTION_LOG, "access_log_settings",
        "accessLogSettings")),
    Field("tracingEnabled", "tracing", absent=False, off=(False,), templates=_stage(
        "TracingEnabled", "tracingEnabled", "provider.tracing.apiGateway", "xray_tracing_enabled",
        "xrayTracingEnabled")),
    Field("cacheClusterEnabled", "cache cluster", absent=False, off=(False,), templates=_stage(
        "CacheClusterEnabled", "cacheClusterEnabled", _CACHING_PLUGIN, "cache_cluster_enabled",
        "cacheClusterEnabled")),
    Field("cacheClusterSize", "size of the cache", unit="GB", templates=_stage(
        "CacheClusterSize", "cacheClusterSize", _CACHING_PLUGIN, "cache_cluster_size",
        "cacheClusterSize")),
    # SAM, CDK and the Serverless Framework make deployments by themselves.
    Field("deploymentId", "deployment", templates=templates(
        cloudformation="DeploymentId of AWS::ApiGateway::Stage",
        terraform="deployment_id of aws_api_gateway_stage",
        pulumi="deployment of aws.apigateway.Stage")),
    Field("tags/{key}", "tag {}", templates=templates(
        cloudformation=f"Tags of {_CLOUDFORMATION}", sam="Tags of AWS::Serverless::Api",
        cdk="Tags.of", serverless="provider.tags", terraform="tags of aws_api_gateway_stage",
        pulumi="tags of aws.apigateway.Stage")),
)
# fmt: on
