"""The door to AWS: one session, clients made once and shared, one call at a time, plain errors.

botocore's own retries are off: it would repeat a write whose answer was lost, and make a second
API or policy version. :mod:`dragonctl.engine.retry` decides what is repeated, and how.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dragonctl import __version__
from dragonctl.aws import (
    addresses,
    answers,
    bulk,
    credentials,
    faults,
    network_settings,
    profiles,
    proxies,
)
from dragonctl.aws.quota import Quotas
from dragonctl.aws.translation import translate
from dragonctl.errors import AwsError, DragonError, UsageError

log = logging.getLogger(__name__)
_FIRST_ERROR = 300
_TOO_MANY = 429
_DOCUMENTS = {"GetExport": "body"}
"""Operation -> the field that streams JSON: read with the call, which is repeated if it breaks."""
_LARGE_BYTES = 1 << 20
_LARGE_SECONDS = 300


@dataclass(frozen=True)
class Connection:
    """How to reach AWS, as the command line and the environment say; None: as botocore finds it."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether endpoint and key are given: the local AWS, for which no setting counts."""
        return self.endpoint_url is not None and self.access_key is not None


class Aws:
    """Every call of a command goes through :meth:`send`; safe to share between threads."""

    def __init__(self, connection: Connection, quotas: Quotas | None = None) -> None:
        self.connection = connection
        self.date: str | None = None
        """What AWS's clock said in the last answer, as HTTP writes it."""
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, bool], Future[Any]] = {}
        self._paginators: dict[str, dict[str, Any]] = {}
        self._checks: dict[tuple[str, str], answers.Check] = {}
        self._loaded: Future[None] | None = None
        # One thread: a session is not safe to share while it makes a client.
        self._maker = ThreadPoolExecutor(max_workers=1)
        self._quotas = quotas or Quotas()
        self._session = _session(connection)
        self.endpoint: str = addresses.endpoint(connection.endpoint_url, self._session)
        """The endpoint that all services share, or ``aws``: the journal keeps them apart."""
        self.region: str = addresses.region(connection.region, self._session)
        self.partition: str = self._session.get_partition_for_region(self.region)
        if not connection.is_local:
            proxies.check(addresses.called(self.endpoint, self.region, self._session))
            if not self.endpoint.startswith("http://"):
                network_settings.check_ca_bundle(self._session)
            credentials.prepare(self._session, connection.profile, self.region)

    def client(self, service: str, region: str | None = None, *, large: bool = False) -> Any:
        """The client of one service, made on first use; ``large`` gives uploads their time."""
        return self._begun(service, region, large=large).result()

    def sign(self, service: str, request: Any) -> None:
        """Sign a botocore ``AWSRequest`` to a service (SigV4), with this door's credentials.

        ``service`` is the name that is signed, such as ``execute-api``. Raises DragonError where
        there are no credentials, or they cannot be loaded.
        """
        from botocore.auth import SigV4Auth
        from botocore.credentials import Credentials
        from botocore.exceptions import BotoCoreError

        given = self.connection
        try:
            known = (
                Credentials(given.access_key, given.secret_key)
                if given.access_key
                else self._session.get_credentials()
            )
            if known is None:
                raise DragonError("there are no credentials.", code="NoCredentials")
            SigV4Auth(known.get_frozen_credentials(), service, self.region).add_auth(request)
        except BotoCoreError as error:
            raise DragonError(str(error), code="NoCredentials") from error

    def paging(self, service: str, operation: str) -> list[tuple[str, str]]:
        """How an operation pages: (request parameter, field of the answer) of each token."""
        self.client(service)
        shape = self._paginators[service].get(operation)
        if shape is None:
            return []
        given, taken = shape["output_token"], shape["input_token"]
        if isinstance(given, str):
            given, taken = [given], [taken]
        return [(name, token.split(" ")[0]) for name, token in zip(taken, given, strict=True)]

    def warm(self, first: str, *others: str) -> None:
        """Make one client, and begin to make others, ahead of their first use.

        Whoever needs one that cannot be made meets the error.
        """
        wait([self._begun(first)])
        self.prepare(*others)

    def prepare(self, *services: str) -> None:
        """Begin to make clients, one after the other; nobody waits for them."""
        for service in services:
            self._begun(service)

    def send(
        self, service: str, operation: str, params: Mapping[str, Any], region: str | None = None
    ) -> dict[str, Any]:
        """One call, one attempt. ``operation`` is AWS's name; an error is an :class:`AwsError`."""
        from botocore import xform_name

        started = time.monotonic()
        outcome = "ok"
        try:
            client = self.client(service, region, large=_is_large(params))
            self._quotas.take(service, operation)  # the client first: its time is not the quota's
            method = getattr(client, xform_name(operation))
            answer: dict[str, Any] = method(**params)
            about = answer.pop("ResponseMetadata", None) or {}
            answer = self._check(client, service, operation)(answer, (service, operation))
            if field := _DOCUMENTS.get(operation):
                answer[field] = answers.loads(answer[field].read())
        except DragonError:
            raise
        except Exception as error:
            translated = self._advised(translate(service, operation, error), error)
            outcome = translated.code
            if isinstance(translated, AwsError) and translated.status == _TOO_MANY:
                self._quotas.refused(service, operation)
            raise translated from error
        finally:
            log.debug(
                "%s %s: %s in %.0f ms",
                service,
                operation,
                outcome,
                (time.monotonic() - started) * 1000,
            )
        self.date = about.get("HTTPHeaders", {}).get("date") or self.date
        return answer

    def _advised(self, translated: DragonError, error: Exception) -> DragonError:
        """A failure of a call with what the user's own settings have to do with it."""
        from botocore.exceptions import NoCredentialsError

        session, profile = self._session, self.connection.profile
        if self.connection.is_local:
            return translated
        if translated.code == credentials.CODE and not isinstance(error, NoCredentialsError):
            return credentials.refusal(session, profile, error)
        if isinstance(translated, AwsError):
            if credentials.is_refused(translated.code, translated.sentence):
                translated.hint = profiles.renewal(session, profile)
            translated.hint = translated.hint or network_settings.advice(error, session)
        return translated

    def _check(self, client: Any, service: str, operation: str) -> answers.Check:
        """What an operation's answer is held against; made once for each."""
        found = self._checks.get((service, operation))
        if found is None:
            model = client.meta.service_model.operation_model(operation)
            found = self._checks[service, operation] = answers.check_of(model.output_shape)
        return found

    def _begun(
        self, service: str, region: str | None = None, *, large: bool = False
    ) -> Future[Any]:
        key = (service, region or self.region, large)
        with self._lock:
            client = self._clients.get(key)
            if client is None or (client.done() and client.exception()):  # or try again
                client = self._clients[key] = self._maker.submit(self._new_client, *key)
            return client

    def _new_client(self, service: str, region: str, large: bool) -> Any:
        from botocore.config import Config

        is_local = self.connection.is_local
        if not is_local:
            self._load_credentials()
        # While a body is sent, the time-out of connecting is the socket's.
        connect, read = (_LARGE_SECONDS, _LARGE_SECONDS) if large else (5, 65)
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=connect,
            read_timeout=read,
            max_pool_connections=50,
            user_agent_extra=f"dragonctl/{__version__}",  # CloudTrail shows it
            # Endpoints that somebody names answer under that name alone.
            inject_host_prefix=self.endpoint == "aws",
            proxies={} if is_local else None,
        )
        client = self._client(service, region, config)
        client.meta.events.register("after-call", _refuse_garbage)
        bulk.register(client)
        # Now: a file that is read between a crowd of busy threads takes a hundred milliseconds.
        self._paginators[service] = self._paginators_of(client)
        return client

    def _load_credentials(self) -> None:
        """Once, in the one thread that makes clients: a process, or a call, may make them."""
        if self._loaded is None:
            self._loaded = Future()
            try:
                credentials.load(self._session, self.connection.profile)
                self._loaded.set_result(None)
            except DragonError as error:
                self._loaded.set_exception(error)
        self._loaded.result()

    def _client(self, service: str, region: str, config: Any) -> Any:
        """Made of the user's settings: what botocore cannot use of them is said at once."""
        from botocore.exceptions import BotoCoreError

        try:
            return self._session.create_client(
                service,
                region_name=region,
                endpoint_url=self.connection.endpoint_url,
                aws_access_key_id=self.connection.access_key,
                aws_secret_access_key=self.connection.secret_key,
                config=config,
            )
        except BotoCoreError as error:
            sentence = str(error).rstrip(".")
            raise UsageError(f"The AWS configuration cannot be used: {sentence}.") from error

    def _paginators_of(self, client: Any) -> dict[str, Any]:
        """The operations of a service that page, by name; none for a service that does not."""
        from botocore.exceptions import DataNotFoundError

        model = client.meta.service_model
        # By its path: to find it, botocore would look through the folders of all services.
        path = f"{model.service_name}/{model.api_version}/paginators-1"
        try:
            found = self._session.get_component("data_loader").load_data(path)["pagination"]
        except DataNotFoundError:
            found = {}
        return dict(found)


