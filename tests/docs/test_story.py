"""Every command line of the pages that shows output, run on a local AWS in the order of the story.

The tests of this file build on each other, as the pages do: run the file as a whole.
"""

from __future__ import annotations

import json
import shlex

import pytest
from jsonschema import Draft202012Validator

from docs.pages import DOCS, blocks, remember, with_ids
from docs.story import STORY, distribution, lay_out
from dragonctl import config
from dragonctl.cli import root as cli
from dragonctl.local import control

CHANGE = "change"
# What else has a document, by the page after which it is asked for.
MORE = {
    "commands/send.md": {"dragonctl send GET /dragons --stage test --follow": "send"},
    "commands/logs.md": {"dragonctl logs --nonsense": CHANGE},
    "commands/why.md": {"dragonctl why {execution}": "why"},
    "commands/traces.md": {
        "dragonctl traces --since 30m": "traces",
        "dragonctl traces --since 30m --group-by status": "trace-groups",
        "dragonctl traces {trace}": "trace",
    },
}
OF_ITS_OWN = {path.stem for path in (DOCS / "schemas").glob("*.json")}
NO_DOCUMENT = {"logs", "query", "traces", "demo"}  # lines of documents; see MORE and below


class Teller:
    """Types command lines, in one folder and on one local AWS; ``known`` are the ids printed."""

    def __init__(self):
        self.known, self._pid = {}, None

    def type(self, line, capsys):
        config.load.cache_clear()
        if "{distribution}" in line and "distribution" not in self.known:
            self.known["distribution"] = distribution(control.status().endpoint)
        capsys.readouterr()
        code = cli.run(shlex.split(with_ids(line, self.known))[1:])
        out, err = capsys.readouterr()
        remember(out + err, self.known)
        self._hurry()
        return code, out, err

    def _hurry(self):
        server = control.status()
        if server and server.pid != self._pid:
            self._pid = server.pid
            control.set_pace(server, cache_cluster=0, function_update=0, distribution=0)


@pytest.fixture(scope="module")
def teller(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    lay_out(folder / "dragons")
    (folder / "state").mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        patch.setenv("DRAGONCTL_LOCAL", "1")
        patch.setenv("DRAGONCTL_STATE_DIR", str(folder / "state"))
        patch.chdir(folder / "dragons")
        yield Teller()
        control.down()


@pytest.mark.parametrize("name", STORY)
def test_every_command_line_works(teller, capsys, name):
    runs = [b for b in blocks((DOCS / name).read_text(encoding="utf-8")) if b.kind == "run"]
    for number, block in enumerate(runs):
        if number == 0 and name.startswith("commands/"):
            holds_to_its_schema(teller, capsys, block)
        code, out, err = teller.type(block.line, capsys)
        assert code == block.exit_code, f"{block.line}\n{out}{err}"
    for line, schema in MORE.get(name, {}).items():
        _, out, err = teller.type(f"{line} --output json", capsys)
        assert broken(schema, json.loads(out)) == [], f"{line}\n{err}"


def holds_to_its_schema(teller, capsys, block):
    """The same line as a program types it; what would change something is only planned."""
    command = shlex.split(block.line)[1]
    if command in NO_DOCUMENT:
        return
    schema = command if command in OF_ITS_OWN else CHANGE
    dry = " --dry-run" if schema == CHANGE and "--dry-run" not in block.line else ""
    _, out, err = teller.type(f"{block.line}{dry} --output json", capsys)
    assert broken(schema, json.loads(out)) == [], f"{block.line}\n{out[:2000]}{err}"


def test_a_log_is_a_document_a_line(teller, capsys):
    teller.type("dragonctl demo --undo", capsys)
    teller.type("dragonctl local up", capsys)
    code, _, _ = teller.type("dragonctl create-app", capsys)
    assert code == 0
    teller.type("dragonctl setup-observability --stage test", capsys)
    teller.type("dragonctl send GET /dragons --stage test", capsys)
    _, out, _ = teller.type("dragonctl logs --since 10m --output json", capsys)
    assert out
    for line in out.splitlines():
        assert broken("log-event", json.loads(line)) == []


def test_what_asks_the_local_aws_says_so(teller, capsys):
    _, out, _ = teller.type("dragonctl doctor", capsys)
    assert "us-east-1, local" in out
    _, out, _ = teller.type("dragonctl doctor --output json", capsys)
    assert json.loads(out)["local"] is True
    _, _, err = teller.type("dragonctl policy sampling", capsys)
    assert err.splitlines() == ["Read from the local AWS."]


def test_the_demo_answers_in_one_document(teller, capsys):
    _, out, _ = teller.type("dragonctl demo --undo --output json", capsys)
    assert broken("demo", json.loads(out)) == []


def test_a_key_that_no_schema_names_is_found():
    assert broken("history", {"runs": [], "surprise": 1}) != []


def broken(schema, document):
    """What of the document its schema does not allow, keys that it does not name included."""
    read = json.loads((DOCS / "schemas" / f"{schema}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(read)
    found = Draft202012Validator(strict(read)).iter_errors(document)
    return [f"{list(error.path)}: {error.message[:300]}" for error in found]


def strict(schema):
    """The schema with every object closed: readers may meet new keys, tests may not."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    if "properties" in made and "required" in made:
        made.setdefault("additionalProperties", False)
    return made
