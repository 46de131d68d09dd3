"""A template's text as blocks and expressions (Apache Velocity 1.7, "VTL Reference")."""

from __future__ import annotations

import re

from dragonctl.local.velocity.blocks import (
    Block,
    Broken,
    Define,
    Ended,
    Evaluate,
    Foreach,
    If,
    Invoked,
    Set,
    Stopped,
    Template,
    Text,
)
from dragonctl.local.velocity.expressions import Expression, Macro, Renders
from dragonctl.local.velocity.operands import NAME, Operands

_PLAIN = re.compile(r"[^$#\\]+")
_ESCAPED = re.compile(r"(\\+)(?=\$!?\{?[A-Za-z_]|#\{?[A-Za-z]|\$!?\\)")
_DIRECTIVE = re.compile(rf"#(?:\{{({NAME})\}}|(@?{NAME}))")
_LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
_OPENS = re.compile(r"[ \t]*\(")
_REFUSED = ("parse", "include")
_ENDS = ("end", "else", "elseif")
_BUILT_IN = {*_ENDS, *_REFUSED, "set", "if", "foreach", "macro", "define", "evaluate"}
_LOOSE = {"stop": Stopped, "break": Broken}


def parse(text: str) -> Template:
    """The template.

    Raises:
        TemplateError: it is none, or has a directive that is not done here.

    """
    parser = _Parser(text)
    # Macros may be called before they are defined: Velocity knows them all after parsing.
    parser.macros = {name: Macro(name, (), Block()) for name in _MACRO.findall(text)}
    body, ended = parser.block(())
    if ended is not None:
        parser.fail(f"#{ended} that ends nothing")
    return Template(body, parser.macros)


_MACRO = re.compile(rf"#\{{?macro\}}?[ \t]*\(\s*({NAME})")


