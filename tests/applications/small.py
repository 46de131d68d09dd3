"""The smallest whole application: one function, one machine that calls it, one API, one stage.

Small, because the fault harness runs a command several times for each of its calls.
"""

from __future__ import annotations

from tests.applications.builder import Builder, invoke, template
from tests.applications.five_functions import Application


def build(builder: Builder, name: str = "small") -> Application:
    """Build it; its stage has a variable, throttling and a method override of its own."""
    function = builder.function(f"{name}-work")
    machine = builder.machine(f"{name}-flow", {"Work": invoke(function)})
    api = builder.api(name)
    builder.calls_function(api, "GET", "/things/{id}", function)
    builder.starts_machine(api, "POST", "/things", template(machine))
    settings = {
        "/*/*/throttling/rateLimit": "55",
        "/~1things~1{id}/GET/throttling/burstLimit": "7",
    }
    builder.stage(api, "prod", settings, variables={"table": "things"})
    roles = (f"{name}-work-role", f"{name}-flow-role")
    return Application(api.id, ("prod",), (f"{name}-work",), (machine,), roles)
