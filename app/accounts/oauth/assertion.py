"""Signing in without a person: a statement that an app signs about itself (RFC 7523), as each provider wants it."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Any, NamedTuple

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from app.accounts.oauth.provider import Assertion, Provider
from app.accounts.oauth.tokens import at
from connectors.sdk import ConfigError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----.*?-----END (?:[A-Z]+ )*PRIVATE KEY-----", re.DOTALL)


class Key(NamedTuple):
    """What is signed with, and what the file that it came in tells besides."""

    private_key: str
    passphrase: str = ""
    key_id: str = ""
    client_id: str = ""
    client_secret: str = ""
    subject: str = ""
    token_url: str = ""
    thumbprint: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must show nowhere."""
        return self.private_key, self.passphrase, self.client_secret

    def __repr__(self) -> str:
        return f"Key({self.key_id!r}, client_id={self.client_id!r})"


def read_key(text: str, provider: Provider) -> Key:
    """The file that the provider offers for download, or a private key as PEM, its certificate beside it where the
    provider wants that named. Raises ConfigError."""
    wanted = _assertion(provider)
    private = _PRIVATE.search(text)
    if private and "\\n" not in text:  # in a file of JSON the line ends are written out
        return Key(private[0], thumbprint=_thumbprint(text, provider))
    try:
        data = msgspec.json.decode(text)
    except msgspec.DecodeError:
        data = None
    if not isinstance(data, dict) or not wanted.key_file:
        raise bad_key(provider, "it is neither a private key in PEM nor the file that is offered for download")
    missing = [path for path, value in wanted.key_marks.items() if at(data, path) != value]
    found = {name: at(data, path) for name, path in wanted.key_file.items()}
    if missing or not found.get("private_key") or not all(isinstance(value, str | None) for value in found.values()):
        raise bad_key(provider, "it is another file than the one that is offered for download")
    return Key(**{name: value for name, value in found.items() if value})


def statement(
    provider: Provider, key: Key, *, audience: str, client_id: str, act_for: str, scopes: tuple[str, ...], now: float
) -> str:
    """The signed statement: who asks, for whom, whom it is told to. Good once, and not for long. Raises ConfigError."""
    wanted = _assertion(provider)
    subject = act_for or key.subject or (client_id if wanted.subject == "client" else "")
    if wanted.subject == "required" and not subject:
        raise ConfigError(
            f"{provider.title} needs to know for whom to act",
            where=provider.id,
            remedy="Enter who it is for, as the provider writes it.",
            code="subject_missing",
        )
    claims: dict[str, Any] = {
        "iss": client_id,
        "aud": wanted.audience or audience,
        "iat": int(now),
        "exp": int(now) + wanted.lifetime,
        "jti": secrets.token_urlsafe(24),
        **({"sub": subject} if subject else {}),
        **({"scope": " ".join(scopes)} if wanted.scope == "claim" and scopes else {}),
        **(wanted.person_claims if act_for else wanted.claims),
    }
    header = {"alg": wanted.algorithm, "typ": "JWT", **({"kid": key.key_id} if key.key_id else {})}
    if wanted.thumbprint:
        header[wanted.thumbprint] = key.thumbprint
    try:
        kind = ECKey if wanted.algorithm.startswith("ES") else RSAKey
        signing = kind.import_key(key.private_key, password=key.passphrase or None)
        return jwt.encode(header, claims, signing, algorithms=[wanted.algorithm])
    except (ValueError, TypeError, JoseError):
        raise bad_key(provider, "its private key is damaged, of another kind, or its passphrase is wrong") from None


def grant_form(provider: Provider, signed: str, scopes: tuple[str, ...]) -> dict[str, str]:
    """What goes to the token endpoint with it."""
    wanted = _assertion(provider)
    form = {"scope": provider.scope_separator.join(scopes)} if wanted.scope == "form" and scopes else {}
    if wanted.use == "grant":
        return {"grant_type": GRANT, "assertion": signed, **form}
    return {"grant_type": "client_credentials", "client_assertion_type": CLIENT, "client_assertion": signed, **form}


def _assertion(provider: Provider) -> Assertion:
    if provider.assertion is None:
        raise ConfigError(
            f"{provider.title} knows no sign-in by a signed statement",
            where=provider.id,
            remedy="Sign in as a person, or with a client's secret where the provider allows it.",
            code="assertion_unsupported",
        )
    return provider.assertion


def _thumbprint(text: str, provider: Provider) -> str:
    if not _assertion(provider).thumbprint:
        return ""
    found = _CERTIFICATE.search(text)
    if found is None:
        raise bad_key(provider, "the certificate is missing beside the private key")
    try:
        digest = x509.load_pem_x509_certificate(found[0].encode()).fingerprint(SHA256())
    except ValueError:
        raise bad_key(provider, "its certificate is damaged") from None
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def bad_key(provider: Provider, why: str) -> ConfigError:
    """The error of what was entered as a key and is none."""
    return ConfigError(
        f"This is not a key for {provider.title}: {why}",
        where=provider.id,
        remedy=_assertion(provider).setup or "Enter a private key in PEM, and nothing else.",
        code="key_invalid",
    )
