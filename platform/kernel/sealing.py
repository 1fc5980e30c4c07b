"""Sealed values (密封): what is stored now and read only later, such as a reserve price or a draw's secret."""

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def _box() -> Fernet:
    digest = hashlib.sha256(settings.SEALING_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def seal(text: str) -> str:
    """Encrypt and authenticate `text` under the platform's sealing key (AES-128-CBC with HMAC-SHA-256)."""
    return _box().encrypt(text.encode()).decode()


def keyed_mark(sort: str, value: str) -> str:
    """The same 32 hexadecimal digits for one value, and no way back to it without the site's key (HMAC-SHA-256)."""
    digest: str = salted_hmac(f"kernel.sealing.{sort}", value, algorithm="sha256").hexdigest()
    return digest[:32]


def open_sealed(sealed: str) -> str:
    """The text that was sealed. A changed or foreign seal raises `cryptography.fernet.InvalidToken`."""
    return _box().decrypt(sealed.encode()).decode()
