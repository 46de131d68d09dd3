"""What a function's configuration means for its containers."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dragonctl.local import backends
from dragonctl.local.hooks import Function
from dragonctl.local.runtime import code
from dragonctl.local.runtime.container import Launch


@dataclass(frozen=True)
class Settings:
    """One version of a function; ``endpoint`` and ``daemon`` are this server's addresses."""

    function: Function
    endpoint: str
    daemon: str

    @property
    def configuration(self) -> Mapping[str, Any]:
        """The configuration, as GetFunctionConfiguration answers it."""
        return self.function.configuration

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self.configuration["FunctionName"])

    @property
    def version(self) -> str:
        """``$LATEST`` or a published version's number."""
        return str(self.configuration.get("Version") or "$LATEST")

    @property
    def arn(self) -> str:
        """The ARN without a qualifier."""
        return ":".join(str(self.configuration["FunctionArn"]).split(":")[:7])

    @property
    def memory(self) -> int:
        """Memory size in MB."""
        return int(self.configuration.get("MemorySize") or 128)

    @property
    def timeout(self) -> float:
        """Seconds until an invocation is ended."""
        return float(self.configuration.get("Timeout") or 3)

    @property
    def traces_actively(self) -> bool:
        """Whether the function itself may decide to trace a request."""
        return bool((self.configuration.get("TracingConfig") or {}).get("Mode") == "Active")

    @property
    def logging(self) -> Mapping[str, Any]:
        """Its LoggingConfig; empty where nobody set one."""
        return self.configuration.get("LoggingConfig") or {}

    @property
    def log_group(self) -> str:
        """Where its lines go."""
        return str(self.logging.get("LogGroup") or f"/aws/lambda/{self.name}")

    @property
    def logs_json(self) -> bool:
        """Whether its log format is ``JSON`` rather than ``Text``."""
        return bool(self.logging.get("LogFormat") == "JSON")

    @cached_property
    def log_stream(self) -> str:
        """A new container's own stream, named as Lambda names them."""
        day = time.strftime("%Y/%m/%d", time.gmtime())
        return f"{day}/[{self.version}]{secrets.token_hex(16)}"

    @property
    def interpreter(self) -> str:
        """The runtime that this machine really has."""
        return f"python{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def revision(self) -> str:
        """A digest of all that a warm container depends on."""
        fields = ("Environment", "Handler", "MemorySize", "Timeout", "Layers", "LoggingConfig")
        kept = {
            name: self.configuration.get(name)
            for name in (*fields, "TracingConfig", "Role", "Runtime")
        }
        text = json.dumps([kept, self.function.code_sha256], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def launch(self) -> Launch:
        """How to start a container of it.

        Raises:
            zipfile.BadZipFile: the code, or a layer's, is no zip.

        """
        folder = code.unpacked(self.function.code, self.function.code_sha256)
        scratch = code.work_folder() / f"tmp-{secrets.token_hex(8)}"
        scratch.mkdir(mode=0o700)
        layers = [str(path) for path in self._layer_paths()]
        return Launch(
            folder,
            [str(folder), *layers],
            [str(code.runtime_libraries())],
            self.environment(folder, scratch),
        )

    def _layer_paths(self) -> list[Path]:
        paths: list[Path] = []
        for layer in self.configuration.get("Layers") or ():
            archive = _layer_code(self.function, layer["Arn"])
            root = code.unpacked(archive, hashlib.sha256(archive).hexdigest())
            inner = root / "python"
            paths += [inner / "lib" / self.interpreter / "site-packages", inner]
        return paths

    def environment(self, folder: Path, scratch: Path) -> dict[str, str]:
        """AWS's own variables over the function's (AWS: "Defined runtime environment variables").

        ``HOME`` and ``TMPDIR`` are the container's own, so that it finds no credentials or
        configuration of this machine.
        """
        level = self.logging.get("ApplicationLogLevel") or "INFO"
        return {
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TZ": ":UTC",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            **{k: str(v) for k, v in self._own_variables().items()},
            **credentials(str(self.configuration.get("Role") or ""), self.function),
            "_HANDLER": str(self.configuration.get("Handler") or ""),
            "LAMBDA_TASK_ROOT": str(folder),
            "LAMBDA_RUNTIME_DIR": str(code.runtime_libraries()),
            "AWS_REGION": self.function.region,
            "AWS_DEFAULT_REGION": self.function.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.function.declared_runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "AWS_XRAY_DAEMON_ADDRESS": self.daemon,
            "_AWS_XRAY_DAEMON_ADDRESS": self.daemon.split(":")[0],
            "_AWS_XRAY_DAEMON_PORT": self.daemon.split(":")[1],
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            **(
                {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": level}
                if self.logs_json
                else {"AWS_LAMBDA_LOG_FORMAT": "Text"}
            ),
        }

    def _own_variables(self) -> Mapping[str, Any]:
        return (self.configuration.get("Environment") or {}).get("Variables") or {}


def credentials(role: str, function: Function) -> dict[str, str]:
    """Temporary credentials of the function's role, as the environment holds them."""
    backend = backends.global_backend("sts", function.account, function.region)
    assumed = backend.assume_role(
        function.region, str(function.configuration["FunctionName"]), role, "", 3600, ""
    )
    return {
        "AWS_ACCESS_KEY_ID": assumed.access_key_id,
        "AWS_SECRET_ACCESS_KEY": assumed.secret_access_key,
        "AWS_SESSION_TOKEN": assumed.session_token,
    }


def _layer_code(function: Function, arn: str) -> bytes:
    backend = backends.backend("lambda", function.account, function.region)
    version = backend.layers_versions_by_arn(arn)
    found: bytes = version.code_bytes if version is not None else b""
    return found
