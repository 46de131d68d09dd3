"""What a file holds: the first secret in it, by kind and line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dragonctl.packaging.confidential.names import is_template
from dragonctl.packaging.confidential.rules import Rule, rules
from dragonctl.packaging.confidential.settings import HINTS, is_example, settings

_BEGINNING = 4096
_TYPE_OF_ELF, _CORE = 16, 4
# What stands at the beginning of stores of keys that are no text. ASN.1 holds its length before the
# version: PKCS #12 has 3, PKCS #8 and #1 have 0, SEC1 has 1.
_BINARY = re.compile(
    rb"(?P<Java_keystore>\xfe\xed\xfe\xed|\xce\xce\xce\xce)|(?P<KeePass_store>\x03\xd9\xa2\x9a)"
    rb"|(?P<private_key>\x30(?:\x82..|\x81.|[\x20-\x7f])"
    rb"(?:\x02\x01\x03\x30|\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48|\x02\x01\x00\x30.\x06"
    rb"|\x02\x01\x00\x02(?:\x82|\x81)|\x02\x01\x01\x04[\x20-\x42]))"
    rb"|(?P<OpenPGP_private_key>[\x94-\x97](?:..|.)?\x04....[\x01-\x1b])",
    re.DOTALL,
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE = {".py", ".pyi", ".js", ".mjs", ".ts", ".html", ".htm", ".css", ".md", ".rst", ".c", ".h"}
# As `detect-secrets` has it: a comment on the line, or one line above.
_ALLOWED = re.compile(r"pragma: ?(?:allow|white)list[ -]secret")
_NEXT_ALLOWED = re.compile(r"pragma: ?(?:allow|white)list[ -]nextline[ -]secret")
_NEIGHBOURS = re.compile(r"[\w+/=-]")


@dataclass(frozen=True)
class Secret:
    """A secret: ``kind`` in words, ``line`` counted from 1 (0: the file as a whole)."""

    kind: str
    line: int

    def __str__(self) -> str:
        return f"{self.kind}, line {self.line}" if self.line else self.kind


def find(path: Path) -> Secret | None:
    """The first secret in a file; None: none. Certificates and public keys are none.

    Raises OSError for a file that cannot be read.
    """
    content = path.read_bytes()
    if kind := _binary(content):
        return Secret(kind, 0)
    text = _text(content)
    if text is None:
        return None
    lines = _Lines(text)
    code = PurePosixPath(path.name).suffix.lower() in _CODE or is_template(path.name)
    found = ((at, kind) for at, kind in _secrets(text, code=code) if not lines.allow(at))
    first = min(found, default=None)
    return Secret(first[1], lines.number(first[0])) if first else None


class _Lines:
    """A text by its lines."""

    def __init__(self, text: str) -> None:
        self._text = text

    def number(self, position: int) -> int:
        return self._text.count("\n", 0, position) + 1

    def allow(self, position: int) -> bool:
        """Whether a person has written that this is no secret, or may be packed."""
        begin = self._text.rfind("\n", 0, position) + 1
        end = self._text.find("\n", position)
        line = self._text[begin : None if end < 0 else end]
        above = self._text[self._text.rfind("\n", 0, max(begin - 1, 0)) + 1 : max(begin - 1, 0)]
        return bool(_ALLOWED.search(line) or _NEXT_ALLOWED.search(above))


def _binary(content: bytes) -> str | None:
    found = _BINARY.match(content)
    if found and found.lastgroup:
        return found.lastgroup.replace("_", " ")
    is_core = content.startswith(b"\x7fELF") and content[_TYPE_OF_ELF : _TYPE_OF_ELF + 2] in (
        b"\x04\x00",
        b"\x00\x04",
    )
    return "core dump" if is_core else None


def _text(content: bytes) -> str | None:
    """The file as text; None for what is none. PowerShell writes UTF-16."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if b"\0" in content[:_BEGINNING]:
        return None
    return content.decode("utf-8", "replace")


def _secrets(text: str, *, code: bool) -> Iterator[tuple[int, str]]:
    lower = text.lower()
    for rule in rules():
        if (rule.code or not code) and any(hint in lower for hint in rule.hints):
            yield from _matches(rule, text)
    if any(hint in lower for hint in HINTS):
        for position, name in settings(text, code=code):
            yield position, f"value of {name}"


def _matches(rule: Rule, text: str) -> Iterator[tuple[int, str]]:
    for match in rule.pattern.finditer(text):
        value = next((one for one in reversed(match.groups()) if one), match[0])
        if not is_example(value) and _stands_alone(match, text):
            yield match.start(), rule.kind


def _stands_alone(match: re.Match[str], text: str) -> bool:
    """Whether it is a word of its own: in a picture's base64 every form comes up by chance."""
    if match.re.groups or not match[0][0].isalnum():
        return True
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return not (_NEIGHBOURS.match(before) or _NEIGHBOURS.match(after))
