"""Canonical JSON (规范化JSON): one text for equal content, as hashes and signatures need it."""

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(said: object) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8 (as RFC 8785 has it for content without fractions).

    Anybody can make it anew: `json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))`.
    """
    return _encode(said)
