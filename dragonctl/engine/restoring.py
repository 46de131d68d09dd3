"""How one thing goes back to what it was before a run, as it stands now. Pure.

What a journal tells is checked against what the thing's kind can express before it is wanted: a
damaged line, or one of another version, ends no command and reaches no AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from dragonctl.engine.history import Entry
from dragonctl.engine.masking import is_masked, is_same, unmasked
from dragonctl.engine.model import Json, Reading, Resource, State, differences
from dragonctl.errors import DragonError


class Restoration:
    """An entry of the journal, beside its thing (``resource``) as it stands (None: it is not)."""

    def __init__(self, entry: Entry, resource: Resource, have: Reading | None) -> None:
        self.entry, self.resource, self.have = entry, resource, have
        self.now = have.state if have else {}
        was, after = entry.before or {}, entry.after or {}
        self.touched = [key for key in {**was, **after} if was.get(key) != after.get(key)]

    @property
    def wanted(self) -> State | None:
        """The state before the run, as far as the present one is still the run's."""
        if self.entry.before is None:
            return None if self.have is None or self.returning == set(self.touched) else {}
        if self.have is None and self.entry.after is not None:  # somebody has deleted it since
            return {}
        return self._want(self.returning)

    @property
    def left(self) -> list[str]:
        """The touched fields that stay: changed since the run, or :attr:`lost`."""
        return [one for one in self.touched if one not in self.returning and not self._is_back(one)]

    @cached_property
    def returning(self) -> set[str]:
        """The touched fields that go back: the run's still, and bound to none that stays."""
        return self._unneeded - self.needed.keys()

    @cached_property
    def needed(self) -> Mapping[str, str]:
        """The fields that would go back, but for what was set since and needs them: that in words.

        Where the thing would go as a whole, nothing of it is needed.
        """
        if self.entry.before is None or self.have is None:
            return {}
        then = {**self.now, **self._want(self._unneeded)}
        found = self.resource.needed_since(self.entry.before, then)
        return {field: why for field, why in found.items() if field in self._unneeded}

    @cached_property
    def _unneeded(self) -> set[str]:
        return self._bound(self._ours - self.lost)

    @cached_property
    def lost(self) -> set[str]:
        """The fields of which the journal tells only a digest, or what no such thing can have."""
        if self.entry.before is None:
            return set()
        lost = {key for key in self.touched if is_masked(self._before.get(key))}
        ours = self._bound(self._ours - lost)
        if self._can_be_set(ours):
            return lost
        for key in ours:
            if not self._can_be_set({key, *self.resource.inseparable(key)} & ours):
                lost.add(key)
        return lost if self._can_be_set(self._bound(ours - lost)) else set(self.touched)

    @cached_property
    def _before(self) -> dict[str, Json]:
        """The values that they had; of a secret that still stands there, the secret.

        What is gone is made anew with all its fields.
        """
        was = unmasked(self.entry.before or {}, self.now)
        return was if self.have is None else {key: was.get(key) for key in self.touched}

    @cached_property
    def _ours(self) -> set[str]:
        """What the run wrote; a run cut short may not have come to write it."""
        after = self.entry.after or {}
        return {
            key
            for key in self.touched
            if is_same(self.now.get(key), after.get(key))
            or (not self.entry.ended and self.now.get(key) is None)
        }

    def _bound(self, ours: set[str]) -> set[str]:
        """Those of the fields whose inseparable ones, as far as the journal tells, do not stay."""
        told = {**(self.entry.before or {}), **(self.entry.after or {})}

        def stays(key: str) -> bool:
            return key in told and key not in ours and not self._is_back(key)

        return {key for key in ours if not any(map(stays, self.resource.inseparable(key)))}

    def _is_back(self, key: str) -> bool:
        return is_same(self.now.get(key), (self.entry.before or {}).get(key))

    def _want(self, keys: set[str]) -> dict[str, Json]:
        untouched = self._before.keys() - set(self.touched)
        return {key: value for key, value in self._before.items() if key in keys | untouched}

    def _can_be_set(self, keys: set[str]) -> bool:
        """Whether this kind of thing has calls that set these fields so: they are worked out."""
        want = self._want(keys)
        try:
            list(differences(self.resource, self.have, want))
            list(self.resource.calls(self.have, want))
        except DragonError:  # it will say itself, in its turn, what is missing
            return True
        except Exception:  # noqa: BLE001 (what a damaged line tells may be anything)
            return False
        return True


Kinds = Mapping[str, type[Resource]]
"""The kinds of things that this version knows, by their names in the journal."""


def resource_of(entry: Entry, kinds: Kinds) -> Resource | None:
    """The resource that an entry speaks of; None where no such kind is known, or it names none."""
    if (kind := kinds.get(entry.kind)) is None:
        return None
    try:
        resource = kind(**entry.identity)
    except TypeError:
        return None
    return resource if resource.identifier == entry.identifier else None
