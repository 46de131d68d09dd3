"""The user's settings of the way to AWS: the certificates that are trusted, and advice on both.

botocore takes the certificates of ``AWS_CA_BUNDLE``, else of the profile's ``ca_bundle``, else its
own (AWS SDKs and Tools Reference Guide); proxies are those of :mod:`dragonctl.aws.proxies`.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

from dragonctl.aws import proxies
from dragonctl.aws.transport import origin
from dragonctl.errors import UsageError

_CA_VARIABLE = "AWS_CA_BUNDLE"


def ca_bundle(session: Any) -> tuple[str, str] | None:
    """Where the certificates to trust are set, and their file; None: botocore's own count."""
    path = session.get_config_variable("ca_bundle")
    if not path:
        return None
    place = _CA_VARIABLE if os.environ.get(_CA_VARIABLE) else "ca_bundle of the profile"
    return place, str(path)


def check_ca_bundle(session: Any) -> None:
    """UsageError where the file of certificates cannot be read, or holds none.

    Without this a call would fail much later, and the reason would name no file.
    """
    if (found := ca_bundle(session)) is None:
        return
    place, path = found
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        is_folder = Path(path).is_dir()
        context.load_verify_locations(
            cafile=None if is_folder else path, capath=path if is_folder else None
        )
    except ssl.SSLError as error:
        fault = "holds no certificate (PEM)"
        raise UsageError(f"{place} {path} {fault}.", _CA_HINT) from error
    except OSError as error:
        raise UsageError(f"{place} {path}: {error.strerror or error}.", _CA_HINT) from error


_CA_HINT = "Name a file of certificates in PEM form, or unset it."


def advice(error: Exception, session: Any) -> str:
    """What to look at after a failure on the way that a setting may have caused; or nothing."""
    from botocore import exceptions as botocore

    if isinstance(error, botocore.ProxyConnectionError | botocore.InvalidProxiesConfigError):
        return _proxy_advice(str(error.kwargs.get("proxy_url") or ""))
    if isinstance(error, botocore.SSLError):
        return _tls_advice(session)
    return ""


def _proxy_advice(url: str) -> str:
    used = list(proxies.used())
    those = [proxy for proxy in used if proxy.shown == origin(url)] or used
    named = [proxy.variable for proxy in those]
    return (
        f"The proxy is named by {' and '.join(named) or 'the environment'}: correct it, or put"
        " the host into NO_PROXY."
    )


def _tls_advice(session: Any) -> str:
    if found := ca_bundle(session):
        place, path = found
        return f"{place} names {path}: it must hold the certificate of whoever signs for it."
    return (
        "Where a proxy or an office signs by a certificate of its own, name its file in"
        f" {_CA_VARIABLE}, or in ca_bundle of the profile."
    )
