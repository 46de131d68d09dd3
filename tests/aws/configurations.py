"""AWS configurations as people have them: which work, and what is said of those that do not.

From the AWS SDKs and Tools Reference Guide, and the providers in botocore's source.
``{home}``, ``{url}`` (the fake AWS) and ``{closed}`` (a port where nobody listens) are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ROLE = "role_arn = arn:aws:iam::123456789012:role/reader\n"
KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n"
MFA = "mfa_serial = arn:aws:iam::123456789012:mfa/me\n"
SSO_ROLE = "sso_account_id = 123456789012\nsso_role_name = reader\n"
SSO_START = "sso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n"
SOURCE = "source_profile = base\n"
BASE = f"[profile base]\n{KEYS}"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}


@dataclass(frozen=True)
class Configuration:
    """``profile`` is what ``[profile p]`` holds, ``more`` what follows it in the file.

    ``words`` are all in the one sentence that is said; none: it works. ``asked`` are the calls that
    may be made, each once (but for GetCallerIdentity's and API Gateway's, of one that works).
    """

    name: str
    profile: str = ""
    more: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    options: tuple[str, ...] = ("--profile", "p")
    code: int = 1

    @property
    def is_forked(self) -> bool:
        """Whether a forked process shows it: botocore finds the folder of tokens when imported."""
        return "/dev/stderr" not in self.environment.values() and not any(
            "/sso/" in name for name in self.files
        )


def token(end, access="good"):
    """A token of IAM Identity Center as ``aws sso login`` keeps it."""
    return f'{{{{"accessToken": "{access}", "expiresAt": "{end}"}}}}'


# sha1 of the session's name "office" is the name of the CLI's file.
OFFICE = ".aws/sso/cache/e6427457497fe0f4f93a7334d2203b8e17ee82df.json"
FUTURE, PAST = "2999-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
OFFICE_SESSION = f"[sso-session office]\n{SSO_START}sso_registration_scopes = sso:account:access\n"
WITH_OFFICE = f"sso_session = office\n{SSO_ROLE}"
C = Configuration
PROCESS = "credential_process = "
GOOD_PROCESS = (
    '{{"Version": 1, "AccessKeyId": "ASIA", "SecretAccessKey": "x", "SessionToken": "y"}}'
)
ASSUMED, FEDERATED = frozenset({"AssumeRole"}), frozenset({"AssumeRoleWithWebIdentity"})
SSO_ASKED = frozenset({"GetRoleCredentials"})

BROKEN = [
    C("source-is-missing", ROLE + "source_profile = ghost\n", words=("'p'", '"ghost"')),
    C("source-is-itself", ROLE + "source_profile = p\n", words=("'p'", "already been visited")),
    C(
        "sources-in-a-circle",
        ROLE + "source_profile = q\n",
        f"[profile q]\n{ROLE}source_profile = p\n",
        words=("'p'", "Infinite loop"),
    ),
    C("session-is-missing", f"sso_session = none\n{SSO_ROLE}", words=("'p'", '"none"')),
    C(
        "services-are-missing",
        KEYS + "services = ghost\n",
        environment={"AWS_ENDPOINT_URL": ""},
        words=("ghost",),
        code=2,
    ),
    C("credential-source-is-unknown", ROLE + "credential_source = Nowhere\n", words=('"Nowhere"',)),
    C("process-is-missing", PROCESS + "/nonexistent/tool\n", words=("/nonexistent/tool: No such",)),
    C("process-fails", PROCESS + "sh -c 'echo gone >&2; exit 3'\n", words=("'p'", "gone")),
    C("process-prints-no-json", PROCESS + "echo hello\n", words=("'p'", "no JSON")),
    C("process-without-version", PROCESS + "echo {{}}\n", words=("'p'", "Version")),
    C(
        "process-is-not-executable",
        PROCESS + "{home}/tool\n",
        files={"tool": "x"},
        words=("{home}/tool: Permission denied",),
    ),
    C("process-with-an-open-quote", PROCESS + "sh -c 'echo\n", words=("'p'", "No closing quot")),
    C(
        "web-identity-file-is-missing",
        ROLE + "web_identity_token_file = {home}/none\n",
        words=("{home}/none: No such file",),
    ),
    C("half-a-pair", "aws_access_key_id = AKIA\n", words=("missing: aws_secret_access_key",)),
    C("role-without-source", ROLE, words=("source_profile or credential_source",)),
    C(
        "role-with-two-sources",
        ROLE + SOURCE + "credential_source = Environment\n",
        BASE,
        words=("contains both",),
    ),
    C(
        "login-that-needs-more",
        "login_session = arn:aws:iam::123456789012:user/me\n",
        words=("'p'", "login"),
    ),
    C("mfa-without-a-terminal", ROLE + SOURCE + MFA, BASE, words=("MFA code", "dragonctl doctor")),
    C(
        "no-token",
        WITH_OFFICE,
        OFFICE_SESSION,
        words=("Token for office does not exist", "Type: aws sso login --profile p"),
    ),
    C(
        "expired-token",
        WITH_OFFICE,
        OFFICE_SESSION,
        files={OFFICE: token(PAST)},
        words=("'p'", "Type: aws sso login --profile p"),
    ),
    C(
        "refused-token",
        WITH_OFFICE,
        OFFICE_SESSION,
        files={OFFICE: token(FUTURE, "bad")},
        words=("'p'", "Type: aws sso login --profile p"),
        asked=SSO_ASKED,
    ),
    C(
        "role-on-an-expired-token",
        ROLE + "source_profile = office\n",
        f"[profile office]\n{WITH_OFFICE}{OFFICE_SESSION}",
        files={OFFICE: token(PAST)},
        words=("'p'", "Type: aws sso login --profile office"),
    ),
    C("old-sso-without-a-token", SSO_START + SSO_ROLE, words=("aws sso login --profile p",)),
    C("sso-without-a-region", "sso_start_url = x\n" + SSO_ROLE, words=("sso_region",)),
    C(
        "role-that-may-not-be-taken",
        "role_arn = arn:aws:iam::123456789012:role/forbidden\n" + SOURCE,
        BASE,
        words=("not authorized to perform: sts:AssumeRole", "trust policy"),
        asked=ASSUMED,
    ),
    C(
        "sts-that-is-unavailable",
        "role_arn = arn:aws:iam::123456789012:role/unavailable\n" + SOURCE,
        BASE,
        words=("'p'", "AssumeRole", "503"),
        asked=ASSUMED,
    ),
    C(
        "container-that-fails",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container-that-fails"},
        options=(),
        words=("container-role", "500"),
        asked=frozenset({"Container"}),
    ),
    C(
        "keys-that-have-expired",
        KEYS.replace("AKIAIOSFODNN7EXAMPLE", "AKIAEXPIRED") + "aws_session_token = x\n",
        words=("expired", "Profile 'p' holds temporary keys"),
        asked=frozenset({"GetCallerIdentity", "restapis"}),
    ),
    C(
        "expired-environment",
        environment={**ENVIRONMENT, "AWS_ACCESS_KEY_ID": "AKIAEXPIRED", "AWS_SESSION_TOKEN": "x"},
        options=(),
        words=("expired", "AWS_SESSION_TOKEN, or unset"),
        asked=frozenset({"GetCallerIdentity", "restapis"}),
    ),
    C(
        "half-an-environment",
        environment={"AWS_ACCESS_KEY_ID": "AKIA"},
        options=(),
        words=("the environment", "AWS_SECRET_ACCESS_KEY"),
    ),
    C("no-such-profile", options=("--profile", "ghost"), words=("'ghost'",), code=2),
    C(
        "no-such-variable",
        environment={"AWS_PROFILE": "ghost"},
        options=(),
        words=("'ghost'",),
        code=2,
    ),
    C("no-configuration", more="this is no [configuration", words=("{home}/.aws/config",), code=2),
    C(
        "container-that-is-closed",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:{closed}/x"},
        options=(),
        words=("container-role",),
    ),
    C(
        "sts-that-is-closed",
        ROLE + SOURCE,
        BASE,
        environment={"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:{closed}"},
        words=("'p'", "Could not connect to http://127.0.0.1:{closed}"),
    ),
    C(
        "certificates-are-missing",
        KEYS,
        environment={"AWS_ENDPOINT_URL": "", "AWS_CA_BUNDLE": "{home}/none.pem"},
        words=("AWS_CA_BUNDLE {home}/none.pem: No such file",),
        code=2,
    ),
    C(
        "certificates-are-none",
        KEYS + "ca_bundle = {home}/ca.pem\n",
        environment={"AWS_ENDPOINT_URL": ""},
        files={"ca.pem": "none"},
        words=("ca_bundle of the profile {home}/ca.pem holds no certificate",),
        code=2,
    ),
    C(
        "proxy-that-is-closed",
        KEYS,
        environment={"AWS_ENDPOINT_URL": "", "HTTPS_PROXY": "http://me:planted@127.0.0.1:{closed}"},
        words=("proxy http://127.0.0.1:{closed}: Connection refused", "named by HTTPS_PROXY"),
    ),
    C(
        "proxy-in-small-letters-wins",
        KEYS,
        environment={
            "AWS_ENDPOINT_URL": "",
            "https_proxy": "127.0.0.1:{closed}",
            "HTTPS_PROXY": "http://elsewhere.invalid",
        },
        words=("proxy http://127.0.0.1:{closed}", "named by https_proxy"),
    ),
    C(
        "no-tls",
        KEYS,
        environment={"AWS_ENDPOINT_URL": "https://127.0.0.1:{port}"},
        words=("Could not trust the TLS connection to https://127.0.0.1:{port}", "AWS_CA_BUNDLE"),
    ),
    C(
        "wrong-clock",
        KEYS.replace("AKIAIOSFODNN7EXAMPLE", "AKIASKEWED"),
        words=("clock of this machine is wrong",),
        asked=frozenset({"GetCallerIdentity", "restapis"}),
    ),
]
WORKING = [
    C("keys", KEYS),
    C("keys-of-the-environment", environment=ENVIRONMENT, options=()),
    C("empty-variable", "", "[default]\n" + KEYS, environment={"AWS_PROFILE": ""}, options=()),
    C("role", ROLE + SOURCE, BASE, asked=ASSUMED),
    C("role-on-the-same-profile", ROLE + "source_profile = p\n" + KEYS, asked=ASSUMED),
    C(
        "role-on-the-environment",
        ROLE + "credential_source = Environment\n",
        environment=ENVIRONMENT,
        asked=ASSUMED,
    ),
    C("process", PROCESS + "echo '" + GOOD_PROCESS + "'\n"),
    C(
        "web-identity",
        ROLE + "web_identity_token_file = {home}/token\n",
        files={"token": "signed"},
        asked=FEDERATED,
    ),
    C("sso", WITH_OFFICE, OFFICE_SESSION, files={OFFICE: token(FUTURE)}, asked=SSO_ASKED),
    C(
        "role-on-sso",
        ROLE + "source_profile = office\n",
        f"[profile office]\n{WITH_OFFICE}{OFFICE_SESSION}",
        files={OFFICE: token(FUTURE)},
        asked=SSO_ASKED | ASSUMED,
    ),
    C(
        "container",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"},
        options=(),
        asked=frozenset({"Container"}),
    ),
]
