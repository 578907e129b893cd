"""DKIM signatures for servers that do not sign: RSA or Ed25519, over everything a reader or receiver looks at.

RFC 6376, RFC 8463; RFC 8058 wants List-Unsubscribe and List-Unsubscribe-Post among the signed headers.
"""

import base64
import binascii
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import dkim
import idna
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SIGNED = (
    *"from to cc reply-to subject date message-id in-reply-to references mime-version content-type".split(),
    *"content-transfer-encoding auto-submitted list-id list-unsubscribe list-unsubscribe-post".split(),
)
OVERSIGNED = ("from", "to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post")  # none may be added on the way
SMALLEST_RSA_KEY = 1024  # bits; receivers ignore smaller ones (RFC 8301)
ED25519 = b"ed25519-sha256"  # dkimpy's name of the algorithm
PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class KeyUnusable(ImproperlyConfigured):
    """The DKIM key, selector or domain cannot be used; the message says why."""


@dataclass(frozen=True)
class Signer:
    """Signs for one domain with one key."""

    domain: str
    selector: str
    key: PrivateKey

    @cached_property
    def _algorithm(self) -> tuple[bytes, bytes]:
        """dkimpy's name of the algorithm, and the key in the form it reads."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            pem = self.key.private_bytes(form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption())
            return b"rsa-sha256", pem
        seed = self.key.private_bytes(form.Encoding.Raw, form.PrivateFormat.Raw, form.NoEncryption())
        return ED25519, base64.b64encode(seed)

    def sign(self, content: bytes) -> bytes:
        """Return the DKIM-Signature header for a whole message, with its CRLF."""
        algorithm, key = self._algorithm
        rsa_key = self.key if isinstance(self.key, rsa.RSAPrivateKey) else None
        header: bytes = _Signing(content, algorithm, rsa_key).sign(
            self.selector.encode(),
            self.domain.encode(),
            key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=signed_names(content),
        )
        return header


class _Signing(dkim.DKIM):
    """dkimpy's signature, whose RSA is done by OpenSSL: in Python it takes 5 of the 7 ms for 2048 bits."""

    def __init__(self, content: bytes, algorithm: bytes, rsa_key: rsa.RSAPrivateKey | None) -> None:
        super().__init__(content, signature_algorithm=algorithm)
        self.rsa_key = rsa_key

    def gen_header(self, fields: Any, include_headers: Any, canon_policy: Any, header_name: bytes, pk: Any, **more: Any) -> Any:
        """Return the header's value; the branch for Ed25519 has the key sign a digest, which ours can do too."""
        if self.rsa_key is not None:
            pk, self.signature_algorithm = _DigestSigner(self.rsa_key), ED25519
        return super().gen_header(fields, include_headers, canon_policy, header_name, pk, **more)


@dataclass(frozen=True)
class _DigestSigner:
    """An RSA key that signs a SHA-256 digest (RFC 8017, RSASSA-PKCS1-v1_5), called as PyNaCl's keys are."""

    key: rsa.RSAPrivateKey

    def sign(self, digest: bytes) -> "_Signature":
        return _Signature(self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256())))


@dataclass(frozen=True)
class _Signature:
    signature: bytes


def signed_names(content: bytes) -> list[bytes]:
    """Return the names for `h=`: those the message has, and once more (or in spite of absence) those nobody may add."""
    head = content.split(b"\r\n\r\n", 1)[0].lower().split(b"\r\n")
    present = [line.split(b":", 1)[0].decode() for line in head if not line.startswith((b" ", b"\t"))]
    return [name.encode() for name in (*(name for name in SIGNED if name in present), *OVERSIGNED)]


def public_record(key: PrivateKey) -> str:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        der = public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    raw = public.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"


def load_key(path: str | Path) -> PrivateKey:
    """Return the private key in a file: PEM, or the bare seed that dkimpy's `dknewkey --ktype ed25519` writes."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise KeyUnusable(f"DKIM_KEY_FILE is {path}, which cannot be read ({error.strerror}): name a key file.") from error
    return parse_key(content, path)


def parse_key(content: bytes, path: str | Path) -> PrivateKey:
    """Return the private key in what a file holds; raise KeyUnusable, which names the file, where there is none."""
    key = _parsed(content)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA_KEY:
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    raise KeyUnusable(
        f"DKIM_KEY_FILE {path} holds no RSA key of {SMALLEST_RSA_KEY} bits or more, nor Ed25519: run make_dkim_key."
    )


def _parsed(content: bytes) -> object:
    try:
        return form.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    try:
        return ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(content, validate=False))
    except (ValueError, binascii.Error):
        return None


def ascii_domain(domain: str) -> str:
    """Return a domain as DNS and a signature have it: in A-labels."""
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def signer_from_settings() -> Signer | None:
    """Return the site's signer, None without DKIM_KEY_FILE: then the mail server signs."""
    path, selector, domain = settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR, settings.DKIM_DOMAIN
    if not path:
        return None
    if not selector or not domain:
        raise KeyUnusable(
            "DKIM_KEY_FILE is set, DKIM_SELECTOR or DKIM_DOMAIN is not: set all three, or none if the server signs."
        )
    return _signer(str(path), selector, ascii_domain(domain))


@lru_cache(maxsize=8)
def _signer(path: str, selector: str, domain: str) -> Signer:
    return Signer(domain, selector, load_key(path))
