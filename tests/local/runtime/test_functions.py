"""Functions that run: their answers, failures, logs, environment and containers."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.local.serving import until

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""The Python that runs the tests runs the functions: with another one the log says so."""

REFUSES = """class DragonValidationException(Exception): pass
def handler(e, c):
    raise DragonValidationException('Jon')
"""
FRAME = (
    "  File \"/var/task/app.py\", line 3, in handler\n    raise DragonValidationException('Jon')\n"
)


def invoke(application, name, payload=None, **parameters):
    """FunctionError and the decoded payload of one invocation."""
    answer = application.aws.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(payload), **parameters
    )
    return answer.get("FunctionError"), json.loads(answer["Payload"].read() or b"null")


def log(application, name="f"):
    return application.lines(f"/aws/lambda/{name}")


def test_a_result_comes_back_and_the_log_tells_of_it(application):
    code = "import logging\ndef handler(e, c):\n    print('hello')\n    logging.error('a\\nb')\n"
    application.function("f", code + "    return {'got': e}", Runtime=HERE)
    assert invoke(application, "f", {"a": "ü"}) == (None, {"got": {"a": "ü"}})
    lines = log(application)
    assert [line.split(" ")[0] for line in lines if not line.startswith("[")] == [
        "INIT_START", "START", "hello", "END", "REPORT",
    ]  # fmt: skip
    error = next(line for line in lines if line.startswith("[ERROR]"))
    assert error.endswith("a\nb\n")
    report = lines[-1]
    assert "Memory Size: 128 MB\tMax Memory Used: " in report
    assert "Init Duration: " in report
    invoke(application, "f")
    assert "Init Duration: " not in log(application)[-1]


def test_a_container_keeps_what_it_knew_until_its_configuration_changes(application):
    code = "import os\ncount = 0\ndef handler(e, c):\n    global count\n    count += 1\n"
    application.function("f", code + "    return [count, os.environ.get('XX')]")
    assert [invoke(application, "f")[1] for _ in range(2)] == [[1, None], [2, None]]
    application.aws.client("lambda").update_function_configuration(
        FunctionName="f", Environment={"Variables": {"XX": "y"}}
    )
    assert invoke(application, "f")[1] == [1, "y"]


@pytest.mark.parametrize(
    ("code", "document"),
    [
        (
            REFUSES,
            {
                "errorMessage": "Jon",
                "errorType": "DragonValidationException",
                "stackTrace": [
                    FRAME,
                ],
            },
        ),
        (
            "import rich",
            {
                "errorMessage": "Unable to import module 'app': No module named 'rich'",
                "errorType": "Runtime.ImportModuleError",
                "stackTrace": [],
            },
        ),
        (
            "x = 1",
            {
                "errorMessage": "Handler 'handler' missing on module 'app'",
                "errorType": "Runtime.HandlerNotFound",
                "stackTrace": [],
            },
        ),
        (
            "def handler(e, c): return {1}",
            {
                "errorMessage": "Unable to marshal response: Object of type set is not JSON "
                "serializable",
                "errorType": "Runtime.MarshalError",
                "stackTrace": [],
            },
        ),
    ],
)
def test_a_failure_has_the_shape_that_aws_gives_it(application, code, document):
    application.function("f", code)
    error, told = invoke(application, "f")
    assert error == "Unhandled"
    assert told.pop("requestId")
    assert told == document
    assert any(document["errorType"] in line for line in log(application))


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("import sys\ndef handler(e, c): sys.exit(3)", "Runtime.ExitError", "exit status 3"),
        ("import os\ndef handler(e, c): os._exit(0)", "Runtime.ExitError", "without providing"),
        ("import os\ndef handler(e, c): os.kill(os.getpid(), 9)", "Runtime.ExitError", "killed"),
        (
            "import time\ndef handler(e, c): time.sleep(9)",
            "Sandbox.Timedout",
            "Error: Task timed out after 1.00 seconds",
        ),
    ],
)
def test_a_process_that_ends_or_hangs_is_an_error_and_the_next_one_is_new(
    application, code, kind, message
):
    application.function("f", code, Timeout=1 if kind == "Sandbox.Timedout" else 60)
    error, told = invoke(application, "f")
    assert (error, told["errorType"]) == ("Unhandled", kind)
    assert message in told["errorMessage"]
    assert any(message.removeprefix("Error: ") in line for line in log(application))
    assert "REPORT" in log(application)[-1]
    assert invoke(application, "f")[1]["errorType"] == kind


