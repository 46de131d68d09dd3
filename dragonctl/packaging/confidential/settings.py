"""A setting whose name says that its value is a secret, and whose value looks like one.

``password: string`` of an API's description, ``secret: ${SECRET}`` of a template and ``token_url``
are none: names count by their last word, values by what they are made of.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

HINTS = ("pass", "pwd", "secret", "token", "key", "credential")
# Only the end of the name is looked for: to begin with the name would try every word.
# ``name: value``, ``"name": "value"``, ``name = value``, ``<name>value</name>``, ``name="value"``,
# ``key="name" value="value"``.
_SETTING = re.compile(
    r"(?P<word>passw(?:or)?d|passphrase|pwd|secret|token|credentials?"
    r"|(?:api|access|account|auth|private|secret|master|signing|encryption)[_.-]?key)"
    r"(?:(?:\\?[\"'])?\]?\s*(?:=>|:=|[:=>])|[\"']\s*,?\s*[\"']?\w{0,12}value[\"']?\s*[:=])"
    r"\s*(?P<quote>\\?[\"'`])?"
    r"(?P<value>(?(quote)[^\"'`\\\r\n]+|[^\s\"'`<>,;#]+))",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"[\w.-]*\Z")
_LONGEST_NAME = 40
_NO_VALUE = re.compile(
    r"[$%<{(]|^(?:\[|arn:|https?:|s3:|ssm:|env[:.]|file:|vault:|ref\+|enc\[|!|@|/|\.)"
    r"|^(?:your|my|some|the|any|test|dummy|fake|sample|change|replace|insert|todo"
    r"|null|none|true|false|string|secret|password|token)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"^your[_-]|example|placeholder|changeme|redacted|\$\{|\{\{|<[\w -]+>|\*{3}|x{4}|\.{3}",
    re.IGNORECASE,
)
# What AWS and others call tokens and are none: they say where a list goes on, or that a call is the
# same call again.
_NO_SECRET = re.compile(
    r"(?:client|next|previous|continuation|page|paging|paginat\w*|cursor|request|idempotency|change|update"
    r"|input|output|sync|lock|lifecycle\w*|verification|csrf|xsrf|special|unk|pad|[be]os|stop|mask)"
    r"[_.-]?(?:request|action|pagination)?[_.-]?tokens?$",
    re.IGNORECASE,
)
_PART_OF_ANOTHER = set(":/%#")
"""Before a name: ``arn:aws:secretsmanager:…:secret:name``, ``/path/token=…``."""
_SHORTEST = 6
_CODE_SHORTEST = 20
_CODE_BITS = 3.5
_DIGITS = 2


def settings(text: str, *, code: bool) -> Iterator[tuple[int, str]]:
    """Where in a text a secret is set (the position), and the name it is set under.

    In ``code`` a value counts only if it is long and random: most names there are variables.
    """
    for found in _SETTING.finditer(text):
        value, name = found["value"], _name(text, found)
        before = text[max(found.end("word") - len(name) - 1, 0)]
        looks = _is_random(value) and found["quote"] if code else _is_password(value)
        is_part = before in _PART_OF_ANOTHER or _NO_SECRET.search(name)
        if looks and not is_part and not is_example(value):
            yield found.start("value"), name


def _name(text: str, found: re.Match[str]) -> str:
    begun = _BEGINNING.search(text, max(found.start() - _LONGEST_NAME, 0), found.start())
    return (begun[0] if begun else "") + found["word"]


def is_example(value: str) -> bool:
    """Whether a value stands for one: AWS's documented keys, ``${VARIABLE}``, ``xxxx``."""
    return bool(_EXAMPLE.search(value))


def _is_password(value: str) -> bool:
    """Letters and digits: a word is a type, a name or a switch, several are a sentence."""
    mixed = any(one.isalpha() for one in value) and any(one.isdigit() for one in value)
    is_one = len(value) >= _SHORTEST and not any(one.isspace() for one in value)
    return mixed and is_one and not _NO_VALUE.search(value)


def _is_random(value: str) -> bool:
    digits = sum(one.isdigit() for one in value)
    return (
        bool(re.fullmatch(r"[\w+/=.~-]+", value))
        and len(value) >= _CODE_SHORTEST
        and digits >= _DIGITS
        and _bits(value) >= _CODE_BITS
    )


def _bits(value: str) -> float:
    """Shannon's entropy of its characters, in bits."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
