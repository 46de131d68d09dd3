"""Files that hold secrets under the name that a tool, or a habit, gives them.

Sources: the tools' own documentations (AWS's exports of keys, Terraform, Docker, Kubernetes, pip,
npm, PostgreSQL, Ansible, Google Cloud, Azure), and what OpenSSH, GnuPG and Java call keys. Case
does not count.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_SUFFIXES = {
    # keys and the stores of keys
    *(".p12", ".pfx", ".p8", ".pkcs12", ".jks", ".jceks", ".bcfks", ".keystore", ".ppk", ".key"),
    *(".keytab", ".kirbi", ".kdb", ".kdbx", ".agekey", ".wallet", ".opvault", ".agilekeychain"),
    # settings of tools that hold passwords
    *(".env", ".tfstate", ".tfvars", ".tfplan", ".publishsettings", ".cscfg", ".ovpn", ".pgpass"),
    *(".htpasswd", ".kubeconfig", ".secret", ".secrets", ".npmrc", ".pypirc", ".netrc"),
    # what a program had in its memory
    *(".core", ".dmp", ".mdmp", ".hprof"),
}
_CODE = {".py", ".pyi", ".so", ".js", ".mjs", ".ts", ".css", ".html", ".md", ".rst"}
_NAMES = re.compile(
    r"""
      credentials | credentials\.(csv|json|ya?ml|toml|ini|xml|txt|db) | .*_credentials\.(csv|json)
    | rootkey\.csv | (.*_)?accesskeys?\.csv
    | application_default_credentials\.json | client_secrets?([_-].*)?\.json
    | (.*[_-])?service[_-]?account([_-]?key)?([_.-].*)?\.json | .*-firebase-adminsdk-.*\.json
    | secrets?\.(ya?ml|json|toml|ini|properties|txt|xml|cfg|conf|sh|tf)
    | kubeconfig([_.-].*)? | [_]?(netrc|npmrc|pypirc|pgpass|htpasswd|dockercfg|boto|s3cfg)
    | (pip|pgpass)\.(conf|ini) | \.?dockerconfigjson | docker-config\.json
    | .*\.tfstate(\..*)? | .*\.tfvars\.json | .*\.auto\.tfvars | terraform\.rc
    | git-credentials | vault[_-]?(pass|password|token)([_.-].*)? | local\.settings\.json
    | ([\w.-]*[_.-])?id_(rsa|dsa|ecdsa|ed25519)(_sk)?([_.-](?!pub$).*)? | ssh_host_\w+_key
    | secring\.(gpg|pgp) | (wallet|keychain)\.(dat|db) | cwallet\.sso | login\.keychain(-db)?
    | (\w+_)?(bash|zsh|sh|fish|psql|mysql|python|node_repl|sqlite)_history | cookies\.(txt|sqlite)
    | gshadow | shadow | core\.\d+ | .*\.pem\.(bak|old|orig)
    """,
    re.VERBOSE,
)
# What an editor or a person leaves beside a file holds the same as the file.
_COPIES = re.compile(r"(~|\.(bak|backup|old|orig|save|swp|tmp|copy|example~)|\s?\(\d+\)|\s- copy)$")
_TEMPLATE = re.compile(r"[._-](example|sample|template|dist|tmpl|j2)(\.\w+)?$")


def is_secret(name: str) -> bool:
    """Whether a file's name says that it is a secret; a template of one (``x.example``) is none.

    Code is not judged by its name: ``kubeconfig.py`` reads one.
    """
    plain = name.lower()
    if is_template(plain) or PurePosixPath(plain).suffix in _CODE:
        return False
    while not _is_known(plain):
        shorter = _COPIES.sub("", plain)
        if shorter == plain:
            return False
        plain = shorter
    return True


def is_template(name: str) -> bool:
    """Whether a file shows what another should hold, so that its values are made up."""
    return bool(_TEMPLATE.search(name.lower()))


def _is_known(name: str) -> bool:
    return PurePosixPath(name).suffix in _SUFFIXES or bool(_NAMES.fullmatch(name))
