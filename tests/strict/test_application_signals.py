"""``--application-signals`` on functions as people have them, before a particular Lambda."""

from __future__ import annotations

import copy
import io
import json
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.strict import applications as accounts
from tests.strict.test_strict_aws import UNDO, moved, person
from tests.strict.tracing_layers import ROLE, distribution, own_layer
from tests.strict.world import Delays

SIGNALS = ("setup-observability", "--api", "gallery", "--application-signals",
           "--yes", "--output", "json")  # fmt: skip
QUICK = Delays(iam_seen=0.05, iam_known=0.1, functions_seen=0.05, function_update=0.1,
               logs_seen=0.05, account_every=0.1)  # fmt: skip
GETS_IT = {"plain": ("Python", 29), "layered": ("Js", 15), "java": ("Java", 16)}
POLICY = "CloudWatchLambdaApplicationSignalsExecutionRolePolicy"


def zip_of(size):
    """A zip whose directory tells of one file of so many bytes."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("index.py", "x")
        archive.infolist()[0].file_size = size
    return into.getvalue()


@contextmanager
def ranges(content):
    """The address of a server that answers to ranges, as S3 does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
            part = content[int(first) : int(last) + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/code.zip"
    server.shutdown()
    thread.join()
    server.server_close()


def functions(world):
    return accounts.comparable(world)["lambda"]["functions"]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """One run over the gallery, a check, and the way back; how the account stood in between."""
    world = accounts.gallery(QUICK)
    with (
        ranges(zip_of(262_200_000)) as link,
        person(world, tmp_path_factory.mktemp("ann")) as ann,
    ):
        world.state["lambda"]["links"] = {"unzipped": link}
        world.begin()
        seen = {"before": accounts.comparable(world)}
        seen["plan"] = ann.types(*SIGNALS, "--dry-run")
        seen["planned"] = ann.types(*SIGNALS[:-2], "--dry-run")
        seen["run"] = ann.types(*SIGNALS)
        seen["after"] = accounts.comparable(world)
        seen["check"] = ann.types(*SIGNALS, "--check")
        seen["checked"] = list(ann.wrote)
        seen["asked"] = [name for _, name in ann.ran]
        seen["undo"] = ann.types(*UNDO)
        seen["undone"] = accounts.comparable(world)
    return seen


def test_a_layer_comes_last_and_nothing_else_of_the_function_moves(story):
    assert (story["run"].returncode, json.loads(story["run"].stdout).get("errors", [])) == (0, [])
    for name, (language, version) in GETS_IT.items():
        was = story["before"]["lambda"]["functions"][name]
        now = story["after"]["lambda"]["functions"][name]
        arn = distribution(language, version)
        assert [one["Arn"] for one in now["Layers"]] == [
            *(one["Arn"] for one in was.get("Layers", [])), arn,
        ]  # fmt: skip
        variables = was.get("Environment", {}).get("Variables", {})
        assert now["Environment"]["Variables"] == {
            **variables, "AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument",
        }  # fmt: skip
        apart = {"Layers", "Environment", "TracingConfig"}
        assert {k: v for k, v in now.items() if k not in apart} == {
            k: v for k, v in was.items() if k not in apart
        }


def test_who_cannot_have_it_is_left_alone_and_named_with_the_reason(story):
    warnings = "\n".join(json.loads(story["run"].stdout)["warnings"])
    reasons = {
        "five": "no more than 5",
        "datadog": "/opt/datadog_wrapper is somebody else's (--replace-wrapper",
        "ruby": "no layer for ruby3.4 (--layer-arn",
        "go": "no layer for provided.al2023",
        "image": "container image",
        "locked": "variables cannot be read (AccessDeniedException)",
        "zipped": "250 unzipped",
        "unzipped": "it has 262 MB unzipped, and Lambda takes 262",
        "wordy": "4 KB",
        "legacy": "aws-otel-python-amd64-ver-1-32-0 carries another OpenTelemetry",
    }
    for name, reason in reasons.items():
        start = f"Function {name} gets no Application Signals: "
        (line,) = [one for one in warnings.splitlines() if one.startswith(start)]
        assert reason in line
        was = story["before"]["lambda"]["functions"][name]
        now = story["after"]["lambda"]["functions"][name]
        assert {field.split("/")[1] for field in moved(was, now)} == {"TracingConfig"}
    assert "hunter2" not in story["run"].stdout + story["run"].stderr


def test_what_only_lambda_knows_of_a_limit_stops_the_layer_alone(tmp_path):
    """The code may not be read, so its size is not known before."""
    world = accounts.gallery(QUICK)
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS)
        now = functions(world)["unzipped"]
        undo = ann.types(*UNDO)
    assert (run.returncode, undo.returncode) == (0, 0)
    assert "exceeds the maximum allowed size" in "".join(json.loads(run.stdout)["warnings"])
    assert "Layers" not in now
    assert now["TracingConfig"] == {"Mode": "Active"}


