"""AWS configurations that failed people, of the kinds that issue threads tell of.

aws/aws-cli #3419, #9261, #2266, #899, #2565; boto/botocore #2001, #2395, #1791; aws/aws-cdk #12781;
aws/aws-toolkit-vscode #1649. As in :mod:`tests.aws.configurations`; ``.aws/config`` among the files
is the whole file.
"""

from __future__ import annotations

from tests.aws.configurations import (
    BASE,
    ENVIRONMENT,
    FUTURE,
    GOOD_PROCESS,
    KEYS,
    OFFICE,
    OFFICE_SESSION,
    PROCESS,
    ROLE,
    SOURCE,
    WITH_OFFICE,
    C,
    token,
)  # fmt: skip

CONFIG, CREDENTIALS = ".aws/config", ".aws/credentials"
HEAD = "[profile p]\nregion = us-east-1\n"
EXPIRED_PROCESS = GOOD_PROCESS.replace("}}", ', "Expiration": "2020-01-01T00:00:00Z"}}')


def _file(name, config, *words, code=2, **more):
    return C(name, files={CONFIG: config}, words=("{home}/.aws/config", *words), code=code, **more)


def _credentials(name, text, *words):
    files = {CREDENTIALS: text, CONFIG: ""}
    return C(name, files=files, words=("{home}/.aws/credentials", *words), code=2)


def _setting(name, text, *words):
    return C(name, KEYS + text, words=("The AWS configuration cannot be used", *words), code=2)


def _keys(name, *words, **variables):
    environment = {**ENVIRONMENT, **variables}
    return C(name, environment=environment, options=(), words=("environment", *words))


def _process(name, command, *words):
    return C(name, PROCESS + command + "\n", words=("'p'", *words))


def _region(name, region):
    return C(name, environment={"AWS_REGION": region}, words=(repr(region), "eu-west-1"), code=2)


def _endpoint(name, url):
    return C(
        name,
        KEYS,
        environment={"AWS_ENDPOINT_URL": url},
        words=(f"AWS_ENDPOINT_URL {url!r}", "http://127.0.0.1:4566"),
        code=2,
    )


def _proxy(name, value, *words, variable="HTTPS_PROXY"):
    environment = {"AWS_ENDPOINT_URL": "", variable: value}
    words = (f"The proxy of {variable} cannot be used", *words)
    return C(name, KEYS, environment=environment, words=words, code=2)


def _named(name, variable, path, *words, **environment):
    environment = {**ENVIRONMENT, variable: path, **environment}
    words = (f"{variable} names {path}: ", *words)
    return C(name, files={"folder/x": ""}, environment=environment, options=(), words=words, code=2)


def _nothing(name, *words, code=2, **environment):
    words = (*words, "--local", "dragonctl demo")
    return C(name, environment=environment, options=(), words=words, code=code)


