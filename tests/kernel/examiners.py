"""Examiners for the tests of the child: each does one thing to whoever started it."""

import os
import tempfile
import time
from decimal import Decimal


def word(content: bytes) -> str | None:
    """As an examiner should be."""
    return None if content == b"good" else "不对"


def compute_for_ever(content: bytes) -> str | None:
    """Python that never ends."""
    while True:
        content = content[::-1]


def compute_in_c(content: bytes) -> str | None:
    """C code that lets nobody interrupt it."""
    return str(int(Decimal("1e3000000")) % 7)


def unpack_for_ever(content: bytes) -> str | None:
    """More memory than there is for it."""
    kept = []
    while True:
        kept.append(bytearray(16 * 1024 * 1024))


def sleep(content: bytes) -> str | None:
    """Costs nothing but time."""
    time.sleep(60)
    return None


def environment(content: bytes) -> str | None:
    """What it was told."""
    return str(sorted(os.environ))


def write(content: bytes) -> str | None:
    """Leaves something behind."""
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x" * 100)
            file.flush()
    except OSError:
        return "不能写"
    return None


def number(content: bytes) -> str | None:
    """Another one each time."""
    return os.urandom(8).hex()
