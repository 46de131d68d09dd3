"""What a template is made of: text and directives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragonctl.local.velocity.errors import TemplateError
from dragonctl.local.velocity.expressions import (
    Definition,
    Expression,
    Macro,
    Reference,
    Renders,
    Scope,
    elements,
)
from dragonctl.local.velocity.java import JavaMap, holds, text_of

DEEPEST = 20
"""How many macros may call each other: Velocity's own bound."""
MOST_ROUNDS = 1000
"""``#foreach`` ends after so many (API Gateway: "#foreach … up to 1000 iterations")."""


class Stopped(Exception):  # noqa: N818 (no error)
    """``#stop``: the rest of the template says nothing."""


class Broken(Exception):  # noqa: N818 (no error)
    """``#break``: the loop around it ends."""


@dataclass(frozen=True)
class Template:
    """A whole template, with the macros that it defines."""

    body: Renders
    macros: Mapping[str, Macro]

    def rendered(self, names: Mapping[str, Any]) -> str:
        """Its text."""
        scope = Scope(dict(names), dict(self.macros))
        try:
            self.body.render(scope)
        except (Stopped, Broken):
            pass
        except RecursionError as error:
            raise TemplateError("the template calls itself without an end") from error
        return "".join(scope.output)


@dataclass(frozen=True)
class Text:
    """Itself."""

    text: str

    def render(self, scope: Scope) -> None:
        """Write it."""
        scope.output.append(self.text)


@dataclass
class Block:
    """Parts in their order."""

    parts: Sequence[Renders] = ()

    def render(self, scope: Scope) -> None:
        """Write each."""
        for part in self.parts:
            part.render(scope)


@dataclass(frozen=True)
class Set:
    """``#set($x = value)``."""

    target: Reference
    expression: Expression

    def render(self, scope: Scope) -> None:
        """Bind it; writes nothing."""
        self.target.assign(scope, self.expression.value(scope))


@dataclass(frozen=True)
class If:
    """``#if … #elseif … #else``: the conditions with their blocks, and the last resort."""

    branches: Sequence[tuple[Expression, Renders]]
    otherwise: Renders

    def render(self, scope: Scope) -> None:
        """Write the first block whose condition holds."""
        for condition, block in self.branches:
            if holds(condition.value(scope)):
                block.render(scope)
                return
        self.otherwise.render(scope)


@dataclass(frozen=True)
class Foreach:
    """``#foreach($name in values)``."""

    name: str
    values: Expression
    body: Renders

    def render(self, scope: Scope) -> None:
        """Write the body for each; the names of the loop end with it."""
        found = elements(self.values.value(scope))
        own = (self.name, "foreach", "velocityCount", "velocityHasNext")
        before = {name: scope.names[name] for name in own if name in scope.names}
        try:
            for at, one in enumerate((found or [])[:MOST_ROUNDS]):
                scope.names.update(self._names(at, one, len(found or []), before.get("foreach")))
                self.body.render(scope)
        except Broken:
            pass
        finally:
            for name in own:
                scope.names.pop(name, None)
            scope.names.update(before)

    def _names(self, at: int, one: Any, length: int, parent: Any) -> dict[str, Any]:
        more = at + 1 < length
        told = JavaMap(index=at, count=at + 1, hasNext=more, first=at == 0, last=not more)
        told["parent"] = parent
        return {
            self.name: one,
            "foreach": told,
            "velocityCount": at + 1,
            "velocityHasNext": more,
        }


@dataclass(frozen=True)
class Invoked:
    """``#name(arguments)``, of a macro that the template defines."""

    name: str
    arguments: Sequence[Expression]

    def render(self, scope: Scope) -> None:
        """Write the macro's body with the arguments in its parameters' places.

        Raises:
            TemplateError: it takes no so many, or calls itself too deep.

        """
        macro = scope.macros[self.name]
        if len(self.arguments) > len(macro.parameters):
            raise TemplateError(f"#{self.name} takes {len(macro.parameters)} arguments")
        if scope.depth >= DEEPEST:
            raise TemplateError(f"#{self.name} calls itself more than {DEEPEST} times")
        given = [one.value(scope) for one in self.arguments]
        given += [None] * (len(macro.parameters) - len(given))
        before = {name: scope.names[name] for name in macro.parameters if name in scope.names}
        scope.names.update(zip(macro.parameters, given, strict=True))
        scope.depth += 1
        try:
            macro.body.render(scope)
        finally:
            scope.depth -= 1
            for name in macro.parameters:
                scope.names.pop(name, None)
            scope.names.update(before)


@dataclass(frozen=True)
class Define:
    """``#define($x) … #end``."""

    name: str
    body: Renders

    def render(self, scope: Scope) -> None:
        """Bind the block; writes nothing."""
        scope.names[self.name] = Definition(self.body)


@dataclass(frozen=True)
class Evaluate:
    """``#evaluate(text)``: text as a template, with the names of this one."""

    expression: Expression

    def render(self, scope: Scope) -> None:
        """Write what it makes."""
        from dragonctl.local.velocity.parser import parse

        value = self.expression.value(scope)
        if value is not None:
            inner = parse(text_of(value))
            scope.macros.update(inner.macros)
            inner.body.render(scope)


@dataclass(frozen=True)
class Ended:
    """``#stop`` and ``#break``."""

    by: type[Exception] = field(default=Stopped)

    def render(self, scope: Scope) -> None:  # noqa: ARG002 (the protocol's)
        """End what it ends."""
        raise self.by