def _is_large(value: Any) -> bool:
    """Whether the params carry a zip or another body that takes its time to send."""
    if isinstance(value, Mapping):
        return any(map(_is_large, value.values()))
    return isinstance(value, bytes) and len(value) > _LARGE_BYTES


def _refuse_garbage(http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
    """To botocore an answer that is not JSON is one without fields: nothing exists."""
    if bulk.is_read(parsed):
        return
    if "json" not in model.service_model.resolved_protocol or model.has_streaming_output:
        return
    body = http_response.content
    if body and http_response.status_code < _FIRST_ERROR:
        document = answers.loads(body)  # a ValueError is translated like any broken answer
        if not isinstance(document, dict):
            raise answers.OddAnswerError(": JSON that is no object")


def _session(connection: Connection) -> Any:
    import botocore.exceptions
    import botocore.session

    try:
        session = (
            credentials.without_settings(botocore.session.Session)
            if connection.is_local
            else credentials.with_settings(botocore.session.Session, connection.profile)
        )
        if not connection.is_local:
            for fault in faults.of_named_files(session):
                raise UsageError(fault, "Name the file itself, or unset the variable.")
        folders = session.get_config_variable("data_path")
        session.register_component("data_loader", descriptions(folders))
        session.full_config  # noqa: B018 (reads the files now, so that their faults show here)
        session.get_scoped_config()
    except botocore.exceptions.ProfileNotFound as error:
        name = str(error.kwargs.get("profile"))
        hint = faults.of_profile(session, name)
        raise UsageError(
            f"There is no AWS profile {name!r}{_named_by(connection)}.", hint, option="--profile"
        ) from error
    except botocore.exceptions.ConfigParseError as error:
        raise UsageError(
            f"The AWS configuration cannot be read: {faults.of_file(error)}."
        ) from error
    except botocore.exceptions.BotoCoreError as error:
        raise UsageError(f"The AWS configuration cannot be read: {error}.") from error
    return session


def _named_by(connection: Connection) -> str:
    """The variable that names the profile, where no option does."""
    found = None if connection.profile else profiles.variables()
    return f", which {found[0]} names" if found else ""


@cache
def descriptions(folders: str | None) -> Any:
    """What botocore knows of AWS's services: megabytes of JSON, read once in a process.

    ``folders`` are those that the user's configuration adds.
    """
    import botocore.loaders

    return botocore.loaders.create_loader(folders)


def service_model(service: str) -> Any:
    """Botocore's model of a service: its operations, their shapes and how they are sent."""
    from botocore.model import ServiceModel

    description = descriptions(None).load_service_model(service, "service-2", api_version=None)
    return ServiceModel(description, service)
