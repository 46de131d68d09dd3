"""What is known of a managed field, once: a row of the table of its kind.

State, differences, the words of a plan, what a publication ships, whom a change will be undone by
and what ``status`` says all come of the same row. The tables stand with their kinds in
:mod:`dragonctl.resources`.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Tool = Literal["CloudFormation", "SAM", "CDK", "Serverless Framework", "Terraform", "Pulumi"]
"""What deploys applications, and has a name of its own for what we set."""

_PART = re.compile(r"\{\w+\}")


Templates = Mapping[Tool, str]
"""Tool -> what its templates call a field: ``TracingConfig of AWS::Lambda::Function``."""


@dataclass(frozen=True)
class Field:
    """One managed field of a kind of thing.

    ``name`` is its key in a state, which journals keep; ``{…}`` in it stands for a part that AWS or
    people name (``tags/{key}``). ``word`` is what people call it, with ``{}`` where that part
    belongs, as ``part`` says it. ``path`` is where AWS's answers show it and its calls take it
    (``LoggingConfig.LogFormat``, ``destinations[0].arn``); the name with dots unless it is given.
    ``absent`` is what it means that AWS shows nothing there, ``off`` what means that it does
    nothing. A part that a family ``inherits`` has, while nothing is there, what its whole has.
    ``unit`` follows a number. A ``plain`` field says by its value what it is. ``short`` gives what
    people call a value that AWS names at length, "" where they call it the same.

    A family's ``parts_in`` takes what AWS shows at the path apart: part -> value.

    ``is_published``: a published version carries it, frozen. ``observes``: it sets what is seen of
    the thing (logs, traces), and not what the thing does, so that a publication of such settings
    may ship it; of its parts and values only those that ``is_observing`` holds of. ``rest`` says
    what of a value remains for this row once those fields (names) are left out that have rows of
    their own. A field that is not ``is_managed`` is never in a state of this kind: it is there
    because versions carry it. ``bound`` names the fields with which this one goes back or stays:
    AWS does not give it back without them, or it is wrong beside others' values of them.
    ``templates`` is what each tool's documentation calls it; a tool without has no name.
    """

    name: str
    word: str
    path: str = ""
    absent: Any = None
    off: tuple[Any, ...] = ()
    inherits: bool = False
    unit: str = ""
    plain: bool = False
    is_managed: bool = True
    is_published: bool = False
    observes: bool = False
    bound: tuple[str, ...] = ()
    templates: Templates = field(default_factory=dict)
    part: Callable[[str], str] = str
    short: Callable[[Any], str] = lambda _: ""
    parts_in: Callable[[Any], Mapping[str, Any]] | None = None
    is_observing: Callable[[str, Any], bool] = lambda _, __: True
    rest: Callable[[Any, frozenset[str]], Any] = lambda value, _: value

    @property
    def is_family(self) -> bool:
        """Whether the row stands for many fields, each with a part of its own in its name."""
        return bool(_PART.search(self.name))

    def part_of(self, name: str) -> str | None:
        """The named part of a field of this row, empty where it has none; None: another's field."""
        if not self.is_family:
            return "" if name == self.name else None
        before, after = _PART.split(self.name)
        inside = name[len(before) : len(name) - len(after)]
        fits = inside and name.startswith(before) and name.endswith(after)
        return inside if fits else None

    @property
    def noun(self) -> str:
        """The word without any part: what people call all fields of the row."""
        return self.word.replace("{}", "").strip()

    def label(self, name: str) -> str:
        """What people call the field of this name: ``log level of GET /dragons``."""
        return self.word.format(self.part(self.part_of(name) or ""))

    def named(self, part: str) -> str:
        """The name of the family's field of this part."""
        return _PART.sub(lambda _: part, self.name)

    def is_seen_to_differ(self, name: str, one: Any, other: Any) -> bool:
        """Whether two values of the field differ in what is seen of the thing."""
        part = self.part_of(name) if self.observes else None
        values = [value for value in (one, other) if value is not None]
        return (
            part is not None
            and one != other
            and all(self.is_observing(part, value) for value in values)
        )

    def read_family(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The family's fields in an answer of AWS, by name."""
        found = self.parts_in(self.read(raw)) if self.parts_in else {}
        return {self.named(part): value for part, value in found.items()}

    def read(self, raw: Mapping[str, Any]) -> Any:
        """The field in an answer of AWS, which shows some of what is not there as empty."""
        found = _at(raw, _steps(self.path or self.name.replace("/", ".")))
        return copy.copy(self.absent) if _is_nothing(found) else found

    def keep_or_default(self, given: Any, now: Any, default: Any) -> Any:
        """What it should hold: what was given; else the default, where AWS holds nothing or off."""
        if given is not None:
            return given
        return default if now is None or now in self.off else now

    def meant_by_nothing(self, name: str) -> Any:
        """What it means that AWS shows nothing in the field of this name, for people."""
        is_part = self.inherits and self.part(self.part_of(name) or "")
        return "inherited" if is_part else self.absent

    @property
    def member(self) -> str:
        """The outermost member of a call or answer that holds the field."""
        return str(_steps(self.path or self.name.replace("/", "."))[0])

    def write(self, params: dict[str, Any], value: Any) -> None:
        """Put the field where a call takes it; None leaves it out."""
        _put(params, _steps(self.path or self.name.replace("/", ".")), value)


Table = tuple[Field, ...]
"""The rows of a kind, in the order in which people should hear of them."""


def row_of(table: Iterable[Field], name: str) -> Field | None:
    """The row that a field belongs to; None: the kind has no such field."""
    return next((row for row in table if row.part_of(name) is not None), None)


def managed(table: Iterable[Field]) -> Iterator[Field]:
    """The rows of single fields that this kind sets."""
    return (row for row in table if row.is_managed and not row.is_family)


def state_of(table: Iterable[Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The state that an answer of AWS shows."""
    state = {row.name: row.read(raw) for row in managed(table)}
    for row in table:
        state.update(row.read_family(raw))
    return state


def members(
    table: Iterable[Field],
    raw: Mapping[str, Any],
    goal: Mapping[str, Any],
    differing: Iterable[str],
) -> dict[str, Any]:
    """The parameters that set the differing fields, each member whole.

    A member that holds several fields is sent as AWS shows it (``raw``) with the fields of
    ``goal`` in it: what is right whether AWS replaces such a member or merges into it.
    """
    rows, changed = list(managed(table)), set(differing)
    touched = {row.member: None for row in rows if row.name in changed}
    params: dict[str, Any] = {
        name: copy.deepcopy(raw[name]) for name in touched if isinstance(raw.get(name), Mapping)
    }
    for row in rows:
        if row.member in touched and row.name in goal:
            row.write(params, goal[row.name])
    return params


def lagging(
    table: Iterable[Field],
    latest: Mapping[str, Any],
    raw: Mapping[str, Any],
    ours: Iterable[str] = (),
) -> list[Field]:
    """The settings in which a version lags behind ``latest``, a state.

    Those of what is seen of the thing, and those that are set on purpose (``ours``, by their
    names). ``raw`` is what AWS shows of the version.
    """
    frozen = state_of(table, raw)
    names, known = [*{**frozen, **latest}], frozenset(ours)
    others = {name for name in known if latest.get(name) != frozen.get(name)}
    return [
        row
        for row in table
        if row.is_published and row.is_managed
        if any(row.is_seen_to_differ(name, latest.get(name), frozen.get(name)) for name in names)
        or any(row.part_of(name) is not None for name in others)
    ]


def shipped(
    table: Iterable[Field], latest: Mapping[str, Any], raw: Mapping[str, Any], ours: Iterable[str]
) -> Iterator[str]:
    """The words of what else a new version would bring in the place of an old one.

    Both are given as AWS shows them; ``ours`` are fields that are set on purpose.
    """
    known = frozenset(ours)
    rows = (row for row in table if row.is_published and not (row.observes or row.name in known))
    return (
        row.word
        for row in rows
        if row.rest(row.read(latest), known) != row.rest(row.read(raw), known)
    )


def templates(**names: str) -> Templates:
    """The names of a property by tool: ``cloudformation``, ``serverless`` and the others."""
    return {_TOOLS[tool]: name for tool, name in names.items()}


_TOOLS: dict[str, Tool] = {
    "cloudformation": "CloudFormation",
    "sam": "SAM",
    "cdk": "CDK",
    "serverless": "Serverless Framework",
    "terraform": "Terraform",
    "pulumi": "Pulumi",
}


def _steps(path: str) -> list[str | int]:
    names = path.replace("[", ".").replace("]", "").split(".")
    return [int(name) if name.isdigit() else name for name in names]


def _is_nothing(value: Any) -> bool:
    return value in (None, "", [], {}) or (isinstance(value, Mapping) and not any(value.values()))


def _at(value: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(params: Any, steps: list[str | int], value: Any) -> None:
    """Set the value at the end of the steps, making what is missing on the way.

    None takes it away; an element of a list goes whole.
    """
    if value is None:
        steps = steps[: next((n for n, step in enumerate(steps, 1) if isinstance(step, int)), None)]
    for step, following in itertools.pairwise(steps):
        params = _inside(params, step, [] if isinstance(following, int) else {})
    if value is None:
        params.pop(steps[-1], None) if isinstance(params, dict) else params.clear()
    else:
        _inside(params, steps[-1], None)
        params[steps[-1]] = value


def _inside(value: Any, step: str | int, empty: Any) -> Any:
    """What is at the step of a list or mapping, made (and the list lengthened) if need be."""
    if isinstance(step, str):
        return value.setdefault(step, empty)
    while len(value) <= step:
        value.append(copy.copy(empty))
    return value[step]
