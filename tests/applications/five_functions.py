"""Five functions and two state machines behind one API with two stages: what `bench/` measures."""

from __future__ import annotations

from dataclasses import dataclass

from tests.applications.builder import Builder, invoke, task, template


@dataclass(frozen=True)
class Application:
    """What was built, by name; ``machines`` are ARNs, ``roles`` the functions' and machines'."""

    api: str
    stages: tuple[str, ...]
    functions: tuple[str, ...]
    machines: tuple[str, ...]
    roles: tuple[str, ...]


def build(builder: Builder, name: str = "orders") -> Application:
    """Build it: two functions behind the API, three behind the machines, nothing observed."""
    names = [f"{name}-{part}" for part in ("list", "show", "check", "store", "notify")]
    arns = [builder.function(function) for function in names]
    order = builder.machine(
        f"{name}-order", {"Check": task(arns[2], "Store"), "Store": invoke(arns[3])}
    )
    report = builder.machine(f"{name}-report", {"Notify": invoke(arns[4])})
    api = builder.api(name)
    builder.calls_function(api, "GET", "/orders", arns[0])
    builder.calls_function(api, "GET", "/orders/{id}", arns[1])
    builder.starts_machine(api, "POST", "/orders", template(order))
    builder.starts_machine(api, "POST", "/reports", template(report))
    for stage in ("test", "prod"):
        builder.stage(api, stage)
    roles = (
        *(f"{function}-role" for function in names),
        f"{name}-order-role",
        f"{name}-report-role",
    )
    return Application(api.id, ("test", "prod"), tuple(names), (order, report), roles)
