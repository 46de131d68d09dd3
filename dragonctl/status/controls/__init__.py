"""``status --controls``: what AWS Security Hub and prowler will say, each by its own rule."""

from dragonctl.status.controls.effects import effects
from dragonctl.status.controls.evidence import Evidence, gather
from dragonctl.status.controls.findings import document, findings
from dragonctl.status.controls.model import ControlFinding
from dragonctl.status.controls.tables import PROWLER, READ_ON

__all__ = [
    "PROWLER",
    "READ_ON",
    "ControlFinding",
    "Evidence",
    "document",
    "effects",
    "findings",
    "gather",
]
