"""The forms that secrets have in text: those that `detect-secrets` knows, and what it lacks.

Of `detect-secrets` the detectors are taken whose form can be nothing else. Its guesses (entropy,
words near an equals sign) would leave data out of a function or refuse code that is right; what
settings may say is judged here instead, by what stands on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module


@dataclass(frozen=True)
class Rule:
    """``kind`` in words; a text must hold one of ``hints`` (lower case) before ``pattern`` looks.

    The last group of ``pattern``, if it has one, is the secret itself. ``code``: whether the form
    is sure enough to refuse a Python file for it.
    """

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    code: bool = True


# Module and class of a detector, and what every text that it finds something in holds.
_DETECTORS = {
    ("azure_storage_key", "AzureStorageKeyDetector"): ("accountkey=",),
    ("discord", "DiscordBotTokenDetector"): (".",),
    ("github_token", "GitHubTokenDetector"): ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    ("gitlab_token", "GitLabTokenDetector"): ("gl", "gr1348941"),
    ("ibm_cos_hmac", "IbmCosHmacDetector"): ("hmac",),
    ("mailchimp", "MailchimpDetector"): ("-us",),
    ("npm", "NpmDetector"): (":_authtoken=",),
    ("openai", "OpenAIDetector"): ("t3blbkfj",),
    ("pypi_token", "PypiTokenDetector"): ("pypi-",),
    ("sendgrid", "SendGridDetector"): ("sg.",),
    ("slack", "SlackDetector"): ("xox", "hooks.slack.com"),
    ("square_oauth", "SquareOAuthDetector"): ("sq0csp-",),
    ("stripe", "StripeDetector"): ("k_live_",),
    ("telegram_token", "TelegramBotTokenDetector"): (":",),
    ("twilio", "TwilioKeyDetector"): ("ac", "sk"),
}


def _rule(kind: str, hints: str, pattern: str, *, code: bool = True, flags: int = 0) -> Rule:
    return Rule(kind, tuple(hints.split()), re.compile(pattern, flags), code)


_QUOTED_VALUE = r"\\?[\"']?\s*(?:=>?|:)\s*b?\\?[\"']?"


@cache
def rules() -> tuple[Rule, ...]:
    """All of them; the detectors are imported when a folder is first packaged."""
    return (*_known_forms(), *_detectors())


def _detectors() -> Iterator[Rule]:
    for (module, name), hints in _DETECTORS.items():
        detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
        for pattern in detector.denylist:
            yield Rule(detector.secret_type, hints, pattern)


def _known_forms() -> Iterator[Rule]:
    yield from _KEYS
    yield from _TOKENS
    yield from _FILES


_KEYS = (
    _rule(
        "private key",
        "private",
        # In code the words alone are what reads keys; a key goes on behind them.
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\\[rn]|[\s\"'+(,\\]|(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]*)*[A-Za-z0-9+/=]{16}",
    ),
    _rule(
        "private key", "private", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----", code=False
    ),
    _rule("PuTTY private key", "putty-user-key-file", r"PuTTY-User-Key-File-\d+:", code=False),
    _rule("PuTTY private key", "private-mac", r"Private-MAC: ?[0-9a-f]{40,64}"),
    _rule("SSH2 private key", "ssh2", r"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", code=False),
    _rule("age key", "age-secret-key", r"AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40,}"),
    _rule("WireGuard key", "privatekey", r"(?m)^\s*PrivateKey\s*=\s*([A-Za-z0-9+/]{43}=)\s*$"),
    _rule(
        "JSON Web Key",
        '"kty"',
        r"\{[^{}]*\"kty\"\s*:[^{}]*\"[dk]\"\s*:\s*\"([\w-]{16,})\"|"
        r"\{[^{}]*\"[dk]\"\s*:\s*\"([\w-]{16,})\"[^{}]*\"kty\"",
    ),
    _rule(
        "private key in base64",
        "ls0tls1crudjti",
        r"(LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}(?:UFJJVkFURSBLRVk|QUklWQVRFIEtFW|BSSVZBVEUgS0VZ))",
    ),
    _rule("wallet key", "xprv", r"\b([xyz]prv[1-9A-HJ-NP-Za-km-z]{100,})"),
    _rule("AWS access key", "akia", r"(?<![A-Z0-9])(AKIA[A-Z0-9]{16})(?![A-Z0-9])"),
    _rule(
        "AWS secret key",
        "secret",
        r"(?i:aws)?_?(?i:secret_?(?:access_?)?key)"
        + _QUOTED_VALUE
        + r"([A-Za-z0-9/+]{40})(?![\w/+=])",
    ),
    _rule(
        "AWS secret key",
        "secret",
        r"(?i:secret_?access_?key)" + _QUOTED_VALUE + r"([^\s\"'<>{}$,]+)",
        code=False,
    ),
    _rule(
        # `setenv NAME value`, `aws configure set name value`, a Dockerfile's `ENV NAME value`
        "AWS secret key",
        "secret_access_key",
        r"(?i:secret_access_key)[ \t]+([A-Za-z0-9/+]{40})(?![\w/+=])",
    ),
    _rule(
        "AWS secret key",  # as the console exports it
        "secret access key",
        r"(?i:secret access key)[\s\S]{0,500}?(?<![\w/+=])([A-Za-z0-9/+]{40})(?![\w/+=])",
        code=False,
    ),
    _rule(
        "AWS session token",
        "token",
        r"(?i:session_?token|security_?token)" + _QUOTED_VALUE + r"([A-Za-z0-9/+=]{100,})",
    ),
)
_TOKENS = (
    _rule("JSON Web Token", "eyj", r"\b(eyJ[\w-]{10,}\.eyJ[\w-]{4,}\.[\w-]{20,})"),
    _rule("GitHub token", "github_pat_", r"\b(github_pat_[A-Za-z0-9_]{22,})"),
    _rule("Google API key", "aiza", r"(?<![\w-])(AIza[\w-]{35})(?![\w-])"),
    _rule("Google OAuth secret", "gocspx-", r"\b(GOCSPX-[\w-]{20,})"),
    _rule("Google OAuth token", "ya29.", r"\b(ya29\.[\w-]{20,})"),
    _rule("Mailgun key", "key-", r"(?<![\w-])(key-[0-9a-f]{32})(?![\w-])"),
    _rule("npm token", "npm_", r"\b(npm_[A-Za-z0-9]{36})\b"),
    _rule("npm password", "_auth _password", r"(?m)^\s*(?:\S*:)?_(?:auth|password)\s*=\s*(\S{8,})"),
    _rule("npm token", "_authtoken", r":_authToken\s*=\s*([^\s${}]{8,})", code=False),
    _rule("Slack token", "xapp- xoxe", r"\b((?:xapp|xoxe(?:\.xox[bp])?)-\d-[A-Za-z0-9-]{20,})"),
    _rule("Stripe key", "k_live_ whsec_", r"\b((?:[rs]k_live|whsec)_[A-Za-z0-9]{16,})"),
    _rule("Anthropic key", "sk-ant-", r"\b(sk-ant-[\w-]{32,})"),
    _rule("OpenAI key", "sk-proj- sk-svcacct-", r"\b(sk-(?:proj|svcacct)-[\w-]{32,})"),
    _rule("Hugging Face token", "hf_", r"\b(hf_[A-Za-z]{34})\b"),
    _rule("DigitalOcean token", "_v1_", r"\b(do[opr]_v1_[a-f0-9]{64})\b"),
    _rule("Databricks token", "dapi", r"\b(dapi[a-f0-9]{32})(?:-\d)?\b"),
    _rule("Shopify token", "shp", r"\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})\b"),
    _rule("HashiCorp Vault token", "hvs. hvb.", r"\b(hv[sb]\.[\w-]{24,})"),
    _rule("Terraform token", ".atlasv1.", r"\b([A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,})"),
    _rule("Pulumi token", "pul-", r"\b(pul-[a-f0-9]{40})\b"),
    _rule("Doppler token", "dp.", r"\b(dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,})"),
    _rule("Atlassian token", "atatt3", r"\b(ATATT3[\w=-]{60,})"),
    _rule("Grafana token", "glsa_ glc_", r"\b((?:glsa|glc)_[A-Za-z0-9+/=_]{32,})"),
    _rule("New Relic key", "nrak-", r"\b(NRAK-[A-Z0-9]{27})\b"),
    _rule("Sentry token", "sntry", r"\b(sntry[su]_[\w+/=-]{40,})"),
    _rule("Postman key", "pmak-", r"\b(PMAK-[a-f0-9]{24}-[a-f0-9]{34})\b"),
    _rule("RubyGems key", "rubygems_", r"\b(rubygems_[a-f0-9]{48})\b"),
    _rule("Linear key", "lin_api_", r"\b(lin_api_[A-Za-z0-9]{40})\b"),
    _rule("Docker token", "dckr_", r"\b(dckr_(?:pat|oat)_[\w-]{27,})"),
    _rule("1Password token", "ops_eyj", r"\b(ops_eyJ[\w-]{100,})"),
    _rule("Artifactory key", "akcp", r"\b(AKCp[A-Za-z0-9]{69})\b"),
    _rule("Azure secret", "8q~", r"(?<![\w.~-])([A-Za-z0-9_.~-]{3}8Q~[\w.~-]{31,34})(?![\w.~-])"),
    _rule("Azure signature", "sig=", r"[?&]sv=\d{4}-\d\d-\d\d\S*[?&]sig=([\w%+/=-]{40,})"),
    _rule("presigned link", "x-amz-signature", r"(?i)x-amz-signature=([0-9a-f]{64})", code=False),
    _rule(
        "password in a URL",
        "://",
        r"\b[a-z][a-z0-9+.-]+://[^\s/:@\"'<>{}$]*:(?!(?:pass(?:word|wd)?|pwd?|secret|token|user)@)([^\s/@\"'<>{}$]+)@[\w.-]",
    ),
    _rule(
        "authorization header",
        "bearer basic",
        r"\b(?:Bearer|Basic) ([A-Za-z0-9._~+/-]{30,}=*)",
        code=False,
    ),
)
_FILES = (
    _rule("Ansible vault", "$ansible_vault;", r"(?m)^\s*\$ANSIBLE_VAULT;", code=False),
    _rule("cookies", "netscape http cookie", r"\A# (?:Netscape )?HTTP Cookie File", code=False),
    _rule("netrc", "machine", r"(?m)^\s*machine\s+\S+[\s\S]{0,200}?\bpassword\s+(\S+)", code=False),
    _rule(
        "pgpass",
        ":",
        r"(?m)\A(?:#.*\n|\s*\n)*[^\s:]+:(?:\d+|\*):[^\s:]+:[^\s:]+:(\S+)\s*$",
        code=False,
    ),
    _rule(
        "password hash",
        ":",
        r"(?m)^[\w.@-]+:(\$(?:apr1|2[aby]|5|6|y|argon2id?)\$\S{20,}|\{SHA\}\S{20,})",
        code=False,
    ),
    _rule("Docker login", '"auth', r"\"auth\"\s*:\s*\"([A-Za-z0-9+/]{8,}={0,2})\"", code=False),
    _rule(
        "Kubernetes login",
        "client-key-data",
        r"client-key-data:\s*([A-Za-z0-9+/=]{16,})",
        code=False,
    ),
    _rule(
        "Terraform state",
        '"terraform_version"',
        r"\"terraform_version\"[\s\S]*\"lineage\"|\"lineage\"[\s\S]*\"terraform_version\"",
        code=False,
    ),
    _rule("Azure publish settings", "userpwd", r"userPWD=\"([^\"]+)\"", code=False),
)
