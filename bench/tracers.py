"""`make bench-tracers`: what a tracer costs a Python function, four ways and without one.

Each way packs the same function, which makes one call of boto3: with no tracer, with the X-Ray SDK
and with OpenTelemetry as ``deploy-function --tracer`` packs them, and with AWS's distribution of
OpenTelemetry, whole and in its fast mode, installed and begun as its Lambda layer does. The runtime
is an environment that holds boto3 alone. Printed are the zip's size, what a cold start costs
(processor and wall time until the handler is there, with byte code; and without, as in a zip),
and what an invocation costs when it is warm. What counts are the ratios within one run; nothing
here is asserted.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from uv import find_uv_bin

from dragonctl.packaging.archive import write_zip
from dragonctl.packaging.build import build
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.tracing.choice import TracerRequest

DISTRIBUTION = "aws-opentelemetry-distro==0.21.0"
SOURCE = """
import boto3
{tracer}
TABLE = boto3.client("dynamodb")


def handler(event, context):
    return TABLE.get_item(TableName="dragons", Key={{"id": {{"S": "1"}}}})
"""
PATCH = "from aws_xray_sdk.core import patch_all\npatch_all()"
INSTRUMENT = """
import os
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
from opentelemetry.propagate import get_global_textmap
AwsLambdaInstrumentor().instrument(event_context_extractor=lambda event: (
    get_global_textmap().extract({"X-Amzn-Trace-Id": os.environ.get("_X_AMZN_TRACE_ID", "")})))
"""
BEGIN = {
    "distribution": f"""
from opentelemetry.instrumentation.auto_instrumentation import initialize
initialize()
{INSTRUMENT}""",
    "fast": f"""
from amazon.opentelemetry.distro.opentelemetry_lite_sdk import configure_lite_mode
configure_lite_mode()
{INSTRUMENT}""",
}
CHILD = """
import importlib, json, os, sys, time
folder, handler, begin, number = sys.argv[1:]
sys.path.insert(0, folder)
processor, wall = time.process_time(), time.perf_counter()
exec(begin)
module, _, function = handler.rpartition(".")
called = getattr(importlib.import_module(module.replace("/", ".")), function)
cold = [time.process_time() - processor, time.perf_counter() - wall]
class Context:
    aws_request_id = "r"
    function_name = "f"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
os.environ["_X_AMZN_TRACE_ID"] = (
    "Root=1-6880250e-4fc5b1c42f7b40fc4801f9fd;Parent=00f067aa0ba902b7;Sampled=1")
called({}, Context())
processor = time.process_time()
for _ in range(int(number)):
    called({}, Context())