def test_it_sees_its_own_environment_and_nothing_of_this_machine(application):
    code = "import os, sys\ndef handler(e, c): return [dict(os.environ), sys.path]"
    application.function("f", code, Environment={"Variables": {"OWN": "1", "AWS_REGION": "x"}})
    variables, paths = invoke(application, "f")[1]
    assert variables["OWN"] == "1"
    assert variables["AWS_REGION"] == "us-east-1"
    assert variables["_HANDLER"] == "app.handler"
    assert variables["AWS_ENDPOINT_URL"] == application.aws.endpoint
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "f"
    assert variables["LAMBDA_TASK_ROOT"] == paths[0]
    assert variables["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert "VIRTUAL_ENV" not in variables
    assert "DRAGONCTL_STATE_DIR" not in variables
    assert variables["HOME"] != os.environ["HOME"]
    assert not any("dragonctl" in path and "site-packages" in path for path in paths)


def test_its_role_signs_its_calls_to_this_server(application):
    code = """
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
"""
    application.function("f", code, Timeout=20)
    assert invoke(application, "f") == (
        None,
        "arn:aws:sts::123456789012:assumed-role/role-0/f",
    )


def test_the_context_is_complete(application):
    code = """
def handler(event, c):
    return [c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name,
            c.invoked_function_arn, 0 < c.get_remaining_time_in_millis() <= 3000,
            len(c.aws_request_id), c.client_context.custom]
"""
    arn = application.function("f", code, Timeout=3)
    told = base64.b64encode(b'{"custom": {"a": 1}}').decode()
    assert invoke(application, "f", ClientContext=told)[1] == [
        "f", "$LATEST", "128", "/aws/lambda/f", arn, True, 36, {"a": 1},
    ]  # fmt: skip


def test_versions_and_aliases_run_their_own_code(application):
    client = application.aws.client("lambda")
    application.function("f", "def handler(e, c): return [1, c.function_version]")
    client.publish_version(FunctionName="f")
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    from tests.local.serving import archive

    client.update_function_code(
        FunctionName="f", ZipFile=archive("def handler(e, c): return [2, c.function_version]")
    )
    assert invoke(application, "f")[1] == [2, "$LATEST"]
    assert invoke(application, "f", Qualifier="live")[1] == [1, "1"]
    assert invoke(application, "f:live")[1] == [1, "1"]


def test_the_tail_of_the_log_comes_with_the_answer(application):
    application.function("f", "def handler(e, c): print('hello')")
    answer = application.aws.client("lambda").invoke(FunctionName="f", LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert tail.startswith("START RequestId: ")
    assert "\nhello\nEND RequestId: " in tail


def test_events_dry_runs_and_missing_functions(application):
    client = application.aws.client("lambda")
    application.function("f", "def handler(e, c): print('ran', e)")
    assert client.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204
    assert log(application) == []
    answer = client.invoke(FunctionName="f", InvocationType="Event", Payload=b"7")
    assert answer["StatusCode"] == 202
    assert until(lambda: "ran 7" in log(application), bool)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="nothing")


def test_concurrent_events_get_containers_of_their_own(application, tmp_path):
    # Each waits for the other two: none ends before all of them have begun.
    code = """
import os, pathlib, time
def handler(folder, context):
    pathlib.Path(folder, context.aws_request_id).touch()
    while len(os.listdir(folder)) < 3:
        time.sleep(0.01)
    return os.getpid()
"""
    application.function("f", code, Timeout=60)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(invoke(application, "f", str(tmp_path))[1]))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 3


