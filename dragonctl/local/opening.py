"""What takes long at the start: moto and the shims are imported, the state is taken up.

The port is open meanwhile, and requests wait for it. All is imported by this one thread: moto's
modules import each other in circles, which threads that enter at two points find half made.
"""

from __future__ import annotations

import dataclasses
import gc
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from dragonctl.local import address

if TYPE_CHECKING:
    from dragonctl.local.address import LocalServer
    from dragonctl.local.services import Services
    from dragonctl.local.snapshot import Written


class Opening:
    """The services, as soon as they are there."""

    def __init__(self) -> None:
        self._services: Future[Services] = Future()

    def begin(self, server: LocalServer, written: Written, failed: Callable[[], None]) -> None:
        """Import and take up in the background; ``failed`` is called where that cannot be."""

        def work() -> None:
            try:
                services = _open(server, written)
            except BaseException as error:  # noqa: BLE001 (it is raised where somebody waits)
                self._services.set_exception(error)
                failed()
            else:
                self._services.set_result(services)

        threading.Thread(target=work, daemon=True, name="opening").start()

    def services(self) -> Services:
        """Wait for the services; whatever kept them from coming is raised."""
        return self._services.result()

    def has_succeeded(self) -> bool:
        """Wait, and say whether the services came."""
        return self._services.exception() is None


def _open(server: LocalServer, written: Written) -> Services:
    from dragonctl.local import stand_ins

    stand_ins.import_moto()

    from dragonctl.local import backends, hooks, shims, snapshot
    from dragonctl.local.moto_services import Moto
    from dragonctl.local.services import Services

    shims.load()
    services = Services(Moto().answer)
    backends.configure(server.port)
    hooks.tell("install", server.endpoint)
    aside = snapshot.take_up(written)
    if aside and address.is_own():
        address.remember(dataclasses.replace(server, set_aside=str(aside)))
    gc.freeze()  # what was imported stays: nobody looks through it for garbage
    return services