warm = (time.process_time() - processor) / int(number)
print(json.dumps([*cold, warm]))
"""
# What the layer's own script sets (otel-instrument).
LAYER = {
    "OTEL_PYTHON_DISTRO": "aws_distro",
    "OTEL_PYTHON_CONFIGURATOR": "aws_configurator",
    "OTEL_PROPAGATORS": "baggage,xray,tracecontext",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "true",
    "OTEL_AWS_APPLICATION_SIGNALS_RUNTIME_ENABLED": "false",
    "ORIG_HANDLER": "app.handler",
}
DISABLED = (
    "aio-pika aiohttp-client aiopg asgi asyncio asyncpg boto boto3 cassandra celery"
    " confluent_kafka dbapi django elasticsearch falcon fastapi flask grpc_client grpc_server"
    " httpx jinja2 kafka logging mysql mysqlclient pika psycopg psycopg2 pymemcache pymongo"
    " pymysql pyramid redis remoulade requests sqlalchemy sqlite3 starlette system_metrics"
    " threading tornado tortoiseorm wsgi aws-lambda"
)
WAYS = ("none", "xray", "otel", "fast", "distribution")
TITLES = {
    "none": "no tracer",
    "xray": "X-Ray SDK",
    "otel": "--tracer otel",
    "fast": "AWS's, fast mode",
    "distribution": "AWS's distribution",
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--invocations", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, answers() as url:
        work = Path(scratch)
        python = environment(work)
        packed = {way: unpacked(way, work) for way in WAYS}
        found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
        for number in range(options.repeat + 1):
            for way in WAYS:
                figures = measured(python, way, packed[way], url, options.invocations)
                if number:  # the first is for the disk's cache
                    found[way].append(figures)
        print_table({way: least(found[way]) for way in WAYS}, {w: packed[w][1] for w in WAYS})


def least(runs: list[list[float]]) -> list[float]:
    """The least of each figure, in milliseconds: what else runs on the machine only adds."""
    return [min(column) * 1000 for column in zip(*runs, strict=True)]


def print_table(found: dict[str, list[float]], sizes: dict[str, int]) -> None:
    """Milliseconds over boto3 alone, and which part of AWS's distribution's cost that is."""
    base, most = found["none"], found["distribution"]
    print(f"\n{'':<20}{'zip kB':>9}" + "".join(f"{name:>24}" for name in COLUMNS))
    for way, figures in found.items():
        cells = []
        for mine, without, theirs in zip(figures, base, most, strict=True):
            over, all_of_it = mine - without, theirs - without
            cells.append(f"{mine:8.2f} +{over:6.2f} {over / all_of_it:5.2f} x")
        print(f"{TITLES[way]:<20}{sizes[way] / 1024:>9.0f}" + "".join(f"{c:>24}" for c in cells))
    print("(+: over boto3 alone; x: of what AWS's distribution costs; aim of a cold start: 0.55)")


COLUMNS = ("cold processor ms", "cold wall ms", "warm processor ms", "cold, no byte code")


def environment(work: Path) -> Path:
    """A Python with boto3 and nothing else, as Lambda's runtime is one."""
    uv, folder = find_uv_bin(), work / "runtime"
    run([uv, "venv", "--quiet", "--python", sys.executable, folder])
    python = folder / "bin" / "python"
    run([uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode", "boto3"])
    return python


def unpacked(way: str, work: Path) -> tuple[Path, int, str]:
    """The function with its tracer: the folder, the bytes of its zip, and its handler."""
    source, folder = work / f"{way}-source", work / way
    source.mkdir()
    (source / "app.py").write_text(SOURCE.format(tracer=PATCH if way == "xray" else ""))
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    tracer = way if way in {"xray", "otel"} else "none"
    package = build(
        source, Platform(python), cache=work / "cache", handler="app.handler",
        tracing=TracerRequest(tracer),
    )  # fmt: skip
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(folder)
    size = package.size
    if way in BEGIN:
        target = ["--target", folder, "--python", sys.executable]
        run([find_uv_bin(), "pip", "install", "--quiet", *target, DISTRIBUTION])
        size = zipped(folder)
    shutil.copytree(folder, folder.with_name(f"{way}-bare"))
    compileall.compile_dir(folder, quiet=2)
    return folder, size, package.handler or "app.handler"


def zipped(folder: Path) -> int:
    """The bytes of a folder as a zip."""
    stream = BytesIO()
    files = {str(one.relative_to(folder)): one for one in folder.rglob("*") if one.is_file()}
    write_zip(files, stream)
    return len(stream.getvalue())


def measured(
    python: Path, way: str, packed: tuple[Path, int, str], url: str, invocations: int
) -> list[float]:
    """Seconds of processor, wall and processor time: cold, warm, cold without byte code."""
    folder, _, handler = packed
    variables = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": handler,
    }
    if way in BEGIN:
        disabled = ",".join(DISABLED.split())
        variables |= {**LAYER, "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": disabled}
    bare = folder.with_name(f"{way}-bare")
    rest = [handler, BEGIN.get(way, "")]
    with_code = run([python, "-c", CHILD, folder, *rest, str(invocations)], variables)
    without = run([python, "-B", "-c", CHILD, bare, *rest, "1"], variables)
    processor_without = json.loads(without.splitlines()[-1])[0]
    return [*json.loads(with_code.splitlines()[-1]), processor_without]


def run(command: list[str | Path], variables: dict[str, str] | None = None) -> str:
    """Run a command to its end; its output. A failure ends the bench with what it said."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=variables or {**os.environ}
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


@contextmanager
def answers():  # noqa: ANN201
    """An AWS that answers ``{}`` to everything; its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Answers(BaseHTTPRequestHandler):
    """``{}``, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the request, answer it."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    main()
