"""Ids as they are shown: numbers that tell neither order nor count.

A row's own id counts: whoever sees two of them, and when, knows how many rows came between, and so how many others
apply, pay or upload before a lot's close. What is shown of such rows is another number, one for each id, made with the
site's key: a Feistel network of eight rounds over 52 bits (Luby and Rackoff 1988), so that every JSON reader takes it
exactly (RFC 8259 §6). It hides; it does not permit: who may see a row is asked of its id as before.

Each table has a permutation of its own, named by its model. With one for all, a table in which people make rows at will
(saved searches) gives the numbers of the ids from one on, and so those of every other table.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from rest_framework import serializers

from kernel.web.fields import WholeInput

_HALF = 26
_MASK = (1 << _HALF) - 1
_ROUNDS = range(8)

IN_ADDRESSES = (
    "attachment",
    "computation",
    "deadline",
    "document",
    "notice",
    "preparation",
    "refund",
    "registration",
    "savedview",
)
"""Models whose rows are addressed by what is shown of them: `<opaque_document:document_id>`."""


def shown(pk: int, of: str) -> int:
    """The number that stands for an id below 2⁵² among the rows `of` a model. ValueError for another."""
    if not 0 <= pk < 1 << 2 * _HALF:
        raise ValueError(f"{pk} is no id that can be shown")
    return _through(pk, _ROUNDS, _key(of))


def meant(number: int, of: str) -> int:
    """The id that a shown number stands for; 0, which no row has, for what cannot have been shown."""
    return _through(number, reversed(_ROUNDS), _key(of)) if 0 <= number < 1 << 2 * _HALF else 0


def _through(number: int, rounds: Iterable[int], key: bytes) -> int:
    left, right = number >> _HALF, number & _MASK
    for each in rounds:
        left, right = right, left ^ _mixed(right, each, key)
    return right << _HALF | left


def _mixed(half: int, each: int, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(b"%d:%d" % (each, half), key=key, digest_size=4).digest()) & _MASK


@lru_cache(maxsize=256)
def _key(of: str) -> bytes:
    site = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"opaque ids", digest_size=32).digest()
    return hashlib.blake2b(of.encode(), key=site, digest_size=32).digest()


class OpaqueConverter:
    """The id of a row in an address: the view is given the id. What was never shown becomes 0."""

    regex = "[0-9]{1,19}"
    of = ""

    def to_python(self, value: str) -> int:
        """The id."""
        return meant(int(value), self.of)

    def to_url(self, value: int) -> str:
        """The number that is shown."""
        return str(shown(value, self.of))


def converters() -> dict[str, type[OpaqueConverter]]:
    """A converter for each model in addresses, by the name that routes use."""
    return {f"opaque_{of}": type(f"Opaque_{of}", (OpaqueConverter,), {"of": of}) for of in IN_ADDRESSES}


class OpaqueId(serializers.IntegerField):
    """An id in an answer of the API, as it is shown of a row `of` that model."""

    def __init__(self, *, of: str, **options: object) -> None:
        self.of = of
        super().__init__(**({"read_only": True} | options))  # type: ignore[arg-type]

    def to_representation(self, value: int) -> int:
        """The number that is shown."""
        return shown(value, self.of)


class OpaqueInput(WholeInput):
    """An id in a form, as it is shown of a row `of` that model; 0, which no row has, for what was never shown."""

    def __init__(self, *, of: str, **options: object) -> None:
        self.of = of
        super().__init__(**({"min_value": 0, "max_value": 2**53} | options))  # type: ignore[arg-type]

    def to_internal_value(self, data: Any) -> int:
        """The id."""
        return meant(super().to_internal_value(data), self.of)
