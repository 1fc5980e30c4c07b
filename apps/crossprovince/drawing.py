"""Which vouchers are audited: drawn by a secret that nobody knew while they were made, and anybody can check after.

The key of a voucher is the number of its booking in the ledger. Its place follows from HMAC-SHA-256 with the secret
over that number, the lowest first. Vouchers are audited in this order until they make the sample. Where an audit is
drawn again, whatever was paid since the draw before is audited as well: who pays anew chooses no luckier secret.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.money import ZERO, Yuan, ceil_fen, product


@dataclass(frozen=True)
class Drawn:
    """One voucher in its place: its number in the ledger, how much it is of, what decided its place."""

    movement_id: int
    amount: Yuan
    digest: str
    sampled: bool


def commitment_of(secret: str) -> str:
    """What is published before: the SHA-256 of the secret's bytes; both in hexadecimal digits."""
    return hashlib.sha256(bytes.fromhex(secret)).hexdigest()


def digest_of(secret: str, movement_id: int) -> str:
    """What decides the place of a voucher."""
    return hmac.new(bytes.fromhex(secret), str(movement_id).encode(), hashlib.sha256).hexdigest()


def draw(
    secret: str, vouchers: Mapping[int, Yuan], *, sample: Decimal, always: Collection[int] = ()
) -> list[Drawn]:
    """Every voucher in the drawn order; sampled are those before the sample is reached, and the `always` ones."""
    least = ceil_fen(product(sum(vouchers.values(), ZERO).amount, sample))
    order = sorted((digest_of(secret, movement_id), movement_id) for movement_id in vouchers)
    before, found = ZERO, []
    for digest, movement_id in order:
        amount = vouchers[movement_id]
        found.append(Drawn(movement_id, amount, digest, sampled=before < least or movement_id in always))
        before += amount
    return found
