"""Signatures by which a document can be checked far from here: Ed25519 (RFC 8032), under a key of this installation.

The key is made from the secret of the key ring, so it lasts as long as that and is backed up with it.
"""

import base64
import binascii
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gridunion.db import keyring

PURPOSE = b"gridunion report signing 1"


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(keyring().secret, PURPOSE, "sha256"))


def public_key() -> str:
    """The public key of this installation, 44 signs of base64."""
    return base64.b64encode(_key().public_key().public_bytes_raw()).decode()


def sign(text: str) -> str:
    """The signature of a text, 88 signs of base64."""
    return base64.b64encode(_key().sign(text.encode())).decode()


def is_signed(text: str, signature: str, key: str) -> bool:
    """Whether a text bears the signature of whoever has a public key; nothing that is none does."""
    try:
        Ed25519PublicKey.from_public_bytes(_read(key)).verify(_read(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def is_key(text: str) -> bool:
    """Whether a text is a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(_read(text))
    except ValueError:
        return False
    return True


def _read(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(text) from None