class _Parser(Operands):
    """Reads directives; what stands in their parentheses :class:`Operands` reads."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.macros: dict[str, Macro] = {}

    def template(self, text: str) -> Renders:
        """A double-quoted string's text."""
        inner = _Parser(text)
        inner.macros = self.macros
        body, ended = inner.block(())
        if ended is not None:
            inner.fail(f"#{ended} that ends nothing")
        return body

    def block(self, ends: tuple[str, ...]) -> tuple[Block, str | None]:
        """Parts up to one of these directives; None at the text's end."""
        parts: list[Renders] = []
        while self.at < len(self.text):
            directive = self._ending()
            if directive in _ENDS:
                if directive not in ends:
                    self.fail(f"#{directive} that ends nothing")
                return Block(parts), directive
            part = self._part(parts)
            if part is not None:
                parts.append(part)
        if ends:
            self.fail(f"a block that does not end: {' or '.join('#' + one for one in ends)}")
        return Block(parts), None

    def _ending(self) -> str | None:
        found = _DIRECTIVE.match(self.text, self.at)
        name = (found[1] or found[2]) if found else None
        if name not in _ENDS:
            return None
        assert found is not None
        self.at = found.end()
        if name != "elseif":
            self.skip(_LINE_END)
        return name

    def _part(self, before: list[Renders]) -> Renders | None:
        plain = self.take(_PLAIN)
        if plain is not None:
            return Text(plain[0])
        if self.text[self.at] == "\\":
            return self._escaped()
        if self.text[self.at] == "$":
            return self._shown()
        return self._hash(before)

    def _shown(self) -> Renders:
        reference = self.reference()
        return reference if reference is not None else self._mark()

    def _mark(self) -> Text:
        self.at += 1
        return Text(self.text[self.at - 1])

    def _escaped(self) -> Renders:
        r"""Backslashes before ``$name`` or ``#name``: pairs are one, an odd one escapes it."""
        found = self.take(_ESCAPED)
        if found is None:
            return self._mark()
        half, odd = divmod(len(found[1]), 2)
        if not odd:
            return Text("\\" * half)
        begin = self.at
        if self.text[begin] == "$":
            self.reference()
        else:
            found = self.take(_DIRECTIVE)
        self.at = max(self.at, begin + 1)
        return Text("\\" * half + self.text[begin : self.at])

    def _hash(self, before: list[Renders]) -> Renders | None:
        at = self.at
        if self.text.startswith(("##", "#*"), at):
            self._comment()
            return None
        if self.text.startswith("#[[", at):
            return Text(self._until("]]#"))
        found = _DIRECTIVE.match(self.text, at)
        if found is None:
            return self._mark()
        name = found[1] or found[2]
        if name in _LOOSE:
            self.at = found.end()
            self.skip(_LINE_END)
            return Ended(_LOOSE[name])
        if name not in _BUILT_IN and name not in self.macros:
            return self._unknown(name, found.end())
        self.at = found.end()
        return self._directive(name, before, at)

    def _comment(self) -> None:
        if self.text.startswith("#*", self.at):
            self._until("*#")
            return
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1

    def _until(self, mark: str) -> str:
        end = self.text.find(mark, self.at)
        if end < 0:
            self.fail(f"a {mark} is missing")
        inner = self.text[self.at + 3 : end]
        self.at = end + len(mark)
        return inner

    def _unknown(self, name: str, end: int) -> Text:
        """A word after ``#`` is text; one with arguments is a directive that nobody defined."""
        if _OPENS.match(self.text, end) or name.startswith("@"):
            self.fail(f"the directive #{name} is not done here")
        begin, self.at = self.at, end
        return Text(self.text[begin:end])

    def _directive(self, name: str, before: list[Renders], begin: int) -> Renders | None:
        if name in _REFUSED:
            self.fail(f"the directive #{name} is not done here")
        if name not in _BUILT_IN and not _OPENS.match(self.text, self.at):
            return Text(f"#{name}")
        if name == "set":
            self._without_indent(before, begin)
        self.expect(_OPENS, "(")
        read = {
            "set": self._set,
            "if": self._if,
            "foreach": self._foreach,
            "macro": self._macro,
            "define": self._define,
            "evaluate": self._evaluate,
        }.get(name)
        return read() if read else Invoked(name, self._arguments())

    def _without_indent(self, before: list[Renders], begin: int) -> None:
        """``#set`` takes the blanks at its line's begin with it."""
        line = self.text[self.text.rfind("\n", 0, begin) + 1 : begin]
        if before and isinstance(before[-1], Text) and not line.strip():
            before[-1] = Text(before[-1].text.removesuffix(line))

    def _close(self) -> None:
        """The directive's parenthesis, with the rest of a line that is empty."""
        self.space()
        self.expect(re.compile(r"\)"), ")")
        self.skip(_LINE_END)

    def _set(self) -> Renders:
        self.space()
        target = self.reference()
        if target is None:
            self.fail("#set without a reference")
        self.space()
        self.expect(re.compile(r"=(?!=)"), "=")
        value = self.expression()
        self._close()
        return Set(target, value)

    def _if(self) -> Renders:
        branches: list[tuple[Expression, Renders]] = []
        ended: str | None = "elseif"
        otherwise = Block()
        while ended == "elseif":
            if branches:
                self.expect(_OPENS, "(")
            condition = self.expression()
            self._close()
            block, ended = self.block(("elseif", "else", "end"))
            branches.append((condition, block))
        if ended == "else":
            otherwise, _ = self.block(("end",))
        return If(branches, otherwise)

    def _foreach(self) -> Renders:
        name = self._name()
        self.space()
        self.expect(re.compile(r"in\b"), "in")
        values = self.expression()
        self._close()
        body, _ = self.block(("end",))
        return Foreach(name, values, body)

    def _name(self) -> str:
        self.space()
        target = self.reference()
        if target is None or target.steps:
            self.fail("a name such as $item is missing")
        return target.root

    def _macro(self) -> None:
        self.space()
        name = self.expect(re.compile(NAME), "the macro's name")[0]
        parameters = []
        while self._more():
            parameters.append(self._name())
        self._close()
        macro = self.macros.setdefault(name, Macro(name, (), Block()))
        macro.parameters = parameters
        macro.body, _ = self.block(("end",))

    def _more(self) -> bool:
        self.skip(re.compile(r"[\s,]+"))
        return not self.text.startswith(")", self.at)

    def _define(self) -> Renders:
        name = self._name()
        self._close()
        body, _ = self.block(("end",))
        return Define(name, body)

    def _evaluate(self) -> Renders:
        value = self.expression()
        self._close()
        return Evaluate(value)

    def _arguments(self) -> list[Expression]:
        given = []
        while self._more():
            given.append(self.operand())
        self._close()
        return given
