"""A request as it arrives at the local AWS: read by waitress, and answered whatever it is.

What cannot become a request any more is an error at once, half of one is when the client ends it,
and names of S3's metadata keep their underscores.
"""

from __future__ import annotations

import re
import time

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError, get_header_lines
from waitress.rfc7230 import HEADER_FIELD_RE
from waitress.utilities import BadRequest, Error

MOST_HEADER_BYTES = 65_536
MOST_LINE_BYTES = 4_096
_STARTS_LIKE_HTTP = re.compile(rb"[\r\n]*[!#$%&'*+\-.^_`|~0-9A-Za-z]*(?:$|[ \r\n])")
_FIRST_LINE = re.compile(rb"\S+ [^\x00-\x20\x7f]+ HTTP/1\.[01]")
_BARE_LINES = re.compile(rb"\n\r?\n")


class RequestTimeout(Error):  # type: ignore[misc]  # noqa: N818 (one of waitress's own kind)
    """The client fell silent in the middle of a request."""

    code = 408
    reason = "Request Timeout"


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request as it arrives; what cannot become one is an error as soon as that is clear."""

    too_large = False
    completed: bool
    error: Error | None

    def __init__(self, adjustments: Adjustments) -> None:
        super().__init__(adjustments)
        self.started = time.time()
        self.preserved: dict[str, str] = {}

    def received(self, data: bytes) -> int:
        """Take what came; returns how much of it belonged to this request."""
        try:
            taken = int(super().received(data))
        except Exception:  # noqa: BLE001 (whatever a parser trips over, the client is told)
            self._fail("The request cannot be read")
            return len(data)
        if not self.completed:
            self._check_unfinished()
        if self.error is not None and self.error.code == 413:  # noqa: PLR2004
            self._refuse_body()
        if self.completed:
            self.expect_continue = False  # there is nothing more to wait for
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; names with ``_`` count where moto keeps them (S3 metadata)."""
        first = header_plus.partition(b"\r\n")[0].rstrip()
        if not _FIRST_LINE.fullmatch(first) and header_plus != b"GET / HTTP/1.0\r\n":
            raise ParsingError("Start line is invalid")
        super().parse_header(header_plus)
        for line in get_header_lines(header_plus.partition(b"\r\n")[2]):
            found = HEADER_FIELD_RE.match(line)
            name = found["name"].decode("latin-1") if found else ""
            key = name.upper().replace("-", "_")
            # One with an underscore never stands in for one with a dash.
            if _is_metadata(name) and key not in self.headers:
                self.headers[key] = found["value"].strip(b" \t").decode("latin-1")
                self.preserved[f"HTTP_{key}"] = name

    def end_early(self, error: Error) -> bool:
        """The client sends no more: the half request becomes an error. False: nothing had come."""
        if not (self.header_plus.strip() or self.headers_finished) or self.completed:
            return False
        self._prepare_answer()
        self.error, self.completed, self.expect_continue = error, True, False
        return True

    def _check_unfinished(self) -> None:
        """What no further byte can cure, and what may not grow without bound."""
        if self.body_rcv is None:
            self._check_head()
            return
        line = getattr(self.body_rcv, "control_line", b"")
        trailer = getattr(self.body_rcv, "trailer", b"")
        if len(line) > MOST_LINE_BYTES or len(trailer) > MOST_HEADER_BYTES:
            self._fail("A chunk's size or the trailer is too long")

    def _check_head(self) -> None:
        waiting = self.header_plus
        if not waiting:
            return
        first, line_end, _ = waiting.lstrip(b"\r\n").partition(b"\n")
        if not _STARTS_LIKE_HTTP.match(waiting[:1024]):
            self._fail("This is not HTTP")
        elif line_end and not _FIRST_LINE.fullmatch(first.rstrip(b"\r")):
            self._fail("Start line is invalid")
        elif _BARE_LINES.search(waiting.lstrip(b"\r\n")):
            self._fail("Bare LF found in HTTP message")

    def _fail(self, words: str) -> None:
        self._prepare_answer()
        self.error, self.completed = BadRequest(words), True

    def _prepare_answer(self) -> None:
        """An answer looks at these; a head that was never read has none."""
        self.version = getattr(self, "version", "") or "1.0"
        self.headers_finished = True
        for name, value in (("path", "/"), ("command", "GET")):
            if not hasattr(self, name):
                setattr(self, name, value)

    def _refuse_body(self) -> None:
        self.close()
        self.error, self.body_rcv, self.too_large = None, None, True
        self.headers["CONTENT_LENGTH"] = "0"
        self.headers["CONNECTION"] = "close"


def _is_metadata(name: str) -> bool:
    """Whether it is a key of S3's metadata, in which ``_`` and ``-`` are two."""
    return "_" in name and name.lower().startswith("x-amz-meta-")
