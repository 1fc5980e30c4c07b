"""Chance (随机): paddle numbers, draw secrets and verification codes come from here.

The system's generator, except in a rehearsal, which must give the same result every time it is played.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

_seeds: list["_Seeded"] = []


class _Seeded:
    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()

    def take(self, size: int, purpose: str) -> bytes:
        return hmac.new(self._seed, purpose.encode(), hashlib.sha512).digest()[:size]


def token(size: int, *, purpose: str) -> bytes:
    """`size` (at most 64) unpredictable bytes. `purpose` names the one use; seeded runs depend on nothing else."""
    if not 0 < size <= 64:
        raise ValueError("a token has 1 to 64 bytes")
    if _seeds:
        return _seeds[-1].take(size, purpose)
    return secrets.token_bytes(size)


def below(limit: int, *, purpose: str) -> int:
    """A whole number from 0 to limit − 1; 512 bits over a small limit leave no bias that matters."""
    return int.from_bytes(token(64, purpose=purpose), "big") % limit


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Within the block chance is a function of `seed` and purpose. For rehearsals only."""
    _seeds.append(_Seeded(seed))
    try:
        yield
    finally:
        _seeds.pop()
