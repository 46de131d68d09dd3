"""What a mapping template reads, worked out without evaluating it.

Each reference is followed through what its names may hold: in whichever order and under whichever
condition a template binds a name, the name may hold any of it. Objects of which only a part is used
count for that part; what is printed, passed on, or asked for by a name that is worked out counts
whole. (API Gateway developer guide, "Variables for data transformations for API Gateway".)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from dragonctl.recipes.caching.reading.sources import BODY, EVERYTHING, anywhere, every, parameter
from dragonctl.recipes.caching.reading.velocity import (
    Binding,
    Expression,
    Link,
    Reference,
    Template,
    UnreadableError,
    scan,
)

_PLACES = ("path", "querystring", "header")
_LOOKS_UP = ("get", "containsKey")
# What an object of Java has beside its keys, where it is asked for as a property.
_OF_THE_OBJECT = ("class", "empty")
_MOST_ROUNDS = 20


@dataclass(frozen=True)
class _Thing:
    """What a name may hold.

    ``kind``: ``input``; ``params``; ``map`` (``name``: its place); ``context`` (``name``: the way
    into it); ``constant`` (``name``: its text); ``plain``: what has been counted already.
    """

    kind: str
    name: str = ""


_PLAIN = _Thing("plain")
_ROOTS = {"input": _Thing("input"), "context": _Thing("context")}


@lru_cache(maxsize=4096)
def template_reads(text: str, of_answer: bool = False) -> frozenset[str]:
    """The sources that a template reads, as :mod:`sources` writes them.

    ``of_answer``: the template makes the client's answer, so that ``$input``'s body is what the
    back end said; its parameters are still the request's.
    """
    try:
        return _Reading(scan(text), of_answer).sources()
    except UnreadableError:
        return frozenset({EVERYTHING})


@dataclass
class _Reading:
    template: Template
    of_answer: bool
    holds: dict[str, set[_Thing]] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)

    def sources(self) -> frozenset[str]:
        """Bind until no name holds anything new, then use what is shown."""
        for _ in range(_MOST_ROUNDS):
            before = sum(map(len, self.holds.values()))
            for binding in self.template.bindings:
                self._bind(binding)
            if sum(map(len, self.holds.values())) == before:
                self._use(self.template.shown)
                return frozenset(self.found)
        return frozenset({EVERYTHING})  # it goes round in circles

    def _bind(self, binding: Binding) -> None:
        things = self._values(binding.value)
        if binding.each:  # an element of what was used whole
            for thing in things:
                self._whole(thing)
            things = {_PLAIN}
        self.holds.setdefault(binding.name, set()).update(things)

    def _values(self, expression: Expression) -> set[_Thing]:
        if expression.literal is not None:
            return {_Thing("constant", expression.literal)}
        if expression.alone:
            return self._value(expression.alone)
        self._use(expression.references)
        return {_PLAIN}

    def _use(self, references: Iterable[Reference]) -> None:
        for reference in references:
            for thing in self._value(reference):
                self._whole(thing)

    def _value(self, reference: Reference) -> set[_Thing]:
        things = self._root(reference.root)
        for step in reference.steps:
            names = self._names(step)
            things = {self._step(thing, step, name) for thing in things for name in names}
        self._use(reference.others)
        return things

    def _root(self, name: str) -> set[_Thing]:
        """``$a-b`` is one name in Velocity 1.7, and ``$a`` with text after it in 2."""
        names = {name, name.partition("-")[0]}
        known = {_ROOTS[one] for one in names if one in _ROOTS}
        bound: set[_Thing] = set().union(*(self.holds.get(one, set()) for one in names))
        return known | bound or {_PLAIN}

    def _names(self, step: Link) -> set[str | None]:
        """The strings that a step's argument may be; ``{None}`` where that is not certain."""
        if step.arguments is None:
            return {None}
        things = self._values(step.arguments)
        if all(thing.kind == "constant" for thing in things):
            return {thing.name for thing in things}
        for thing in things:
            self._whole(thing)
        return {None}

    def _step(self, thing: _Thing, step: Link, argument: str | None) -> _Thing:
        if thing.kind == "input":
            return self._of_input(step, argument)
        if thing.kind == "params":
            return self._of_params(_key(step, argument))
        if thing.kind == "map":
            return self._of_map(thing, _key(step, argument))
        if thing.kind == "context":
            return self._of_context(thing, step, argument)
        return _PLAIN

    def _of_input(self, step: Link, argument: str | None) -> _Thing:
        if step.name in ("body", "json", "path"):
            if not self.of_answer:
                self.found.add(BODY)
        elif step.name != "params" or step.arguments is None:
            self.found.add(EVERYTHING)
        elif step.arguments.empty:
            return _Thing("params")
        else:
            self.found.add(EVERYTHING if argument is None else anywhere(argument))
        return _PLAIN

    def _of_params(self, key: str | None) -> _Thing:
        if key in _PLACES:
            return _Thing("map", key)
        self.found.add(EVERYTHING)
        return _PLAIN

    def _of_map(self, thing: _Thing, key: str | None) -> _Thing:
        self.found.add(every(thing.name) if key is None else parameter(thing.name, key))
        return _PLAIN

    def _of_context(self, thing: _Thing, step: Link, argument: str | None) -> _Thing:
        key = _key(step, argument)
        if key is None:  # a method of the value itself
            self._whole(thing)
            return _PLAIN
        known = key.partition("-")[0] if step.arguments is None else key
        return _Thing("context", f"{thing.name}.{known}".lstrip("."))

    def _whole(self, thing: _Thing) -> None:
        if thing.kind in ("input", "params"):
            self.found.add(EVERYTHING)
        elif thing.kind == "map":
            self.found.add(every(thing.name))
        elif thing.kind == "context":
            self.found.add(f"context.{thing.name}" if thing.name else EVERYTHING)


def _key(step: Link, argument: str | None) -> str | None:
    """The key that a step looks up in a map; None where it asks for more than one value."""
    if step.arguments is None:
        return None if step.name in _OF_THE_OBJECT else step.name
    return argument if step.name is None or step.name in _LOOKS_UP else None
