"""Who signed in: the ID token's signature and claims (OpenID Connect Core 3.1.3.7), and userinfo beside it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from joserfc import jws, jwt
from joserfc.jwk import Key, import_key

from app.accounts.oauth.errors import refusal
from app.accounts.oauth.identity import Identity, is_subject, one_line
from app.accounts.oauth.metadata import Metadata, is_tenant
from app.accounts.oauth.wire import ProviderHttp

if TYPE_CHECKING:
    from connectors.sdk import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY = 60
SKEW = 120
KEYS_EVERY = 300.0
_EVER = 1e12
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class Keys:
    """The signing keys of issuers, fetched when a token needs them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sets: dict[str, list[Key]] = {}
        self._fetched: dict[str, float] = {}

    async def verify(self, token: str, metadata: Metadata, http: ProviderHttp) -> tuple[dict[str, Any], dict[str, Any]]:
        """The header and claims of a token whose signature is right. Raises SignInError."""
        if not _allowed(metadata):
            raise refusal(
                "id_token_invalid", where=metadata.issuer, detail="it knows only signatures that prove nothing"
            )
        fresh = metadata.jwks_uri not in self._sets
        if fresh:
            await self._fetch(metadata, http)
        try:
            return _verify(token, self._sets[metadata.jwks_uri], metadata)
        except Exception as error:
            # The key may be new, or another under an old name. Asked every five minutes at most, a first miss always.
            if fresh or self._clock.monotonic() - self._fetched.get(metadata.jwks_uri, -1e9) < KEYS_EVERY:
                raise refusal("id_token_invalid", where=metadata.issuer, detail=_plain(error)) from None
        await self._fetch(metadata, http)
        self._fetched[metadata.jwks_uri] = self._clock.monotonic()
        try:
            return _verify(token, self._sets[metadata.jwks_uri], metadata)
        except Exception as error:
            raise refusal("id_token_invalid", where=metadata.issuer, detail=_plain(error)) from None

    async def _fetch(self, metadata: Metadata, http: ProviderHttp) -> None:
        if not metadata.jwks_uri:
            raise refusal("id_token_invalid", where=metadata.issuer, detail="the provider publishes no keys")
        reply = await http.get(metadata.jwks_uri)
        keys = reply.data.get("keys")
        usable = [found for key in keys if (found := _key(key))] if isinstance(keys, list) else []
        if not usable:
            raise refusal("id_token_invalid", where=metadata.issuer, detail="the provider publishes no usable key")
        self._sets[metadata.jwks_uri] = usable


async def identify(
    token: str,
    *,
    metadata: Metadata,
    client_id: str,
    nonce: str,
    access_token: str,
    keys: Keys,
    http: ProviderHttp,
    clock: Clock,
) -> Identity:
    """Who an ID token is about, after every check. Raises SignInError."""
    header, claims = await keys.verify(token, metadata, http)
    issuer = metadata.issuer
    if is_tenant(claims.get("tid")):
        issuer = issuer.replace("{tenantid}", claims["tid"])
    wrong = _wrong_claims(header, claims, issuer, client_id, nonce, access_token, clock.now())
    if wrong:
        raise refusal("id_token_invalid", where=metadata.issuer, detail=wrong)
    found = Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        name=_text(claims, "name", "preferred_username"),
        email=_text(claims, "email"),
        email_verified=claims.get("email_verified") if isinstance(claims.get("email_verified"), bool) else None,
    )
    if not metadata.userinfo_endpoint:
        return found
    info = await userinfo(metadata, client_id=client_id, access_token=access_token, keys=keys, http=http)
    if info is None:
        return found
    if info.get("sub") != found.subject:
        raise refusal("userinfo_mismatch", where=metadata.issuer)
    verified = info.get("email_verified")
    return msgspec.structs.replace(
        found,
        name=_text(info, "name", "preferred_username", "nickname") or found.name,
        email=_text(info, "email") or found.email,
        email_verified=verified if isinstance(verified, bool) else found.email_verified,
    )