def test_any_version_of_the_layer_is_as_good(story):
    was = story["before"]["lambda"]["functions"]["already"]
    now = story["after"]["lambda"]["functions"]["already"]
    assert (now["Layers"], now["Environment"]) == (was["Layers"], was["Environment"])


def test_the_policy_and_the_discovery_come_with_it(story):
    roles = story["after"]["iam"]["roles"]
    assert [arn.rpartition("/")[2] for arn in roles["own-role"]["attached"]] == [POLICY]
    assert ROLE in roles
    assert json.loads(story["check"].stdout)["changes"] == []
    assert (story["check"].returncode, story["checked"]) == (0, [])


def test_a_check_asks_for_no_layer_that_functions_have(story):
    """Java's and Node.js's are on all their functions; of those in Python some were left."""
    assert story["asked"].count("GetLayerVersionByArn") == 1


def test_the_plan_tells_what_it_costs_and_what_an_auditor_will_say(story):
    text = story["planned"].stdout + story["planned"].stderr
    words = " ".join(text.split())
    assert "spans of every call too" in words
    assert "another account (615299751070)" in words
    assert story["plan"].returncode == 0


def test_undo_puts_all_back_but_the_discovery_which_it_names(story):
    assert story["undo"].returncode == 0
    expected = copy.deepcopy(story["before"])
    expected["iam"]["roles"][ROLE] = story["undone"]["iam"]["roles"][ROLE]
    assert moved(expected, story["undone"]) == {}
    assert "no call that stops the discovery" in story["undo"].stdout


def test_a_wrapper_is_replaced_only_by_name_and_comes_back(tmp_path):
    world = accounts.gallery(QUICK)
    before = functions(world)["datadog"]
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS, "--replace-wrapper")
        now = functions(world)["datadog"]
        undo = ann.types(*UNDO)
    assert (run.returncode, undo.returncode) == (0, 0)
    assert now["Environment"]["Variables"] == {
        "AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument", "DD_SITE": "eu",
    }  # fmt: skip
    assert "/opt/datadog_wrapper" in run.stdout
    assert functions(world)["datadog"] == before


