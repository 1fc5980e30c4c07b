"""Where proceeds stand (收益资金科目): outside, in the pool that waits to be distributed, in the shares of it."""

from apps.rulebook.proceeds import CATEGORY_LABELS

EXTERNAL = "external"
"""Outside: the only bucket below zero, by all that came in."""
POOL = "pool"
"""Received and not distributed (待分配)."""
_SHARE = "share:"


def share_of(category: str) -> str:
    """The bucket of what is to be spent on a category: `share:farmers`."""
    return f"{_SHARE}{category}"


BUCKET_LABELS: dict[str, str] = {
    EXTERNAL: "外部来源",
    POOL: "待分配",
    **{share_of(each): label for each, label in CATEGORY_LABELS.items()},
}
"""The buckets with their Chinese names, in the order in which pages show them."""
