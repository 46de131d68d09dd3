"""The tracers, and the packages that are packed for each, pinned.

With what they require (but for botocore, which the runtime has), so that the same source gives the
same zip tomorrow. The hashes are those of wheels that fit every Python and machine, for files with
``--require-hashes``. OpenTelemetry's instrumentations fit one version of its API and SDK only, so
they move together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from dragonctl.packaging.tracing.in_function.clients import CLIENTS

Tracer = Literal["xray", "otel", "none"]
TRACERS: tuple[Tracer, ...] = ("xray", "otel", "none")

XRAY_SDK = "aws-xray-sdk"
XRAY_SDK_ENDS = "2027-02-25"
"""The end of support of the X-Ray SDKs (AWS X-Ray developer guide, notice on the X-Ray SDKs)."""
OLDEST_FOR_OPENTELEMETRY = (3, 10)
_WRAPT = {"wrapt==2.5.2": "61eb54e9540ea522c2c4752a57549a83d3c67e6704ed708403d28e067aaf90f0"}
_XRAY = {
    # In maintenance since 25 February 2026: a newer minor version is not to be expected.
    f"{XRAY_SDK}==2.15.0": "422d62ad7d52e373eebb90b642eb1bb24657afe03b22a8df4a8b2e5108e278a3",
    **_WRAPT,
}
_OTEL, _BETA = "1.45.1", "0.66b1"
_INSTRUMENTATION = "opentelemetry-instrumentation"
_CORE = {
    f"opentelemetry-api=={_OTEL}": (
        "b31553efa588ae44bc306f863c785c5333a9ecc091248c6ee68b4b6c87fdedfb"
    ),
    f"opentelemetry-sdk=={_OTEL}": (
        "c604c11dc429810812348989115fa44bd558772a3d7442afc43d024f2c250ca4"
    ),
    f"opentelemetry-semantic-conventions=={_BETA}": (
        "d4cddeb4315490b35213f55e2bdc9ac54bb1e4d318927475bed62b35545e581b"
    ),
    f"{_INSTRUMENTATION}=={_BETA}": (
        "4c4aa14dc9a24a02325a9d4c42c4d0208dbb1374c2b1b8fe6c9392d59f3e1008"
    ),
    f"{_INSTRUMENTATION}-threading=={_BETA}": (
        "94039c60603060d26524e31aed1181a5d153e43f58462d110dbeb4830687d7d7"
    ),
    "packaging==26.4": "81383611a09c1bc0b08b76e0fd5829d7c6824c65b27a6aee339da133f4233ea2",
    "typing-extensions==4.16.0": "481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8",
    **_WRAPT,
}
_SHARED = {
    "http": {
        f"opentelemetry-util-http=={_BETA}": (
            "8f443d7abcaf29c4a07b373bbd31b5b39132c0ed3c27d015a59dc0323d5b1c58"
        )
    },
    "dbapi": {
        f"{_INSTRUMENTATION}-dbapi=={_BETA}": (
            "a38043a8a907a321ae6b838f778ad19c8e78c0bfc2f336d6d30c5fdce112e88d"
        )
    },
    "aws": {
        "opentelemetry-propagator-aws-xray==1.0.2": (
            "1c99181ee228e99bddb638a0c911a297fa21f1c3a0af951f841e79919b5f1934"
        )
    },
}
_CLIENTS: dict[str, tuple[str | None, str]] = {
    "botocore": ("aws", "6352ceb4f204b13cd5b448f4df10de4a1a82f345fd0a81f8816a60e9ce3fdfc2"),
    "requests": ("http", "7ba17d984a2bd876b88bf0aafcca27b5e3ff4c1821e0fe07641e380a3cf3a3a2"),
    "httpx": ("http", "0342a4002c6dbc6c4bf22cc7e698f50f5c8b77f63325c6f40c94ab87e016bf4d"),
    "urllib3": ("http", "e48b448fed4a127e54c584c37a443c91d80d34b9f9de324af9a00cead8b338b8"),
    "urllib": ("http", "6f679d785ebcb04b791a889d8a9c0e8edf897a85ab80a7a12b0139c461b14627"),
    "aiohttp-client": ("http", "bb3d412ae30e83e0692c8e9b600c5990bdab736c7c048847461b4567d504078d"),
    "sqlite3": ("dbapi", "f282b712f56186c36d592d4ab856d978bc7dd60f4b10500113da8c9eb45ff9bc"),
    "psycopg2": ("dbapi", "e69ef26a8e50d7ac2149a89b5e0f66c1fe5c06c3355a2068b845d83742139348"),
    "psycopg": ("dbapi", "67c1ef5f8a3bc76eb5b64f6c4d2d9ab0901c8ca164587eb4582a126cffb7004a"),
    "asyncpg": (None, "7fe611aa899ac59f4a34b05e817a61f4011dc50d1545c4f48b77a4c62e663f05"),
    "pymysql": ("dbapi", "aa1d1e7d9a1a63341db24e990c5deb7554b3912f81c5e8ba80700d2c76517641"),
    "mysqlclient": ("dbapi", "a451dc08832bfc01aa53ba30007384ec7b47c8f09db24c414a5aa0da9479e252"),
    "mysql": ("dbapi", "9f6ae7627812a15fddf035f3f2862c7c04fbcc23c98774a8a09d40c746a335d0"),
    "sqlalchemy": (None, "aa30b10d880d7e91cf94b23a92ac85cec09ffddd8f0d40256d7c510e3dd33971"),
    "redis": (None, "4e36651d553e63c8e8f4068d8a2362ae35ac5c9bbef53c27a0fcb96d9092dbb1"),
    "pymongo": (None, "a1b8ee770f769226b4b98c972d2ebfa770dbf81a230e7bbaa662c85e4a122ee0"),
    "pymemcache": (None, "56c211af460634e76bdf2eec98671f0283d8594ba0e59dfe1c84af8f9706489e"),
}
"""What follows ``opentelemetry-instrumentation-``: what it shares with others, and its hash."""
_ALWAYS = "botocore"
"""Its package is packed even where the source does not import boto3: libraries do."""
_IMPORTED = {"boto3": "botocore", "aioboto3": "botocore", "pynamodb": "botocore"}
"""Modules that bring a client along under another name."""


def packages_for(imported: Iterable[str]) -> tuple[str, ...]:
    """The instrumentations for a source that imports these modules (dotted names), in order."""
    used = set(imported)
    found = {_ALWAYS} | {_IMPORTED[name] for name in used if name in _IMPORTED}
    for client in CLIENTS:
        if any(name == client.imported or name.startswith(f"{client.imported}.") for name in used):
            found.add(client.package)
    return tuple(sorted(found))


def pins(tracer: Tracer, instrumentations: Iterable[str] = ()) -> Mapping[str, str]:
    """The packages of a tracer: ``name==version`` -> the SHA-256 of its universal wheel."""
    if tracer == "none":
        return {}
    if tracer == "xray":
        return _XRAY
    found = dict(_CORE)
    for package in instrumentations:
        shared, digest = _CLIENTS[package]
        found |= _SHARED[shared] if shared else {}
        found[f"{_INSTRUMENTATION}-{package}=={_BETA}"] = digest
    return found
