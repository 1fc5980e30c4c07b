"""Reading JSON strictly: what PostgreSQL or exact arithmetic could not take never gets past here."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

_MOST_DEPTH = 32
_MOST_DIGITS = 100


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _check(value: Any) -> None:
    """Refuse what cannot be stored: NUL and lone surrogates in text, infinite numbers, nesting without end."""
    waiting = [(value, 0)]
    while waiting:
        found, depth = waiting.pop()
        if depth > _MOST_DEPTH:
            raise ValueError("nested too deep")
        if isinstance(found, dict):
            waiting += [(inner, depth + 1) for pair in found.items() for inner in pair]
        elif isinstance(found, list):
            waiting += [(inner, depth + 1) for inner in found]
        elif isinstance(found, str) and not _is_storable(found):
            raise ValueError("text with signs that cannot be stored")
        elif isinstance(found, float) and not math.isfinite(found):
            raise ValueError("not a finite number")


def storable_json(content: bytes) -> Any:
    """The value of JSON in UTF-8; blank content is an empty object. `ValueError` for what cannot be stored."""
    text = content.decode("utf-8-sig")
    if not text.strip():
        return {}
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_integer, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    _check(value)
    return value


class StrictJSONParser(BaseParser):
    """JSON in UTF-8, of bounded size and depth, every name once, every number finite; a ParseError otherwise."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body's value; an empty body is an empty object."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        content = stream.read(most + 1)
        if len(content) > most:
            raise ParseError
        try:
            return storable_json(content)
        except ValueError as error:
            raise ParseError from error
