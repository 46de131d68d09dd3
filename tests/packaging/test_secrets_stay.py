"""No secret of the machine goes into a zip; what a function needs does."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.packaging.confidential.contents import find
from dragonctl.packaging.confidential.names import is_secret
from dragonctl.packaging.confidential.settings import settings
from dragonctl.packaging.errors import PackagingError

HANDLER = {"main.py": "def handler(event, context):\n    return 1\n"}
_chance = random.Random(11)


def chars(length, alphabet="ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"):
    """Made here, so that no scanner finds a secret in this file."""
    return "".join(_chance.choice(alphabet) for _ in range(length))


HEX = "0123456789abcdef"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
AWS_SECRET, AWS_ID = chars(40), "AKIA" + chars(16, UPPER)
PASSWORD = "Hv7" + chars(12)
BODY = "\n".join(chars(64) for _ in range(4))
PEM = "-----BEGIN {0}PRIVATE KEY{1}-----\n" + BODY + "\n-----END {0}PRIVATE KEY{1}-----\n"
RSA, OPENSSH, EC = (PEM.format(kind, "") for kind in ("RSA ", "OPENSSH ", "EC "))
PKCS8, ENCRYPTED, PGP = (
    PEM.format("", ""),
    PEM.format("ENCRYPTED ", ""),
    PEM.format("PGP ", " BLOCK"),
)
CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{BODY}\n-----END CERTIFICATE-----\n"
PADDING = "nothing of interest stands in this line\n" * 2500  # 100 kB

BY_CONTENT = {
    "setenv.sh": f"export AWS_SECRET_ACCESS_KEY={AWS_SECRET}\n",
    "setenv.ps1": f"$Env:AWS_SECRET_ACCESS_KEY = '{AWS_SECRET}'\n",
    "setenv.bat": f"set AWS_SECRET_ACCESS_KEY={AWS_SECRET}\r\n",
    "utf16.ps1": f"$Env:AWS_SECRET_ACCESS_KEY='{AWS_SECRET}'\n".encode("utf-16"),
    "conf.yaml": f"region: eu-west-1\naws_secret_access_key: {AWS_SECRET}\n",
    "conf.toml": f'[aws]\nsecret_key = "{AWS_SECRET}"\n',
    "indented.ini": f"[default]\n    aws_secret_access_key={AWS_SECRET}\n",
    "creds.json": json.dumps({"AccessKeyId": AWS_ID, "SecretAccessKey": AWS_SECRET}),
    "nested.json": json.dumps({"body": json.dumps({"SecretAccessKey": AWS_SECRET})}),
    "assumed.json": json.dumps({"Credentials": {"SessionToken": chars(300)}}),
    "ids.txt": f"the key is {AWS_ID}\n",
    "long.txt": PADDING + RSA + PADDING,
    "openssh.txt": OPENSSH,
    "pkcs8.pem": PKCS8,
    "encrypted.pem": ENCRYPTED,
    "chain.pem": CERTIFICATE + EC,
    "secret.asc": PGP,
    "putty.txt": f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{chars(64)}\n",
    "putty-cut.txt": f"Private-Lines: 1\n{chars(64)}\nPrivate-MAC: {chars(64, HEX)}\n",
    "ssh2.txt": f"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{BODY}\n",
    "age.txt": f"# created\nAGE-SECRET-KEY-1{chars(58, UPPER)}\n",
    "wg0.conf": f"[Interface]\nPrivateKey = {base64.b64encode(bytes(range(32))).decode()}\n",
    "jwk.json": json.dumps({"kty": "EC", "crv": "P-256", "d": chars(43)}),
    "pkcs8.der": b"\x30\x82\x04\xbd\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7" + bytes(600),
    "pkcs1.der": b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00" + bytes(600),
    "sec1.der": b"\x30\x77\x02\x01\x01\x04\x20" + bytes(120),
    "bundle.bin": b"\x30\x82\x09\x9f\x02\x01\x03\x30\x82" + bytes(600),
    "java.bin": b"\xfe\xed\xfe\xed\x00\x00\x00\x02" + bytes(100),
    "passwords.bin": b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + bytes(100),
    "crash": b"\x7fELF\x02\x01\x01\x00" + bytes(8) + b"\x04\x00>\x00" + bytes(100),
    "github.txt": f"ghp_{chars(36)}\n",
    "github-fine.txt": f"github_pat_{chars(22)}_{chars(59)}\n",
    "gitlab.txt": f"glpat-{chars(20)}\n",
    "slack.txt": f"xoxb-{chars(12, '123456789')}-{chars(12, '123456789')}-{chars(24)}\n",
    "hook.txt": f"https://hooks.slack.com/services/T{chars(8)}/B{chars(8)}/{chars(24)}\n",
    "stripe.txt": f"sk_live_{chars(24)}\n",
    "npm.txt": f"npm_{chars(36)}\n",
    "npmrc.txt": f"//registry.example/:_authToken={chars(36)}\n",
    "pypi.txt": f"pypi-AgEIcHlwaS5vcmc{chars(80)}\n",
    "google.txt": f"AIza{chars(35)}\n",
    "google-oauth.json": json.dumps({"installed": {"client_secret": f"GOCSPX-{chars(28)}"}}),
    "sa.json": json.dumps({"type": "service_account", "private_key": PKCS8}),
    "sendgrid.txt": f"SG.{chars(22)}.{chars(43)}\n",
    "anthropic.txt": f"sk-ant-api03-{chars(95)}\n",
    "openai.txt": f"sk-proj-{chars(60)}\n",
    "huggingface.txt": f"hf_{chars(34, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJ')}\n",
    "digitalocean.txt": f"dop_v1_{chars(64, HEX)}\n",
    "vault.txt": f"hvs.{chars(90)}\n",
    "azure.txt": f"EndpointSuffix=x;AccountKey={chars(86)}==",
    "azure-sas.txt": f"https://x.blob.core.windows.net/c?sv=2024-01-01&se=2030&sig={chars(43)}%3D\n",
    "app.xml": f'<publishProfile userName="x" userPWD="{chars(60)}" />\n',
    "jwt.json": json.dumps({"header": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3NyJ9." + chars(43)}),
    "call.txt": f"curl -H 'Authorization: Bearer {chars(40)}' https://x.example\n",
    "database.txt": f"postgresql://app:{PASSWORD}@db.internal:5432/app\n",
    "database.yml": f"production:\n  password: {PASSWORD}\n",
    "app.properties": f"spring.datasource.password={PASSWORD}\n",
    "app.config": f'<add key="x" password="{PASSWORD}"/>\n',
    "web.xml": f"<user><password>{PASSWORD}</password></user>\n",
    "sso.json": json.dumps({"accessToken": chars(60), "clientSecret": chars(60)}),
    "config.json": json.dumps({"auths": {"x.example": {"auth": chars(40)}}}),
    "cluster.yaml": f"users:\n- user:\n    client-key-data: {chars(400)}\n",
    "netrc.txt": f"machine x.example\nlogin me\npassword {PASSWORD}\n",
    "pg.txt": f"db.internal:5432:app:me:{PASSWORD}\n",
    "users.txt": f"ann:$apr1${chars(8)}${chars(22)}\nbob:$2y$05${chars(53)}\n",
    "vault.yml": f"$ANSIBLE_VAULT;1.1;AES256\n{chars(64, HEX)}\n",
    "state.json": json.dumps({"version": 4, "terraform_version": "1.9.0", "lineage": "x"}),
    "Dockerfile": f"FROM x\nENV AWS_SECRET_ACCESS_KEY {AWS_SECRET}\n",
    "setenv.csh": f"setenv AWS_SECRET_ACCESS_KEY {AWS_SECRET}\n",
    "exported.txt": f"User name,Secret access key\r\nann,{AWS_SECRET}\r\n",
    "parameters.json": json.dumps([{"ParameterKey": "DbPassword", "ParameterValue": PASSWORD}]),
    "nuget.config": f'<add key="ClearTextPassword" value="{PASSWORD}" />\n',
    "values.yaml": f"tls: {base64.b64encode(PKCS8.encode()).decode()}\n",
    "vars.yml": f"password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {chars(64, HEX)}\n",
    "jar": f"# Netscape HTTP Cookie File\n.x.example\tTRUE\t/\tTRUE\t0\ts\t{chars(30)}\n",
    "notebook.ipynb": json.dumps({"cells": [{"source": [f"key = '{AWS_ID}'"]}]}),
}
BY_NAME = (
    *("terraform.tfstate", "terraform.tfstate.backup", "terraform.tfstate.1700000000.backup"),
    *("ann_accessKeys.csv", "accessKeys.csv", "rootkey.csv", "ann_credentials.csv"),
    *("prod.tfvars", "prod.auto.tfvars", "prod.tfvars.json", "plan.tfplan"),
    *("credentials", "credentials.json", "client_secret_12.json", "service-account.json"),
    *("service_account_prod.json", "my-service-account-key.json", "x-firebase-adminsdk-1.json"),
    *("application_default_credentials.json", "kubeconfig", "kubeconfig.yaml", "dev.kubeconfig"),
    *("my_id_rsa", "id_rsa", "id_ed25519", "id_ed25519_sk", "deploy.id_ecdsa", "id_rsa_prod"),
    *("id_rsa.old", "ssh_host_rsa_key", "app.keystore", "store.jks", "a.p12", "a.pfx", "a.p8"),
    *("a.ppk", "server.key", "server.key.bak", "krb5.keytab", "passwords.kdbx", "htpasswd"),
    *("site.htpasswd", "production.env", "PROD.ENV", "netrc", "_netrc", "npmrc", "pypirc"),
    *("pgpass", "pgpass.conf", "pip.conf", "pip.ini", "git-credentials", "docker-config.json"),
    *("vault_pass.txt", "vault-password", "secrets.yaml", "secrets.toml", "secret.json"),
    *("local.settings.json", "wallet.dat", "cwallet.sso", "ewallet.p12", "secring.gpg"),
    *("bash_history", "psql_history", "core.4711", "java.hprof", "app.publishsettings"),
    *("client.ovpn", "cookies.txt", "shadow", "keys/server.key~", "pkg/credentials.json"),
)
NEEDED = {
    "cacert.pem": CERTIFICATE * 3,
    "public.pem": f"-----BEGIN PUBLIC KEY-----\n{BODY}\n-----END PUBLIC KEY-----\n",
    "id_rsa.pub": f"ssh-rsa {chars(300)} ann@example\n",
    "pubring.asc": f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{BODY}\n",
    "documented.ini": "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    "openapi.json": json.dumps({"properties": {"password": {"type": "string"}, "token": "string"}}),
    "openapi.yaml": "password: string\nsecretName: prod/db\ntoken_url: https://x.example/token2\n",
    "template.yaml.j2": "password: {{ password1 }}\ntoken: ${TOKEN_2}\napi_key: <your-key-1>\n",
    "settings.env.example": "API_KEY=abc123\n",
    "config.yaml": "secret_arn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3\n"
    "secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3\nkey: row-17\n",
    "event.json": json.dumps({"requestContext": {"apiKey": None, "accessKey": None}, "key": "a1"}),
    "sentences.json": json.dumps({"password": "At least 8 characters", "token": "Token 2 of 3"}),
    "german.json": json.dumps({"password": "Passwort vergessen", "token": "Zeichen"}),
    "url.txt": "https://user@example.com/ http://localhost:8080/@scope/package redis://:6379/0\n",
    "image.svg": f"<svg><image href='data:image/png;base64,{chars(4000)}'/></svg>",
    "model.bin": bytes(_chance.randrange(256) for _ in range(5000)),
    "library.so": b"\x7fELF\x02\x01\x01\x00"
    + bytes(8)
    + b"\x03\x00>\x00-----BEGIN PRIVATE KEY-----",
    "paginators.json": json.dumps({"output_token": "[NextKey1, NextId2]", "input_token": "Key12x"}),
    "special_tokens.json": json.dumps({"eos_token": "<|end2|>", "pad_token": "pad000"}),
    "data.csv": "id,sha256\n" + "\n".join(f"{n},{chars(64, HEX)}" for n in range(50)),
    "kubeconfig.py": "NAME = 'kubeconfig'\n",
    "pem_reader.py": "if '-----BEGIN RSA PRIVATE KEY-----' in text:\n    text = text.strip('-')\n",
    "client.py": "def call(token=None, password='', secret_key='unset'):\n"
    "    headers = {'Authorization': f'Bearer {token}', 'x-api-key': os.environ['API_KEY_2']}\n"
    "    next_token = answer.get('NextToken1')\n    url = f'https://{user}:{password}@host'\n",
}


def packed(package):
    with zipfile.ZipFile(package.path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_folder_of_every_kind_gives_a_zip_of_the_handler(package):
    named = dict.fromkeys(BY_NAME, "planted")
    made = package({**HANDLER, **BY_CONTENT, **named})
    assert sorted(packed(made)) == ["main.py"]
    (said,) = made.warnings
    assert "--allow-secret" in said
    for name in {**BY_CONTENT, **named}:
        assert name in made.left_out
        assert said.count(name) >= 1
    assert not any(PASSWORD in text or AWS_SECRET in text for text in (said, *made.left_out))


@pytest.mark.parametrize("name", BY_CONTENT)
def test_a_secret_is_told_by_what_a_file_holds(write, name):
    assert find(write({name: BY_CONTENT[name]}) / name) is not None


def test_what_a_function_needs_goes_in(package):
    made = package({**HANDLER, **NEEDED})
    assert made.warnings == []
    assert set(packed(made)) == {*HANDLER, *NEEDED}


IN_CODE = {
    "aws": f"boto3.client('s3', aws_secret_access_key='{AWS_SECRET}')",
    "id": f"KEY = '{AWS_ID}'",
    "pem": f'KEY = """\n{RSA}"""',
    "pem of strings": f'KEY = (\n    "-----BEGIN PRIVATE KEY-----\\n"\n    "{chars(64)}\\n"\n)',
    "github": f"TOKEN = 'ghp_{chars(36)}'",
    "url": f"engine = connect('postgresql://app:{PASSWORD}@db.internal/app')",
    "api key": f'API_KEY = "{chars(36)}4729"',
}


@pytest.mark.parametrize("kind", IN_CODE)
def test_code_that_holds_a_secret_is_refused_by_file_and_line(package, kind):
    with pytest.raises(PackagingError) as caught:
        package({**HANDLER, "pkg/client.py": f"import os\n\n{IN_CODE[kind]}\n"})
    assert "pkg/client.py, line 3: " in caught.value.message or kind.startswith("pem")
    assert "pragma: allowlist secret" in caught.value.hint
    for secret in (AWS_SECRET, AWS_ID, PASSWORD, BODY[:20]):
        assert secret not in str(caught.value)


def test_what_somebody_allows_is_packed(package, write):
    files = {
        **HANDLER,
        "client.py": f"KEY = '{AWS_ID}'  # pragma: allowlist secret\n",
        "above.py": f"# pragma: allowlist nextline secret\nKEY = '{AWS_ID}'\n",
        "fixtures/creds.json": BY_CONTENT["creds.json"],
        "other/creds.json": BY_CONTENT["creds.json"],
        "server.key": "x",
    }
    source = write(files)
    closed = package(source)
    opened = package(source, allowed=["fixtures/*", "server.key"])
    assert set(packed(closed)) == {"main.py", "client.py", "above.py"}
    assert set(packed(opened)) == {*packed(closed), "fixtures/creds.json", "server.key"}
    assert package(source).sha256 == closed.sha256
    assert "other/creds.json" in opened.warnings[0]


def test_an_unchanged_folder_is_not_judged_again_and_says_the_same(package, write):
    source = write({**HANDLER, "conf.yaml": BY_CONTENT["conf.yaml"]})
    first, again = package(source), package(source)
    assert (again.unchanged, again.warnings, again.left_out) == (
        True,
        first.warnings,
        ["conf.yaml"],
    )
    write({"conf.yaml": "region: eu-west-1\n"})
    assert set(packed(package(source))) == {"main.py", "conf.yaml"}


def test_a_package_that_was_installed_into_the_folder_is_no_secret_until_it_is_edited(
    package, write
):
    content = f"DOCUMENTED = '{AWS_ID}'\n".encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    record = f"theirs/__init__.py,sha256={digest},{len(content)}\ntheirs-1.dist-info/RECORD,,\n"
    source = write({**HANDLER, "theirs/__init__.py": content, "theirs-1.dist-info/RECORD": record})
    assert set(packed(package(source))) == {"main.py", "theirs/__init__.py"}
    write({"theirs/__init__.py": content + b"X = 1\n"})
    with pytest.raises(PackagingError, match="looks like a secret"):
        package(source)


@pytest.mark.parametrize("layout", ["", "src/"])
def test_a_project_of_this_machine_brings_no_secret(package, write, layout):
    files = {
        **HANDLER,
        "requirements.txt": "../shared\n",
        "../shared/pyproject.toml": '[project]\nname = "shared"\nversion = "1"\n'
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
        f"../shared/{layout}shared/__init__.py": "",
        f"../shared/{layout}shared/conf.yaml": BY_CONTENT["conf.yaml"],
    }
    with pytest.raises(PackagingError, match="brings a secret"):
        package(files)
    made = package(files, allowed=["shared/conf.yaml"])
    assert "shared/conf.yaml" in packed(made)


def test_dragonctls_own_state_stays_out(package, write, monkeypatch):
    source = write({**HANDLER, "state/runs/1.jsonl": "{}", "state/local/server.json": "{}"})
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(source / "state"))
    made = package(source)
    assert set(packed(made)) == {"main.py"}
    assert "state" in made.left_out


@given(st.sampled_from(sorted(BY_NAME)), st.sampled_from(["", ".bak", "~", ".old", " (1)", ".swp"]))
def test_a_copy_of_a_secret_is_one(name, suffix):
    name = name.rpartition("/")[2]
    assert is_secret(name.upper() + suffix)
    assert not is_secret(f"{name}.py")
    assert not is_secret(f"{name}.example")


@given(st.from_regex(r"[A-Za-z]{6,30}", fullmatch=True))
def test_a_word_is_no_password(word):
    assert list(settings(f"password: {word}\n", code=False)) == []


@given(st.from_regex(r"q[A-Za-z]{4,20}[0-9]{2}[A-Za-z]{2,9}", fullmatch=True))
def test_letters_and_digits_are_one_in_every_notation(word):
    for text in (
        f"password: {word}",
        f'"db_password": "{word}"',
        f"<pwd>{word}</pwd>",
        f"TOKEN={word}",
    ):
        expected = [] if "example" in word.lower() else [text.index(word)]
        assert [at for at, _ in settings(text, code=False)] == expected
