"""Where proceeds stand (收益资金科目): outside, with the centre, in the pool to be distributed, in the shares of it."""

from apps.rulebook.proceeds import CATEGORY_LABELS

EXTERNAL = "external"
"""Outside: below zero by all that came in."""
CENTRAL = "central"
"""On the central account (中央财政专户), not allocated yet."""
RETAINED = "retained"
"""Kept by the centre (中央留存)."""
MARGIN = "margin"
"""What the price paid in is above the price paid out (国家统筹差额); below zero where it is less."""
POOL = "pool"
"""Received and not distributed (待分配)."""
OUTSIDE_THE_POOL = (EXTERNAL, CENTRAL, RETAINED, MARGIN)
"""All that has not come into the pool: their sum is what has, below zero."""
_SHARE = "share:"


def share_of(category: str) -> str:
    """The bucket of what is to be spent on a category: `share:farmers`."""
    return f"{_SHARE}{category}"


BUCKET_LABELS: dict[str, str] = {
    EXTERNAL: "外部来源",
    CENTRAL: "中央财政专户",
    RETAINED: "中央留存",
    MARGIN: "国家统筹差额",
    POOL: "待分配",
    **{share_of(each): label for each, label in CATEGORY_LABELS.items()},
}
"""The buckets with their Chinese names, in the order in which pages show them."""