def test_a_named_layer_takes_the_place_of_the_older_and_goes_back_to_it(tmp_path):
    world = accounts.gallery(QUICK)
    before = functions(world)["already"]
    newer = distribution("Python", 30)
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS, "--layer-arn", newer)
        layers = [one["Arn"] for one in functions(world)["already"]["Layers"]]
        others = functions(world)["layered"]["Layers"]
        undo = ann.types(*UNDO)
    assert (run.returncode, undo.returncode) == (0, 0)
    assert layers == [newer, before["Layers"][1]["Arn"]]
    assert others[-1]["Arn"] == distribution("Js", 15), "a layer for Python is not for Node.js"
    restored = functions(world)["already"]
    assert [one["Arn"] for one in restored["Layers"]] == [one["Arn"] for one in before["Layers"]]


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--layer-arn", "not-an-arn"), 2, "is not the ARN of a version of a layer"),
        (("--layer-arn", f"{distribution('Python', 1)}".replace("us-east-1", "eu-west-1")), 1,
         "not of us-east-1"),
        (("--layer-arn", "arn:aws:lambda:us-east-1:123456789012:layer:none:1"), 1,
         "There is no layer"),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_be_meant_is_refused_at_once(tmp_path, more, code, words):
    world = accounts.gallery(QUICK)
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS, *more)
        assert (run.returncode, ann.wrote) == (code, [])
    assert words in run.stdout + run.stderr


def layer_names(world):
    return {name: [one["Arn"].split(":")[6] for one in function.get("Layers", [])]
            for name, function in functions(world).items()}  # fmt: skip


def test_a_layer_of_ones_own_goes_to_the_runtimes_that_it_names_alone(tmp_path):
    """In a function of another language no call would get past the wrapper."""
    world = accounts.gallery(QUICK)
    house = own_layer(world, "house-tracer", runtimes=["python3.12", "python3.13"])
    with person(world, tmp_path) as ann:
        assert ann.types(*SIGNALS, "--layer-arn", house).returncode == 0
    now = layer_names(world)
    assert now["plain"] == ["house-tracer"]
    assert now["already"] == ["house-tracer", "tools0"]
    assert now["layered"][-1] == "AWSOpenTelemetryDistroJs"
    assert now["java"] == ["AWSOpenTelemetryDistroJava"]


def test_a_layer_that_names_no_runtime_is_not_put_on_several_languages(tmp_path):
    world = accounts.gallery(QUICK)
    house = own_layer(world, "house-tracer")
    alone = ("--function", "go", "--function", "plain", "--no-discover")
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS, "--layer-arn", house)
        assert (run.returncode, ann.wrote) == (1, [])
        assert "java, nodejs, python and ruby" in run.stdout
        chosen = tuple(one for one in SIGNALS if one not in ("--api", "gallery"))
        assert ann.types(*chosen, *alone, "--layer-arn", house).returncode == 0
    now = layer_names(world)
    assert (now["plain"], now["go"], now["java"]) == (["house-tracer"], [], [])
    assert "Environment" not in functions(world)["go"], "such runtimes take no wrapper"


def test_the_first_layer_named_that_fits_is_taken(tmp_path):
    world = accounts.gallery(QUICK)
    house = own_layer(world, "house-tracer", runtimes=["python3.12", "python3.13"])
    with person(world, tmp_path) as ann:
        ann.types(*SIGNALS, "--layer-arn", distribution("Python", 30), "--layer-arn", house)
    assert layer_names(world)["plain"] == ["AWSOpenTelemetryDistroPython"]


def test_two_versions_of_a_layer_are_refused_at_once(tmp_path):
    world = accounts.gallery(QUICK)
    both = [distribution("Python", 30), distribution("Python", 31)]
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS, *(word for arn in both for word in ("--layer-arn", arn)))
        assert (run.returncode, ann.wrote) == (2, [])
    assert "two versions of the layer AWSOpenTelemetryDistroPython" in run.stdout + run.stderr


def test_a_wrapper_that_somebody_sets_meanwhile_is_kept(tmp_path):
    """Set between the plan and the write: the revision guard stops the write, not the person."""
    world = accounts.gallery(QUICK)
    write, theirs = world.operations["lambda.UpdateFunctionConfiguration"], {
        "Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/datadog_wrapper"}}  # fmt: skip

    def meanwhile(world, params):
        plain = world.state["lambda"]["functions"]["plain"]
        if params["FunctionName"] == "plain" and plain["RevisionId"] == "r-plain":
            plain.update(Environment=theirs, RevisionId="theirs")
            world.begin()
        return write(world, params)

    world.operations["lambda.UpdateFunctionConfiguration"] = meanwhile
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS)
        now = copy.deepcopy(functions(world)["plain"])
        again = ann.types(*SIGNALS)
    (error,) = json.loads(run.stdout)["errors"]
    assert (run.returncode, error["resource"]) == (1, "lambda-function/plain")
    assert "/opt/datadog_wrapper is somebody else's" in error["message"]
    assert (now["Environment"], "Layers" in now) == (theirs, False)
    assert again.returncode == 0
    assert functions(world)["java"]["Layers"]


