"""Signs that a text must not have: whoever reads it would see something else than what it says."""

import unicodedata

_ALLOWED = frozenset("\t\n\r")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Directional formatting characters (Unicode UAX #9): they can make a number read backwards."""


def hidden_sign(text: str) -> str:
    """The first sign of a text that turns, hides or breaks it, as U+202E; empty when there is none."""
    for sign in text:
        if sign in _TURNING or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in _ALLOWED):
            return f"U+{ord(sign):04X}"
    return ""
