"""The commands over one application, there and back, and what is not as they promise.

`status`, `setup-observability` (dry run, for real, again, with ``--check``), `policy`, the same
with ``--publish``, `enable-cache` and `disable-cache` (dry run, for real, again, with ``--check``),
and `undo` until nothing is left.
"""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.expectations import behind, read_outside_key
from tests.corpus.movement import Path as Place
from tests.corpus.movement import kept, moved, spelled, unnamed
from tests.corpus.shape import Json, Shape
from tests.corpus.sites import Open, Site
from tests.faults.laboratory import environment
from tests.forked import Forked

REFUSED = frozenset({"NothingToCache", "Canary", "UndeployedChanges", "NoCache", "SharedAnswers"})
"""The codes with which `enable-cache` may refuse."""
SPLIT = frozenset({"SplitTraffic"})
"""With which `--publish` leaves an alias alone that is in the middle of a deployment."""
MOST_UNDOS = 9
WORKED_OUT = re.compile(r"worked out|at run time|cannot be (known|seen)", re.IGNORECASE)

CRASH = "crash"
EXIT = "exit code"
WRONG_READ = "a reading command wrote"
AGAIN = "a second run wrote"
DRY_RUN = "the dry run told something else"
UNNAMED = "moved, named by no change"
LEFT = "undo left something"
UNSEEN = "not discovered, not named"
OUTSIDE = "cached, reads outside its key"
SHARED = "cached, though callers differ"
IDLE = "a cache that caches nothing"
CACHING = "still cached"
NOT_BUILT = "not built"
PART = "not built in part"
"""No deviation: what a backend would not make, as AWS would not, is not there to be walked over."""


@dataclass(frozen=True)
class Deviation:
    """One thing that is not as promised: ``kind`` is one of those above."""

    kind: str
    text: str


@dataclass
class Ran:
    """How one command ended: its document, the codes of its errors, the calls that wrote."""

    title: str
    exit_code: int
    document: Json
    wrote: list[str]

    @property
    def codes(self) -> set[str]:
        """Of its errors."""
        return {one.get("code", "") for one in self.document.get("errors", [])}

    @property
    def changes(self) -> list[Json]:
        """What it says that it changed, or would."""
        return self.document.get("changes", [])

    @property
    def named(self) -> set[tuple[str, str]]:
        """The things and fields of its changes."""
        return {(one["resource"], one["field"]) for one in self.changes}


def walk(shape: Shape, opened: Open, log: Path | None = None) -> list[Deviation]:
    """Build the application and run everything over it; what was printed goes into ``log``."""
    site_of: AbstractContextManager[Site] = opened(shape)
    with site_of as site, tempfile.TemporaryDirectory() as home:
        if site.api is None:
            return [Deviation(NOT_BUILT, "; ".join(site.refused)[:300])]
        person = Walk(shape, site, Path(home), log)
        person.there_and_back()
        person.deviations += [Deviation(NOT_BUILT, one) for one in site.lacks()]
        person.deviations += [Deviation(PART, one) for one in site.refused]
        return person.deviations


