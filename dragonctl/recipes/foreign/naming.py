"""What a placeholder or an ARN of somebody else's names: a function, a role, a state machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_ARN_OF = re.compile(r"arn:[\w-]+:\w+:[\w-]*:[^:]*:(?:function|stateMachine|role)[:/](.+)")
_TOOLS = re.compile(
    r"^(?:var|local|module|self|custom|param|env|ref)[.:]|^aws_\w+\.|^data\.aws_\w+\."
)
_ENDINGS = re.compile(
    r"(?:[._-]?(?:qualified|unqualified|invoke)?[._-]?(?:arn|invocation_uri|uri)"
    r"|\.(?:name|function_name|id|value|this\d*|outputs?))$",
    re.IGNORECASE,
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_MACHINE_WORDS = re.compile(r"state_?machine|step_?functions?|workflow|_|sfn", re.IGNORECASE)
_LONGEST = 64


def name_of(text: str) -> str:
    """The name in an ARN or a placeholder; ``""`` where there is none.

    ``${HelloFunction.Arn}`` -> ``HelloFunction``, ``${aws_lambda_function.hello.invoke_arn}`` ->
    ``hello``, ``arn:…:function:hello:live`` -> ``hello``.
    """
    found = _ARN_OF.fullmatch(text.strip())
    named = found[1] if found else text
    if found and ":" in PLACED.sub("", named):  # a version or an alias behind it
        named = named.rpartition(":")[0]
    named = named.rpartition("/")[2].strip().replace("${", "").replace("}", "")
    named = _TOOLS.sub("", named)
    previous = ""
    while named != previous:
        previous, named = named, _ENDINGS.sub("", named) or named
    return _NOT_IN_NAMES.sub("-", named).strip("-")[:_LONGEST].strip("-")


PLACED = re.compile(r"\$\{[^}]*\}")


def qualifier_of(arn: str) -> str | None:
    """The version or alias that an ARN of a function names."""
    found = re.fullmatch(
        r"arn:[\w-]+:lambda:[\w-]*:[^:]*:function:[^:]+:(.+)", PLACED.sub("x", arn)
    )
    return found[1] if found else None


def likeness(name: str) -> str:
    """A state machine's name without what only says that it is one."""
    return _MACHINE_WORDS.sub("", _NOT_IN_NAMES.sub("_", name)).lower()


def same(name: str, among: Iterable[str]) -> str | None:
    """The one of ``among`` that a name means: alike, or holding it, or the only one there is."""
    known = list(among)
    wanted = likeness(name)
    alike = [one for one in known if likeness(one) == wanted]
    holding = [
        one for one in known if wanted and (wanted in likeness(one) or likeness(one) in wanted)
    ]
    for found in (alike, holding):
        if len(found) == 1:
            return found[0]
    return known[0] if len(known) == 1 else None


def unique(name: str, taken: Mapping[str, object] | set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, made = 2, name
    while made in taken:
        made, number = f"{name}-{number}", number + 1
    return made