async def userinfo(
    metadata: Metadata, *, client_id: str, access_token: str, keys: Keys, http: ProviderHttp
) -> dict[str, Any] | None:
    """What the provider tells of the person, as JSON or signed (OpenID Connect Core 5.3.2); None where it does not.
    Raises SignInError."""
    status, kind, text = await http.text(metadata.userinfo_endpoint, token=access_token)
    if status != 200:
        return None
    if kind == "application/jwt":
        _, claims = await keys.verify(text.strip(), metadata, http)
        audiences = claims.get("aud", client_id)
        if claims.get("iss", metadata.issuer) != metadata.issuer or client_id not in (
            audiences if isinstance(audiences, list) else [audiences]
        ):
            raise refusal("userinfo_mismatch", where=metadata.issuer)
        return claims
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise refusal("token_answer_invalid", where=metadata.issuer, detail="userinfo is no JSON object") from None


def _verify(token: str, keys: list[Key], metadata: Metadata) -> tuple[dict[str, Any], dict[str, Any]]:
    allowed = _allowed(metadata)
    # Header parameters that nobody knows are ignored (RFC 7515 4), unless the token calls them critical.
    registry = jws.JWSRegistry(algorithms=allowed, strict_check_header=False)
    registry.max_header_length = 16 * 1024  # tokens with a certificate chain in their header
    header = jws.extract_compact(token.encode(), registry=registry).headers()
    candidates = keys
    if header.get("kid"):
        candidates = [key for key in candidates if key.kid == header["kid"]] or candidates
    last: Exception = ValueError("no key of the provider fits")
    for key in candidates:
        try:
            found = jwt.decode(token, key, algorithms=allowed, registry=registry)
            return dict(found.header), dict(found.claims)
        except Exception as error:  # the libraries below have exceptions of their own
            last = error
    raise last


def _allowed(metadata: Metadata) -> list[str]:
    """Never none of them: that would leave the choice to joserfc, which knows HS256."""
    return [name for name in ALGORITHMS if name in metadata.id_token_signing_alg_values_supported]


def _wrong_claims(
    header: dict[str, Any],
    claims: dict[str, Any],
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: float,
) -> str:
    """What is wrong with a token's claims, "" if nothing is."""
    audiences = claims.get("aud")
    audiences = [audiences] if isinstance(audiences, str) else audiences
    if claims.get("iss") != issuer:
        return "iss is another issuer"
    if not isinstance(audiences, list) or client_id not in audiences:
        return "aud is another client"
    if len(audiences) > 1:
        return "aud names other clients too, which are not trusted"
    if "azp" in claims and claims["azp"] != client_id:
        return "azp is another client"
    if not is_subject(claims.get("sub")):
        return "sub is missing"
    times = {name: claims.get(name) for name in ("exp", "iat", "nbf")}
    if not all(_is_time(value) for value in times.values()):
        return "its times are no numbers"
    if times["exp"] is None or times["exp"] <= now - LEEWAY:
        return "it has expired"
    if times["iat"] is None or times["iat"] > now + SKEW:
        return "it was issued in the future: check this machine's clock"
    if times["nbf"] is not None and times["nbf"] > now + LEEWAY:
        return "it is not valid yet: check this machine's clock"
    if nonce and claims.get("nonce") != nonce:
        return "nonce is another sign-in's"
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, str(header.get("alg", ""))):
        return "at_hash is another access token's"
    return ""


def _is_time(value: Any) -> bool:
    """Also not NaN, which is neither before nor after anything."""
    return value is None or (type(value) in (int, float) and -_EVER < value < _EVER)


def _half_hash(text: str, algorithm: str) -> str:
    digest = _HASHES.get(algorithm[-3:], hashlib.sha512)(text.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _key(key: Any) -> Key | None:
    """None for one that signs nothing here, or that nobody understands: the others count (RFC 7517 5)."""
    if not isinstance(key, dict) or key.get("kty") not in ("RSA", "EC", "OKP") or key.get("use", "sig") != "sig":
        return None
    try:
        found = import_key(key)
        _ = found.public_key
    except Exception:  # the libraries below have exceptions of their own
        return None
    return found


def _text(values: dict[str, Any], *names: str) -> str:
    found = (one_line(value) for name in names if isinstance(value := values.get(name), str))
    return next(filter(None, found), "")


def _plain(error: Exception) -> str:
    return type(error).__name__
