"""What must not leave this machine in a zip: told by a file's name, or by what it holds."""

from __future__ import annotations

RULES = "2"
"""Which rules a zip was judged by: with other rules it is built again."""
