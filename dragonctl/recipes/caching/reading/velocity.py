"""Where a Velocity template refers to something: its references, and what they are bound to.

No kept parser of Velocity fits: airspeed-ext evaluates, takes what it does not understand for plain
text, and comes with the local AWS alone. This is no parser either, but a scanner that errs on one
side: comments apart, every ``$name`` of the text is a reference,
whether in a directive, in a string of either kind or in plain text. What can make text into code
(macros, ``#evaluate``, a directive within a string and the like) makes the template unreadable, and
so does what is nested deeper than anybody writes. (Apache Velocity 1.7, "Velocity Reference Guide";
API Gateway developer guide, "Mapping template transformations for REST APIs".)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = r"[A-Za-z_]\w*(?:-+\w+)*"
_ROOT = re.compile(rf"\$[\\!]*(\{{\s*)?({_NAME})", re.ASCII)
_PROPERTY = re.compile(rf"\.({_NAME})", re.ASCII)
# Engines differ in whether a line may end before the bracket, and in letter case.
_DIRECTIVE = re.compile(r"#\{?(set|foreach|if|elseif)\}?\s*\(", re.IGNORECASE)
_MAKES_CODE = re.compile(
    r"#\{?(?:macro|define|evaluate|parse|include)\b|#@", re.ASCII | re.IGNORECASE
)
_SET = re.compile(rf"\s*\$!?\{{?({_NAME})\}}?\s*=(?!=)(.*)", re.ASCII | re.DOTALL)
_EACH = re.compile(rf"\s*\$!?\{{?({_NAME})\}}?\s+in\s+(.*)", re.ASCII | re.DOTALL)
_LITERAL = re.compile(r"""\s*(?:'([^'"\\$#]*)'|"([^'"\\$#]*)")\s*""")
_MARKS = re.compile(r"#[#*\[]*")
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_DEEPEST = 50


class UnreadableError(Exception):
    """A template of which nothing certain can be said."""


@dataclass(frozen=True)
class Link:
    """One link of a reference: ``.name``, ``.name(arguments)`` or, without a name, ``[arguments]``.

    ``arguments`` is None for a property.
    """

    name: str | None
    arguments: Expression | None = None


@dataclass(frozen=True)
class Reference:
    """``$root`` and the steps after it. ``others``: what stands in ``${root|others}``."""

    root: str
    steps: tuple[Link, ...]
    others: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Expression:
    """What stands between parentheses, or is bound to a name.

    ``literal``: it is a string that stands for itself; ``alone``: it is one reference and nothing
    else; ``empty``: it is nothing at all.
    """

    references: tuple[Reference, ...]
    literal: str | None = None
    alone: Reference | None = None
    empty: bool = False


@dataclass(frozen=True)
class Binding:
    """``#set($name = value)``; with ``each``, ``#foreach($name in value)``."""

    name: str
    value: Expression
    each: bool


@dataclass(frozen=True)
class Template:
    """A template's bindings, and every reference outside them: what is printed, asked or passed."""

    shown: tuple[Reference, ...]
    bindings: tuple[Binding, ...]


def scan(text: str) -> Template:
    """The references of a template.

    Raises:
        UnreadableError: it makes code of text, or something in it does not end.

    """
    if _MAKES_CODE.search(text):
        raise UnreadableError("it defines or evaluates templates of its own")
    shown: list[Reference] = []
    bindings: list[Binding] = []
    at = 0
    while at < len(text):
        if text[at] == "$":
            reference, at = _reference(text, at)
            shown += [reference] if reference else []
        elif text[at] == "#":
            at = _after_hash(text, at, shown, bindings)
        else:
            at += 1
    return Template(tuple(shown), tuple(bindings))


def _after_hash(text: str, at: int, shown: list[Reference], bindings: list[Binding]) -> int:
    """Past a comment or a directive; a ``#`` that is neither is text.

    ``#[[ ]]#`` is text too, and what stands in it counts all the same: not every engine knows it.
    """
    if at and text[at - 1] in "\\$":
        return _escaped(text, at, shown, bindings)
    if text.startswith("##", at):
        end = text.find("\n", at)
        return len(text) if end < 0 else end
    if text.startswith("#*#", at):
        raise UnreadableError("engines differ in whether such a comment has ended already")
    if text.startswith("#*", at):
        return _found(text, "*#", at + 2) + 2
    if text.startswith("#[[", at):
        end = _found(text, "]]#", at + 3)
        inside = scan(text[at + 3 : end])
        shown.extend(inside.shown)
        bindings.extend(inside.bindings)
        return end + 3
    directive = _DIRECTIVE.match(text, at)
    if directive is None:
        return at + 1
    inner, end = _enclosed(text, directive.end() - 1)
    binding = _binding(directive[1], inner)
    if binding:
        bindings.append(binding)
    else:
        shown.extend(_references(inner))
    return end


def _escaped(text: str, at: int, shown: list[Reference], bindings: list[Binding]) -> int:
    r"""Past the mark: what it begins is printed, or carried out (``\\#``, ``$#``)."""
    if _MARKS.match(text, at)[0] not in ("#", "##"):  # type: ignore[index]  # it begins with one
        raise UnreadableError("engines differ in what such marks begin")
    directive = _DIRECTIVE.match(text, at)
    binding = _binding(directive[1], _enclosed(text, directive.end() - 1)[0]) if directive else None
    if binding:
        bindings.append(binding)
        shown.extend(binding.value.references)
    return at + 1


def _binding(directive: str, inner: str) -> Binding | None:
    pattern = {"set": _SET, "foreach": _EACH}.get(directive.lower())
    found = pattern.fullmatch(inner) if pattern else None
    return Binding(found[1], _expression(found[2]), pattern is _EACH) if found else None


def _expression(text: str) -> Expression:
    literal = _LITERAL.fullmatch(text)
    if literal:
        return Expression((), literal=literal[1] if literal[1] is not None else literal[2])
    stripped = text.strip()
    placed = list(_placed(stripped))
    references = tuple(reference for reference, _, _ in placed)
    if placed and placed[0][1:] == (0, len(stripped)):
        return Expression(references, alone=references[0])
    return Expression(references, empty=not stripped)


def _references(text: str) -> Iterator[Reference]:
    """Every reference of an expression: in strings of either kind, too."""
    return (reference for reference, _, _ in _placed(text))


def _placed(text: str) -> Iterator[tuple[Reference, int, int]]:
    """Each reference with where it begins and ends."""
    begins = text.find("$")
    while begins >= 0:
        reference, end = _reference(text, begins)
        if reference:
            yield reference, begins, end
        begins = text.find("$", end)


def _reference(text: str, at: int) -> tuple[Reference | None, int]:
    """The reference at a ``$`` and where it ends; None where the ``$`` is text."""
    root = _ROOT.match(text, at)
    if root is None:
        return None, at + 1
    steps, at = [], root.end()
    while True:
        step, at = _step(text, at)
        if step is None:
            break
        steps.append(step)
    others: tuple[Reference, ...] = ()
    if root[1] and text.startswith("|", at):
        inner, at = _enclosed(text, text.index("{", root.start()))
        others = tuple(_references(inner.partition("|")[2]))
    elif root[1] and text.startswith("}", at):
        at += 1
    return Reference(root[2], tuple(steps), others), at


def _step(text: str, at: int) -> tuple[Link | None, int]:
    if text.startswith("[", at):
        inner, end = _enclosed(text, at)
        return Link(None, _expression(inner)), end
    name = _PROPERTY.match(text, at)
    if name is None:
        return None, at
    if not text.startswith("(", name.end()):
        return Link(name[1]), name.end()
    inner, end = _enclosed(text, name.end())
    return Link(name[1], _expression(inner)), end


def _enclosed(text: str, opens: int) -> tuple[str, int]:
    """What stands between a bracket and its partner, and the place after that.

    Where a quote is doubled or escaped it may end too early or too late. Either way every reference
    is still met, and none is taken for alone that is not.

    Raises:
        UnreadableError: it does not end, is nested too deeply, or a string of it, which is a
            template too, may bind a name.

    """
    expected = [_CLOSES[text[opens]]]
    at = opens + 1
    while at < len(text):
        mark = text[at]
        if mark in "'\"":
            at = _found(text, mark, at + 1)
        elif mark in _CLOSES:
            expected.append(_CLOSES[mark])
        elif mark == expected[-1]:
            expected.pop()
            if not expected:
                return _plain(text[opens + 1 : at]), at + 1
        if len(expected) > _DEEPEST:
            raise UnreadableError("brackets in it are nested too deeply")
        at += 1
    raise UnreadableError("a bracket in it does not end")


def _plain(inner: str) -> str:
    if _DIRECTIVE.search(inner):
        raise UnreadableError("an expression in it holds a directive")
    return inner


def _found(text: str, what: str, at: int) -> int:
    end = text.find(what, at)
    if end < 0:
        raise UnreadableError(f"a {what} in it is missing")
    return end