@dataclass
class Walk:
    """Somebody with an empty state folder in front of one application."""

    shape: Shape
    site: Site
    home: Path
    log: Path | None = None
    deviations: list[Deviation] = field(default_factory=list)
    warned: str = ""

    def there_and_back(self) -> None:
        """Everything, in the order of the module's description."""
        start = self.site.look()
        status = self._look("status")
        observed = self._setup(start)
        self._discovered(status)
        published = self._publish(observed)
        cached = self._cache(published)
        self._uncache(cached)
        self._back(start)

    def _setup(self, start: Json) -> Json:
        plan = self._look("setup-observability", "--dry-run")
        done, after = self._change(start, "setup-observability")
        self._same_as_planned(plan, done)
        self._again("setup-observability")
        if done.exit_code == 0:
            self._look("setup-observability", "--check")
        self._look("policy", "setup-observability")
        return after

    def _publish(self, before: Json) -> Json:
        """Traffic that goes through an alias or a version is reached too."""
        done, after = self._change(before, "setup-observability", "--publish", refused=SPLIT)
        if done.changes and done.exit_code == 0:
            self._again("setup-observability", "--publish")
        if done.exit_code == 0:
            self._look("setup-observability", "--publish", "--check")
        return after

    def _cache(self, before: Json) -> Json:
        plan = self._run("enable-cache", "--dry-run")
        done, after = self._change(before, "enable-cache", refused=REFUSED)
        self._deviates(WRONG_READ, plan.title, plan.wrote)
        if plan.codes - REFUSED:
            self._found(EXIT, f"{plan.title}: {plan.document['errors']}")
        if done.exit_code == 0:
            if not plan.codes:
                self._same_as_planned(plan, done)
            self._again("enable-cache")
            self._look("enable-cache", "--check")
            self._serves(after, done)
        return after

    def _uncache(self, before: Json) -> None:
        """Whatever stood in the cache can be served no more."""
        plan = self._look("disable-cache", "--dry-run")
        done, after = self._change(before, "disable-cache")
        self._same_as_planned(plan, done)
        self._again("disable-cache")
        self._look("disable-cache", "--check")
        stages = after["apigateway"]["apis"][self.site.api]["stages"]
        self._deviates(CACHING, done.title, sorted(name for name in stages if _keeps(stages[name])))

    def _back(self, start: Json) -> None:
        left: list[Place] = []
        for _ in range(MOST_UNDOS):
            undone = self._run("undo", "--yes")
            left += kept(undone.document.get("warnings", []))
            if "NothingToUndo" in undone.codes:
                break
            if undone.exit_code != 0:
                self._found(EXIT, f"undo: {undone.exit_code} {undone.document.get('errors')}")
                break
        else:
            self._found(LEFT, f"after {MOST_UNDOS} times there is still something to undo")
        for one in moved(start, self.site.look()):
            if not any(one.path[: len(path)] == path for path in left):
                self._found(LEFT, str(one))

    # one command

    def _run(self, *words: str) -> Ran:
        target = () if words[0] == "undo" else ("--api", str(self.site.api))
        typed = [*words, *target, "--output", "json"]
        self.site.writes()
        ended = Forked(typed, environment(self.site.url, self.home), self.home).end(600)
        title = " ".join(words)
        if self.log:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"$ dragonctl {title}\n{ended.stdout}{ended.stderr}\n")
        try:
            document = json.loads(ended.stdout)
        except ValueError:
            document = {}
            self._found(CRASH, f"{title}: no document: {ended.stderr.strip()[-200:]}")
        ran = Ran(title, ended.returncode, document, self.site.writes())
        if "Traceback" in ended.stderr or "Defect" in ran.codes or "did not expect" in ended.stderr:
            self._found(CRASH, f"{title}: {ended.stderr.strip()[-200:]}")
        self.warned += " ".join(map(str, document.get("warnings", [])))
        return ran

    def _look(self, *words: str) -> Ran:
        """A command that is to write nothing and to end well."""
        ran = self._run(*words)
        self._deviates(WRONG_READ, ran.title, ran.wrote)
        if ran.exit_code != 0:
            problem = ran.document.get("errors") or sorted(ran.named)[:3]
            self._found(EXIT, f"{ran.title}: {ran.exit_code} {problem}")
        return ran

    def _change(
        self, before: Json, *words: str, refused: frozenset[str] = frozenset()
    ) -> tuple[Ran, Json]:
        """A command that writes; what it moved must be named by its changes."""
        ran = self._run(*words)
        if ran.exit_code != 0 and not (ran.codes and ran.codes <= refused):
            self._found(EXIT, f"{ran.title}: {ran.exit_code} {ran.document.get('errors')}")
        after = self.site.look()
        for one in unnamed(moved(before, after), ran.changes):
            self._found(UNNAMED, f"{ran.title}: {one}")
        return ran, after

    def _again(self, *words: str) -> None:
        ran = self._run(*words)
        self._deviates(AGAIN, ran.title, ran.wrote)
        if ran.document.get("changed"):
            self._found(AGAIN, f"{ran.title}: {sorted(ran.named)[:3]}")

    def _same_as_planned(self, plan: Ran, done: Ran) -> None:
        if done.exit_code == 0:
            self._deviates(DRY_RUN, done.title, sorted(plan.named ^ done.named))

    # what it says and does

    def _discovered(self, status: Ran) -> None:
        expected = behind(self.shape)
        for part, names in (
            ("functions", expected.functions), ("state_machines", expected.machines),
        ):  # fmt: skip
            shown = {one["name"] for one in status.document.get(part, [])}
            missing = [one for one in sorted(names - shown) if one not in self.warned]
            self._deviates(UNSEEN, part, missing)
        unsaid = [one for one in sorted(expected.worked_out) if one not in self.warned]
        self._deviates(UNSEEN, "function worked out when it runs, in state", unsaid)

    def _serves(self, account: Json, done: Ran) -> None:
        api = account["apigateway"]["apis"][self.site.api]
        bought = {one["resource"] for one in done.changes if one["field"] == "cacheClusterEnabled"}
        for name, stage in api["stages"].items():
            cached = [one for one in self._gets() if _caches(stage, one["path"])]
            for method in cached if stage.get("cacheClusterEnabled") else []:
                self._judge_cached(api, name, method)
            if not cached and f"apigateway-stage/{self.site.api}/{name}" in bought:
                self._found(IDLE, f"stage {name}")

    def _gets(self) -> list[Json]:
        return [one for one in self.shape.api["methods"] if one["verb"] == "GET"]

    def _judge_cached(self, api: Json, stage: str, method: Json) -> None:
        held = next(one for one in api["resources"] if one["path"] == method["path"])
        raw = held["resourceMethods"]["GET"]["methodIntegration"]
        title = f"GET {method['path']} of stage {stage}"
        outside = read_outside_key(method, set(raw.get("cacheKeyParameters") or []))
        self._deviates(OUTSIDE, title, sorted(outside))
        if method.get("auth", "NONE") != "NONE":
            self._found(SHARED, f"{title}: {method['auth']}")

    def _deviates(self, kind: str, title: str, found: list[Json]) -> None:
        if found:
            self._found(kind, f"{title}: {', '.join(map(str, found[:5]))}")

    def _found(self, kind: str, text: str) -> None:
        self.deviations.append(Deviation(kind, text))


def _keeps(stage: Json) -> bool:
    """Whether a stage has a cluster, or would cache as soon as it had one."""
    settings = (stage.get("methodSettings") or {}).values()
    return bool(stage.get("cacheClusterEnabled") or any(one["cachingEnabled"] for one in settings))


def _caches(stage: Json, path: str) -> bool:
    """Whether a stage caches GET of a path: by the method's own setting, else by that for all."""
    settings = {spelled(key): one for key, one in (stage.get("methodSettings") or {}).items()}
    entry = settings.get(spelled(f"{path}/GET"), settings.get("*/*", {}))
    return bool(entry.get("cachingEnabled"))