def test_a_role_that_has_all_rights_and_no_room_stops_nothing(tmp_path):
    world = accounts.gallery(QUICK)
    role = world.state["iam"]["roles"]["own-role"]
    role["inline"] = {"all": accounts.document(["*"])}
    role["attached"] = [f"arn:aws:iam::123456789012:policy/own{n}" for n in range(10)]
    some = next(iter(world.state["iam"]["policies"].values()))
    world.state["iam"]["policies"] |= {arn: copy.deepcopy(some) for arn in role["attached"]}
    world.begin()
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS)
    assert (run.returncode, json.loads(run.stdout).get("errors", [])) == (0, [])
    assert functions(world)["plain"]["Layers"]
    assert len(role["attached"]) == 10


def test_a_layer_that_may_not_be_read_stops_its_functions_alone(tmp_path):
    world = accounts.gallery(QUICK)
    world.state["lambda"]["denied_layers"] = [distribution("Java", 16)]
    world.begin()
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS)
    (error,) = json.loads(run.stdout)["errors"]
    assert run.returncode == 1
    assert error["resource"] == "lambda-function/java"
    assert "Layers" not in functions(world)["java"]
    assert functions(world)["plain"]["Layers"]


def test_an_alias_that_lacks_the_layer_is_named_in_words_and_published_by_name(tmp_path):
    world = accounts.gallery(QUICK)
    plain = world.state["lambda"]["functions"]["plain"]
    plain["qualifiers"]["1"] = {**{k: v for k, v in plain.items() if k != "qualifiers"},
                                "Version": "1"}  # fmt: skip
    plain["aliases"] = {"live": {"FunctionVersion": "1"}}
    method = world.state["apigateway"]["apis"]["galleryapi"]["resources"][1]["resourceMethods"]
    uri = method["GET"]["methodIntegration"]["uri"]
    method["GET"]["methodIntegration"]["uri"] = uri.replace(":plain/", ":plain:live/")
    world.begin()
    with person(world, tmp_path) as ann:
        first = ann.types(*SIGNALS)
        status = ann.types("status", "--api", "gallery")
        assert ann.types(*SIGNALS, "--publish").returncode == 0
        moved_on = world.state["lambda"]["functions"]["plain"]
    words = " ".join(json.loads(first.stdout)["warnings"])
    assert "whose tracing, layer and wrapper are frozen" in words
    assert "layer and wrapper differ from $LATEST" in " ".join(status.stdout.split())
    version = moved_on["aliases"]["live"]["FunctionVersion"]
    assert version == "2"
    layers = moved_on["qualifiers"][version]["Layers"]
    assert [one["Arn"] for one in layers] == [distribution("Python", 29)]


def test_what_a_role_may_not_send_is_not_begun(tmp_path):
    world = accounts.gallery(QUICK)
    world.state["iam"]["roles"]["own-role"]["inline"] = {"logs": accounts.document(accounts.BASIC)}
    world.begin()
    with person(world, tmp_path) as ann:
        run = ann.types(*SIGNALS, "--no-role-changes")
    assert run.returncode == 0
    assert ROLE not in accounts.comparable(world)["iam"]["roles"], "no discovery for nothing"
    assert "Layers" not in functions(world)["plain"]
    assert "cannot send Application Signals" in run.stdout
