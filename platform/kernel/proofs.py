"""Proofs of work (工作量证明): a little computing that costs one visitor a second and a flood of them a data centre.

The site gives out a challenge; the visitor's own machine looks for an answer with which SHA-256 of both begins with
enough zero bits. Nothing is asked of another host and nothing is kept: a challenge is signed, says what it is for, and
lasts two hours. Whoever accepts it keeps its `spent` mark, unique, so that one serves once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing

LASTS = timedelta(hours=2)
_SALT = "kernel.proofs"
_MOST_SIGNS = 300


class BadProof(Exception):
    """It is forged, for something else, too old, or not worked for."""


@dataclass(frozen=True)
class Challenge:
    """What a visitor's machine gets: the text, and how many zero bits its answer has to bring about."""

    text: str
    bits: int


def challenge(*, about: str, now: datetime) -> Challenge:
    """A new challenge for one thing, such as an objection to one lot."""
    said = {"about": about, "until": int((now + LASTS).timestamp()), "mark": secrets.token_urlsafe(12)}
    return Challenge(signing.Signer(salt=_SALT).sign_object(said), settings.PROOF_BITS)


def spent(text: str, answer: str, *, about: str, now: datetime) -> str:
    """The mark of a challenge that was answered rightly, to be kept once. BadProof otherwise."""
    if len(text) > _MOST_SIGNS or len(answer) > 40 or not answer.isascii():
        raise BadProof("too long")
    try:
        said = signing.Signer(salt=_SALT).unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise BadProof("the signature is wrong") from error
    if said["about"] != about or now.timestamp() >= said["until"]:
        raise BadProof("it is for something else, or too old")
    if zero_bits(text, answer) < settings.PROOF_BITS:
        raise BadProof("not worked for")
    return str(said["mark"])


def zero_bits(text: str, answer: str) -> int:
    """With how many zero bits the digest of both begins."""
    return 256 - int.from_bytes(hashlib.sha256(f"{text}:{answer}".encode()).digest()).bit_length()


def answer_to(given: Challenge) -> str:
    """Do the work, for programs of ours and for tests."""
    number = 0
    while zero_bits(given.text, str(number)) < given.bits:
        number += 1
    return str(number)
