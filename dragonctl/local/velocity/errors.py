"""How a template fails."""

from __future__ import annotations


class TemplateError(Exception):
    """A template that cannot be parsed or evaluated; the message says what is wrong, and where."""
