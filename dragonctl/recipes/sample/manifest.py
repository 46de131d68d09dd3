"""``definitions/application.json``: the parts of an application, with all placeholders filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragonctl.engine.model import Json
from dragonctl.errors import DragonError
from dragonctl.recipes.place import Place
from dragonctl.sample import render, sample_folder

FILE = "application.json"


@dataclass(frozen=True)
class RoleSpec:
    """A role with one inline policy; both documents are JSON."""

    name: str
    arn: str
    description: str
    trust: Json
    policy_name: str
    policy: Json


@dataclass(frozen=True)
class FunctionSpec:
    """A function; ``source`` is the folder that its zip is made of."""

    name: str
    source: Path
    handler: str
    role: str
    runtime: str
    architecture: str
    memory: int
    timeout: int


@dataclass(frozen=True)
class MachineSpec:
    """A state machine; ``definition`` is JSON."""

    arn: str
    name: str
    type: str
    role: str
    definition: Json


@dataclass(frozen=True)
class InvokePermission:
    """A method of the API that invokes a function; ``*`` and no path: all of them may."""

    function: str
    method: str
    path: str

    def __str__(self) -> str:
        return "All of the API" if self.method == "*" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class ApiSpec:
    """A REST API: its OpenAPI document as JSON, what its methods invoke, and its stages."""

    name: str
    endpoint: str
    document: Json
    stages: tuple[str, ...]
    invocations: tuple[InvokePermission, ...]


@dataclass(frozen=True)
class DataSpec:
    """The data: an object's text, in a bucket of its own."""

    bucket: str
    key: str
    text: str


@dataclass(frozen=True)
class Manifest:
    """An application as its folder describes it, in one place of AWS; ``name`` is its tag."""

    name: str
    apis: tuple[ApiSpec, ...]
    roles: tuple[RoleSpec, ...]
    functions: tuple[FunctionSpec, ...]
    machines: tuple[MachineSpec, ...]
    data: DataSpec | None
    parameters: Mapping[str, str]
    place: Place


def application_folder() -> Path:
    """The folder with the ``definitions/`` that are meant: this one, else the packaged sample."""
    here = Path.cwd()
    return here if (here / "definitions" / FILE).is_file() else sample_folder()


def load(place: Place, folder: Path | None = None) -> Manifest:
    """Read ``definitions/`` of ``folder``; DragonError for what is missing or cannot be meant."""
    folder = folder or application_folder()
    try:
        return _Loader(place, folder).manifest()
    except (KeyError, TypeError, AttributeError) as error:
        path = folder / "definitions" / FILE
        raise DragonError(
            f"{path} does not describe an application: {_fault(error)}.",
            "Compare it with the sample's, which is in dragonctl's own definitions/ folder.",
            code="BadDefinitions",
        ) from error


def _fault(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


class _Loader:
    """Renders the documents. The names of things are read first: the placeholders mean them."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.folder = place, folder
        here = {
            "AWS::Partition": place.partition,
            "AWS::Region": place.region,
            "AWS::AccountId": place.account,
        }
        names = self._render(FILE, {**here, "DragonDataBucket": "", "DragonDataFile": ""})
        data = names.get("data") or {}
        self.values = {
            **here,
            "DragonDataBucket": data.get("bucket", ""),
            "DragonDataFile": data.get("key", ""),
            **self._arns(names),
        }
        self.document = self._render(FILE, self.values)

    def manifest(self) -> Manifest:
        """The whole application."""
        api = self.document["api"]
        return Manifest(
            name=api["name"],
            apis=(self._api(api),),
            roles=self._each("roles", self._role),
            functions=self._each("functions", self._function),
            machines=tuple(self._machines()),
            data=self._data(),
            parameters=dict(self.document.get("parameters", {})),
            place=self.place,
        )

    def _each(self, key: str, make: Callable[[dict[str, Any]], Any]) -> tuple[Any, ...]:
        return tuple(make(one) for one in self.document.get(key, ()))

    def _render(self, name: str, values: Mapping[str, str]) -> Any:
        return render(name, values, self.folder / "definitions")

    def _arns(self, names: dict[str, Any]) -> dict[str, str]:
        arn = self.place.arn
        machine = names.get("state_machine")
        return {
            **{f"{role['name']}Arn": self._role_arn(role["name"]) for role in names["roles"]},
            **{
                function["placeholder"]: arn("lambda", f"function:{function['name']}")
                for function in names["functions"]
            },
            **({machine["placeholder"]: self._machine_arn(machine["name"])} if machine else {}),
        }

    def _role_arn(self, name: str) -> str:
        return self.place.arn("iam", f"role/{name}", region=False)

    def _machine_arn(self, name: str) -> str:
        return self.place.arn("states", f"stateMachine:{name}")

    def _api(self, written: dict[str, Any]) -> ApiSpec:
        return ApiSpec(
            name=written["name"],
            endpoint=written["endpoint"],
            document=self._api_document(written),
            stages=tuple(written["stages"]),
            invocations=tuple(InvokePermission(**invoke) for invoke in written.get("invokes", ())),
        )

    def _api_document(self, api: dict[str, Any]) -> Json:
        """The document; its title becomes the API's name on import, so they must agree."""
        document = self._render(api["definition"], self.values)
        title = document["info"]["title"]
        if title != api["name"]:
            raise DragonError(
                f"{FILE} calls the API {api['name']}, and {api['definition']} calls it {title}.",
                "Give both the same name.",
                code="BadDefinitions",
            )
        return document

    def _role(self, document: dict[str, Any]) -> RoleSpec:
        return RoleSpec(
            name=document["name"],
            arn=self._role_arn(document["name"]),
            description=document["description"],
            trust=self._render(document["trust"], self.values),
            policy_name=document["policy_name"],
            policy=self._render(document["policy"], self.values),
        )

    def _function(self, document: dict[str, Any]) -> FunctionSpec:
        return FunctionSpec(
            name=document["name"],
            source=self.folder / "lambdas" / document["folder"],
            handler=document["handler"],
            role=document["role"],
            runtime=document["runtime"],
            architecture=document["architecture"],
            memory=document["memory_mb"],
            timeout=document["timeout_seconds"],
        )

    def _machines(self) -> Iterator[MachineSpec]:
        document = self.document.get("state_machine")
        if document:
            definition = self._render(document["definition"], self.values)
            arn, kind = self._machine_arn(document["name"]), document["type"]
            yield MachineSpec(arn, document["name"], kind, document["role"], definition)

    def _data(self) -> DataSpec | None:
        document = self.document.get("data")
        if not document:
            return None
        path = self.folder / "definitions" / document["file"]
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise DragonError(f"{path} cannot be read: {error.strerror}.") from error
        return DataSpec(document["bucket"], document["key"], text)
