"""The key ring: what is encrypted, under which key, and how equals are found.

Keys live in one file outside the data folder (0600). A ciphertext names its key, so a ring may hold
several while rows are moved to a new one. AES-256-GCM with the place (table, column, row) as
associated data: a value copied to another row does not open there.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gridunion.config import Misconfigured

NONCE = 12  # bytes, NIST SP 800-38D


class WrongKey(Exception):
    """The value was made under a key this ring lacks, or does not belong where it stands."""


@dataclass
class KeyRing:
    secret: bytes
    index: bytes
    data: dict[str, bytes]
    current: str
    path: Path | None = field(default=None, repr=False, compare=False)
    _ciphers: dict[str, AESGCM] = field(default_factory=dict, repr=False, compare=False)

    def _cipher(self, key_id: str) -> AESGCM:
        if key_id not in self.data:
            self._read_again()
        if key_id not in self.data:
            raise WrongKey(key_id)
        if key_id not in self._ciphers:
            self._ciphers[key_id] = AESGCM(self.data[key_id])
        return self._ciphers[key_id]

    def _read_again(self) -> None:
        """Take up keys added by `flask keys rotate` while this process was running."""
        if self.path and self.path.exists():
            later = load(self.path)
            self.data, self.current = later.data, later.current

    def encrypt(self, text: str, place: str) -> str:
        """`key-id.base64(nonce + ciphertext)`, which opens only at the same place."""
        nonce = os.urandom(NONCE)
        sealed = self._cipher(self.current).encrypt(nonce, text.encode(), place.encode())
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, place: str) -> str:
        """The text again. Raises WrongKey."""
        key_id, _, body = stored.partition(".")
        raw = base64.urlsafe_b64decode(body)
        try:
            return self._cipher(key_id).decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
        except InvalidTag:
            raise WrongKey(place) from None

    def digest(self, text: str, purpose: str) -> str:
        """A keyed digest (HMAC-SHA-256, 64 hex digits) by which equal values are found without opening them."""
        return hmac.digest(self.index, f"{purpose}:{text}".encode(), "sha256").hex()

    def add_key(self) -> str:
        """A fresh key for everything written from now on; returns its id."""
        self.current = f"k{max((int(key_id[1:]) for key_id in self.data), default=0) + 1}"
        self.data[self.current] = secrets.token_bytes(32)
        return self.current

    def save(self, path: Path) -> None:
        """Write the ring, readable by its owner only, complete or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = {
            "secret": self.secret.hex(),
            "index": self.index.hex(),
            "data": {key_id: key.hex() for key_id, key in self.data.items()},
            "current": self.current,
        }
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(body, indent=1))
        fresh.replace(path)


def new() -> KeyRing:
    """A ring of random keys."""
    ring = KeyRing(secrets.token_bytes(32), secrets.token_bytes(32), {}, "")
    ring.add_key()
    return ring


def load(path: Path) -> KeyRing:
    """The ring in a file. Raises Misconfigured when none can be read there."""
    try:
        return _read(path)
    except OSError as problem:
        raise Misconfigured(f"打不开密钥文件 {path}：请看它的权限，和它所在的文件夹。") from problem
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Misconfigured(
            f"密钥文件 {path} 坏了，或不是密钥文件：请用备份的那一份换回来。没有它，加密的内容打不开。"
        ) from problem


def _read(path: Path) -> KeyRing:
    body = json.loads(path.read_text())
    data = {key_id: bytes.fromhex(key) for key_id, key in body["data"].items()}
    return KeyRing(bytes.fromhex(body["secret"]), bytes.fromhex(body["index"]), data, body["current"], path)


def load_or_make(path: Path) -> KeyRing:
    """The ring in a file, made first when there is none (development only; production refuses earlier)."""
    if not path.exists():
        try:
            new().save(path)
        except OSError as problem:
            raise Misconfigured(f"做不了密钥文件 {path}：请看它所在的文件夹许不许写。") from problem
    return load(path)
