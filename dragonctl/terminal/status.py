"""How an application stands, for people: a table per kind of thing, then what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from rich.console import Console
from rich.text import Text

from dragonctl.status.problem import Problem
from dragonctl.terminal.console import headline, out, warn
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet
from dragonctl.wording import first_few

_OFF = Text("off", style="dim")
_ON = Text("on", style="green")
_NONE = Text("none", style="dim")

Document = Mapping[str, Any]


def show_status(title: str, label: str, seen: Document, problems: Sequence[Problem]) -> None:
    """Print the document of :func:`dragonctl.status.report.document`."""
    console = out()
    console.print(headline(title, label))
    kept = {group["name"]: group for group in seen["log_groups"]}
    for sheet, lacking in (
        (_stages(seen["stages"], _names(seen["apis"])), _without_stages(seen["apis"])),
        (_functions(seen["functions"], kept), ()),
        (_machines(seen["state_machines"], kept), ()),
        (_groups(seen["log_groups"]), ()),
    ):
        if sheet.rows or lacking:
            console.print()
        if sheet.rows:
            sheet.print(console)
        for sentence in lacking:
            console.print(sentence)
    console.print()
    _unseen(console, seen["functions"])
    _caches(console, seen["stages"])
    _account(console, seen)
    warn(*seen["warnings"])
    _problems(console, seen, problems)


def _names(apis: Sequence[Document]) -> dict[str, str]:
    """What each API is called, by its id; with the id where others are called the same."""
    count = Counter(api["name"] for api in apis)
    return {
        api["id"]: api["name"] if count[api["name"]] == 1 else f"{api['name']} ({api['id']})"
        for api in apis
    }


def _stages(stages: Sequence[Document], names: Mapping[str, str]) -> Sheet:
    sheet = Sheet(("Stage", "log", "bodies", "metrics", "access log", "tracing", "cache"))
    several = len({stage["api"] for stage in stages}) > 1
    for stage in stages:
        sheet.add(
            neutral(f"{names[stage['api']]}/{stage['name']}" if several else stage["name"]),
            _level(stage["log_level"]),
            _bodies(stage),
            _switch(stage["metrics"]),
            _switch(bool(stage["access_log"])),
            _switch(stage["tracing"]),
            _cache(stage),
        )
        for own in stage["overrides"]:
            sheet.add(
                Text(f"  {neutral(own['method'])}", style="dim"),
                _level(own["log_level"]),
                _switch(own["data_trace"]),
                _switch(own["metrics"]),
            )
    return sheet


def _without_stages(apis: Sequence[Document]) -> list[str]:
    """A sentence for each API that the table of stages cannot show."""
    return [
        f"API {neutral(api['name'])} ({neutral(api['id'])}) has no stage. Deploy it first."
        for api in apis
        if not api["stages"]
    ]


def _bodies(stage: Document) -> Text:
    """Bodies hold personal data: on is no green light."""
    return Text("on", style="yellow") if stage["data_trace"] else _OFF


def _cache(stage: Document) -> Text:
    if not stage["cache"]:
        return _OFF
    busy = stage["cache_status"] not in ("AVAILABLE", "NOT_AVAILABLE")
    return Text(f"{neutral(stage['cache'])} GB{' …' if busy else ''}", style="green")


def _caches(console: Console, stages: Sequence[Document]) -> None:
    """What each cache does and costs: more than a column holds on a narrow terminal."""
    for stage in stages:
        if not stage["cache"]:
            continue
        facts = [f"{neutral(stage['cache'])} GB"]
        if stage["cache_hit_ratio"] is not None:
            facts.append(f"{stage['cache_hit_ratio'] * 100:.0f} % hits")
        if stage["cache_per_month"] is not None:
            facts.append(f"${stage['cache_per_month']:,.2f}/month")
        console.print(f"Cache of stage {neutral(stage['name'])}: {' · '.join(facts)}")


def _functions(functions: Sequence[Document], kept: Mapping[str, Document]) -> Sheet:
    sheet = Sheet(("Function", "tracing", "code traced by", "log kept", "runtime", "traffic"))
    for one in functions:
        sheet.add(
            neutral(one["name"]),
            _switch(one["tracing"]),
            _tracer(one["tracer"]),
            _kept(kept.get(one["log_group"])),
            neutral(one["runtime"] or "image"),
            _traffic(one["qualifiers"]),
        )
    return sheet


def _tracer(tracer: Document) -> Text:
    """The layer or wrapper that traces the code; what the code brings along is not seen."""
    if tracer["name"] == "opentelemetry":
        return Text("OpenTelemetry", style="green")
    by = neutral(tracer["by"] or "").rpartition("/")[2]
    return Text(by or {"none": "-", "unseen": "?"}[tracer["name"]], style="" if by else "dim")


def _unseen(console: Console, functions: Sequence[Document]) -> None:
    """What a question mark stands for, and until when the tracer that it may be is supported."""
    ends = {one["tracer"]["supported_until"] for one in functions} - {None}
    for date in sorted(ends):
        console.print(
            Text(
                "? No setting shows what traces the code. If it is the X-Ray SDK: its support ends"
                f" on {neutral(date)}.",
                style="dim",
            )
        )


def _machines(machines: Sequence[Document], kept: Mapping[str, Document]) -> Sheet:
    sheet = Sheet(("State machine", "tracing", "log kept", "log", "inputs", "traffic"))
    for one in machines:
        sheet.add(
            neutral(one["name"]),
            _switch(one["tracing"]),
            _kept(kept.get(one["log_group"])),
            _level(one["log_level"]),
            Text("on", style="yellow") if one["execution_data"] else _OFF,
            _traffic(one["qualifiers"]),
        )
    return sheet


def _groups(groups: Sequence[Document]) -> Sheet:
    sheet = Sheet(("Log group", "kept", "belongs to"), names=True)
    for group in groups:
        owner = group["of"][0] + (f" +{len(group['of']) - 1}" if len(group["of"]) > 1 else "")
        sheet.add(neutral(group["name"]), _kept(group), Text(neutral(owner), style="dim"))
    return sheet


def _traffic(qualifiers: Sequence[Document]) -> Text:
    if not qualifiers:
        return Text("latest", style="dim")
    return Text(neutral(", ".join(one["name"] for one in qualifiers)))


def _kept(group: Document | None) -> Text:
    if group is None:
        return _NONE
    if group["exists"] is None:
        return Text("unreadable", style="yellow")
    if not group["exists"]:
        return Text("no group", style="yellow")
    days = group["retention_days"]
    return Text(f"{days} days" if days else "forever", style="green" if days else "yellow")


def _level(level: str) -> Text:
    return _OFF if level == "OFF" else Text(neutral(level, 10), style="green")


def _switch(is_on: bool) -> Text:
    return _ON if is_on else _OFF


def _account(console: Console, seen: Document) -> None:
    role, policies = seen["account_role"], seen["resource_policies"]
    name = neutral(str(role["arn"] or "none").rpartition("/")[2])
    healthy = role["health"] == "healthy"
    if seen["apis"]:  # the role is about nothing else
        line = Text("API Gateway's CloudWatch role: ")
        line.append(name, style="green" if healthy else "dim" if role["arn"] is None else "yellow")
        console.print(line)
    if policies:
        used = f"{policies['count']} of {policies['count_limit']}"
        longest = f", {policies['characters']:,} of {policies['characters_limit']:,} characters"
        more = longest if policies["count"] else ""
        console.print(Text(f"Logs resource policies: {used}{more}"))


def _problems(console: Console, seen: Document, problems: Sequence[Problem]) -> None:
    """A paragraph for each trouble, whatever number of things has it, then the command."""
    console.print()
    troubles: dict[tuple[str, str], list[str]] = {}
    for one in problems:
        troubles.setdefault((one.fix, one.clause), []).append(one.subject)
    for (fix, clause), subjects in troubles.items():
        sentence = f"{_together(subjects)}: {clause}."
        console.print(Text.assemble(("✗ ", "bold red"), neutral(sentence)))
        console.print(Text(f"    {neutral(fix)}", style="cyan"))
    # What is off, or not deployed, cannot be judged.
    if not troubles and (seen["switch_on"] or _without_stages(seen["apis"])):
        console.print(Text("Nothing is broken, but not everything can be seen.", style="yellow"))
    elif not troubles:
        but = ", but see the warnings" if seen["warnings"] else ""
        console.print(Text(f"✓ Nothing is wrong{but}.", style="bold green"))
    if seen["switch_on"]:
        line = Text("Switch on what is off: ", style="dim")
        console.print(line.append(neutral(seen["switch_on"]), style="cyan"))


def _together(subjects: Sequence[str]) -> str:
    """Several things of one sort, the sort named once: ``Function a, b, c and 3 more``."""
    if len(subjects) == 1:
        return subjects[0]
    words = [subject.split(" ") for subject in subjects]
    shared = list(takewhile(lambda same: len(set(same)) == 1, zip(*words, strict=False)))
    common = " ".join(same[0] for same in shared)
    names = [" ".join(word[len(shared) :]) for word in words]
    return f"{common} {first_few(names)}".strip()