def test_json_logs_have_lambdas_keys_and_obey_the_levels(application):
    code = """
import logging
def handler(event, context):
    logging.getLogger("own").warning("careful %s", 1)
    logging.info("quiet")
"""
    application.function(
        "f",
        code,
        LoggingConfig={
            "LogFormat": "JSON",
            "ApplicationLogLevel": "WARN",
            "SystemLogLevel": "WARN",
            "LogGroup": "own-group",
        },
        Runtime=HERE,
    )
    assert invoke(application, "f")[0] is None
    (line,) = application.lines("own-group")
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert len(told.pop("requestId")) == 36
    assert told == {"level": "WARNING", "message": "careful 1", "logger": "own"}
    assert log(application) == []


def test_a_role_that_may_not_log_leaves_no_log(application):
    application.function("f", "def handler(e, c): return 1", rights=("xray:*",))
    assert invoke(application, "f") == (None, 1)
    assert log(application) == []


def test_containers_end_with_a_server_that_is_killed(tmp_path):
    """SIGKILL leaves no time to clean up: the containers must notice by themselves."""
    program = """
import hashlib, os, sys, time
from dragonctl.local import backends, runtime
from dragonctl.local.hooks import Function, Invocation
from tests.local.serving import archive
backends.configure(1)
runtime.install("http://127.0.0.1:1")
code = archive("import os, subprocess, time\\n"
               "def handler(e, c):\\n"
               "    child = subprocess.Popen(['sleep', '60'])\\n"
               "    print(child.pid)\\n    open(e, 'w').write(f'{os.getpid()} {child.pid}')\\n"
               "    time.sleep(60)")
told = {"FunctionName": "f", "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Handler": "app.handler", "Timeout": 60, "Role": ""}
function = Function("123456789012", "us-east-1", told, code, hashlib.sha256(code).hexdigest())
runtime.invoke(function, Invocation(sys.argv[1].encode(), "r"))
"""
    said = tmp_path / "pids"
    environment = {**os.environ, "DRAGONCTL_STATE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", program, json.dumps(str(said))]
    server = subprocess.Popen(command, env=environment)
    until(lambda: said.exists() and said.read_text().count(" "), bool)
    pids = [int(pid) for pid in said.read_text().split()]
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert until(lambda: [pid for pid in pids if _runs(pid)], lambda left: not left) == []


def _runs(pid):
    """Whether a process is there and no zombie that waits for its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_decimals_and_bytes_are_returned_as_the_runtime_client_writes_them(application):
    code = """
from decimal import Decimal
def handler(event, context):
    return {"price": Decimal("1.10"), "name": b"caf\\xc3\\xa9", "count": Decimal(3)}
"""
    application.function("f", code)
    payload = application.aws.client("lambda").invoke(FunctionName="f")["Payload"].read()
    assert payload.decode() == '{"price": 1.10, "name": "café", "count": 3}'


def test_a_function_of_another_runtime_is_made_and_refused_by_name(application):
    application.function("f", "exports.handler = 1", Runtime="nodejs22.x", Handler="index.handler")
    answer = application.aws.client("lambda").invoke(FunctionName="f")
    assert answer["FunctionError"] == "Unhandled"
    assert "nodejs22.x" in json.loads(answer["Payload"].read())["errorMessage"]


def test_an_alias_sends_a_stages_calls_by_weight(application):
    code = "def handler(e, c): return {'statusCode': 200, 'body': c.function_version}"
    client = application.aws.client("lambda")
    arn = application.function("f", code)
    client.publish_version(FunctionName="f")
    client.update_function_configuration(FunctionName="f", MemorySize=256)
    client.get_waiter("function_updated_v2").wait(FunctionName="f")
    client.publish_version(FunctionName="f")
    alias = {"FunctionName": "f", "Name": "live", "FunctionVersion": "1"}
    client.create_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    client.add_permission(
        FunctionName="f",
        Qualifier="live",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    application.proxy("GET", "/f", f"{arn}:live")
    application.deploy()
    # One side alone in 64 calls: once in 2^63 runs.
    assert {application.send("GET", "/f").body for _ in range(64)} == {"1", "2"}
