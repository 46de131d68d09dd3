"""What takes long at the start: moto and the shims are imported, the state is taken up.

The port is open meanwhile, and requests wait for it. All is imported by this one thread: moto's
modules import each other in circles, which threads that enter at two points find half made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragonctl.local.services import Services


class Opening:
    """The services, as soon as they are there."""

    def __init__(self) -> None:
        self._services: Future[Services] = Future()
        self._set_aside: Path | None = None

    def begin(self, endpoint: str, port: int, failed: Callable[[], None]) -> None:
        """Import and take up in the background; ``failed`` is called where that cannot be."""

        def work() -> None:
            try:
                services = self._open(endpoint, port)
            except BaseException as error:  # noqa: BLE001 (it is raised where somebody waits)
                self._services.set_exception(error)
                failed()
            else:
                self._services.set_result(services)

        threading.Thread(target=work, daemon=True, name="opening").start()

    def services(self) -> Services:
        """Wait for the services; whatever kept them from coming is raised."""
        return self._services.result()

    def set_aside(self) -> Path | None:
        """Wait; the file of the state that does not fit and was moved away, if there was one."""
        self._services.result()
        return self._set_aside

    def has_succeeded(self) -> bool:
        """Wait, and say whether the services came."""
        return self._services.exception() is None

    def _open(self, endpoint: str, port: int) -> Services:
        from dragonctl.local import backends, hooks, shims, snapshot
        from dragonctl.local.services import Services

        shims.load()
        services = Services(backends.application())
        backends.configure(port)
        hooks.tell("install", endpoint)
        self._set_aside = snapshot.load()
        return services
