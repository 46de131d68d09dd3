"""What the options take, and the one sentence that refuses what they do not take.

Click's own words ("'abc' is not a valid integer range") name its types, not what to type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import click

from dragonctl.wording import with_or


def _refuse(
    takes: str, value: Any, parameter: click.Parameter | None, context: click.Context | None
) -> NoReturn:
    """Raise ``--limit takes a whole number, not abc``; an argument goes by its command's name."""
    name = ""
    if isinstance(parameter, click.Option):
        name = max(parameter.opts, key=len)
    elif context is not None:
        name = context.command.name or ""
    raise click.UsageError(f"{name or 'This'} takes {takes}, not {value or repr(value)}.", context)


class OneOf(click.Choice[str]):
    """One of some words; those in capitals are AWS's, and may be typed in small letters."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(words, case_sensitive=not all(word.isupper() for word in words))

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """A word as it is listed, completed and compared."""
        word = super().normalize_choice(choice, ctx)
        return word if self.case_sensitive else word.upper()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, or click's :class:`~click.UsageError` that lists them all."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            _refuse(with_or(self.choices), value, param, ctx)


class WholeNumber(click.types.IntParamType):
    """A whole number, of ``least`` or more where that is given."""

    def __init__(self, least: int | None = None) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or click's :class:`~click.UsageError`."""
        takes = "a whole number" + ("" if self.least is None else f" of {self.least} or more")
        try:
            number = int(value)
        except ValueError:
            _refuse(takes, value, param, ctx)
        if self.least is not None and number < self.least:
            _refuse(takes, value, param, ctx)
        return number


class Number(click.types.FloatParamType):
    """A number, whole or not."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number, or click's :class:`~click.UsageError`."""
        try:
            return float(value)
        except ValueError:
            _refuse("a number, such as 0.05", value, param, ctx)