MISTAKES = [
    _file("byte-order-mark", f"\ufeff{HEAD}{KEYS}", "byte order mark"),
    _file("section-twice", HEAD + KEYS + HEAD, "line 5: [profile p] is there twice"),
    _file("option-twice", HEAD + KEYS + KEYS, "line 5: aws_access_key_id is twice"),
    _file("no-equals-sign", HEAD + "aws_access_key_id AKIA\n", "line 3"),
    _file("another-format", '{{"profile": 1}}', "line 1"),
    _file("latin-1", f"# caf\udce9\n{HEAD}{KEYS}", "UTF-8"),
    _file("nested-without-equals", f"{HEAD}s3 =\n  addressing_style path\n", "indented"),
    _file("word-left-out", "[p]\n" + KEYS, "has [p]: there it must be [profile p]"),
    _credentials("word-too-much", "[profile p]\n" + KEYS, "has [profile p]: there it must be [p]"),
    _credentials("credentials-twice", "[p]\n" + KEYS + "[p]\n", "line 4: [p] is there twice"),
    C(
        "files-elsewhere",
        environment={"AWS_CONFIG_FILE": "{home}/none"},
        words=("'p'", "{home}/none", "aws configure"),
        code=2,
    ),
    _keys("key-with-a-line-break", "AWS_ACCESS_KEY_ID holds", AWS_ACCESS_KEY_ID="AKIA\n"),
    _keys("key-of-a-windows-file", "AWS_ACCESS_KEY_ID holds", AWS_ACCESS_KEY_ID="AKIA\r"),
    _keys("secret-with-a-blank", "AWS_SECRET_ACCESS_KEY holds", AWS_SECRET_ACCESS_KEY="planted "),
    _keys("token-with-a-line-break", "AWS_SESSION_TOKEN holds", AWS_SESSION_TOKEN="planted\n"),
    _keys("key-that-was-shortened", "AWS_ACCESS_KEY_ID holds", AWS_ACCESS_KEY_ID="AKIA…"),
    C("keys-in-quotes", 'aws_access_key_id = "AKIA"\naws_secret_access_key = "planted"\n',
      words=("'p'", "aws_access_key_id stands between quotes")),
    C("keys-that-are-empty", "aws_access_key_id =\naws_secret_access_key =\n",
      words=("'p'", "aws_access_key_id is empty")),
    _process("process-hangs", "sleep 50", "sleep (credential_process) has not answered"),
    C("source-hangs", ROLE + SOURCE, f"[profile base]\n{PROCESS}sh -c 'sleep 50; true'\n",
      words=("sh (credential_process) has not answered",)),
    _process("process-prints-a-list", "echo '[1]'", "no JSON object"),
    _process("process-prints-bytes", r"printf '\377'", "no JSON"),
    _process("process-is-empty", "", "credential_process is empty"),
    _process("process-says-nothing", "sh -c 'read answer; exit 4'", "failed and said nothing"),
    _process("process-of-another-version", "echo '{{\"Version\": 2}}'", "version '2'"),
    _process("process-without-keys", "echo '{{\"Version\": 1}}'", "AccessKeyId"),
    _process("process-gives-expired-keys", f"echo '{EXPIRED_PROCESS}'", "expired"),
    C("kept-token-is-broken", WITH_OFFICE, OFFICE_SESSION, files={OFFICE: "{{"},
      words=("the token that is kept", "Type: aws sso login --profile p")),
    C("session-without-region", WITH_OFFICE, "[sso-session office]\nsso_start_url = x\n",
      words=("'p'", "sso_region")),
    C("session-of-two-addresses", f"{WITH_OFFICE}sso_start_url = other\n", OFFICE_SESSION,
      files={OFFICE: token(FUTURE)}, words=("'p'", "sso_start_url is inconsistent")),
    C("session-without-account", "sso_session = office\nsso_role_name = r\n", OFFICE_SESSION,
      words=("'p'", "sso_account_id")),
    C("role-by-its-name", "role_arn = reader\n" + SOURCE, BASE, words=("'p'", "RoleArn")),
    C("source-without-keys", ROLE + SOURCE, "[profile base]\nregion = us-east-1\n",
      words=('"base" must have credentials',)),
    C("role-on-no-environment", ROLE + "credential_source = Environment\n",
      words=("'p'", "Environment")),
    C("metadata-is-blocked", ROLE + "credential_source = Ec2InstanceMetadata\n",
      environment={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:{closed}"},
      words=("'p'", "Ec2InstanceMetadata")),
    C("nothing-and-metadata-blocked", options=(), words=("Unable to locate credentials",),
      environment={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:{closed}"}),
    C("container-elsewhere", options=(), words=("Unsupported host 'example.com'",),
      environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"}),
    C("container-token-is-missing", options=(), words=("{home}/none: No such file",),
      environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container",
                   "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/none"}),
    C("web-identity-file-is-empty", f"{ROLE}web_identity_token_file = {{home}}/t\n",
      files={"t": ""}, words=("'p'", "WebIdentityToken")),
    C("web-identity-without-a-role", options=(), files={"t": "x"}, words=("AWS_ROLE_ARN",),
      environment={"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/t"}),
    _region("region-with-a-blank", "us-east-1 "),
    _region("region-is-a-zone", "us-east-1a"),
    _region("region-in-quotes", '"us-east-1"'),
    _endpoint("endpoint-without-scheme", "localhost:4566"),
    _endpoint("endpoint-with-a-word-for-a-port", "http://127.0.0.1:port"),
    _setting("mode-is-unknown", "defaults_mode = odd\n", "odd"),
    _setting("sts-endpoints-are-unknown", "sts_regional_endpoints = odd\n", "odd"),
    _proxy("proxy-with-a-blank", "http://pro xy:8080", "a blank"),
    _proxy("proxy-with-a-line-break", "http://proxy:8080\n", "a line break"),
    _proxy("proxy-with-a-word-for-a-port", "http://me:planted@proxy:port", "its port"),
    _proxy("proxy-of-too-high-a-port", "http://proxy:99999", "its port"),
    _proxy("proxy-of-a-port-alone", "8080", "no host"),
    _proxy("proxy-between-quotes", "'http://proxy:8080'", "http://"),
    _proxy("proxy-with-one-slash", "http:/proxy:8080", "//", variable="https_proxy"),
    _proxy("proxy-of-a-scheme-alone", "http://", "no host"),
    _proxy("proxy-of-another-scheme", "ftp://proxy:8080", "http://"),
    _proxy("proxy-in-open-brackets", "http://[::1", "brackets"),
    _proxy("proxy-whose-password-ends-it", "http://me:12#planted@proxy:8080", "%23"),
    _proxy("proxy-with-an-umlaut-for-a-password", "http://me:planted%C3%BC@proxy", "ASCII"),
    _proxy("socks-proxy", "socks5://127.0.0.1:{closed}", "no SOCKS", "Name an HTTP proxy"),
    _proxy("socks-proxy-that-resolves", "socks5h://me:planted@proxy", "no SOCKS"),
    C("proxy-of-an-http-endpoint", KEYS, environment={"HTTP_PROXY": "http://proxy:port"},
      words=("The proxy of HTTP_PROXY cannot be used",), code=2),
    _named("config-file-is-a-folder", "AWS_CONFIG_FILE", "{home}/folder", "a folder"),
    _named("credentials-file-is-a-folder", "AWS_SHARED_CREDENTIALS_FILE", "{home}", "a folder"),
    _named("credentials-file-cannot-be-read", "AWS_SHARED_CREDENTIALS_FILE",
           f"/{'x' * 300}", "File name too long"),
    _named("config-file-is-a-pipe", "AWS_CONFIG_FILE", "/dev/stderr", "no plain file"),
    _nothing("nothing-set-at-all", "No AWS region", AWS_REGION=""),
    _nothing("nothing-but-a-region", "credentials", code=1,
             AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:{closed}"),
    C("profile-with-a-blank", KEYS, environment={"AWS_PROFILE": "p "}, options=(),
      words=("'p '",), code=2),
]  # fmt: skip
REMARKABLE = [
    C("malformed-proxy-that-is-passed-by", KEYS,
      environment={"HTTP_PROXY": "x:y", "NO_PROXY": "*"}),
    C("malformed-proxy-of-another-scheme", KEYS, environment={"HTTPS_PROXY": "x:y"}),
    C("proxy-that-an-empty-variable-takes-away", KEYS,
      environment={"HTTP_PROXY": "x:y", "http_proxy": ""}),
    C("files-that-are-none", environment={**ENVIRONMENT, "AWS_CONFIG_FILE": "/dev/null",
      "AWS_SHARED_CREDENTIALS_FILE": "/none/there"}, options=()),
    C("windows-line-ends", files={CONFIG: (HEAD + KEYS).replace("\n", "\r\n")}),
    C("empty-keys-of-the-environment", KEYS,
      environment={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
]  # fmt: skip
"""What looks like one, and works."""
