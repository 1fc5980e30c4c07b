"""Where proceeds stand (收益资金科目): outside, with the centre, in the pool to be distributed, in the shares of it."""

from enum import StrEnum

from apps.rulebook.proceeds import CATEGORY_LABELS
from kernel.money import Yuan

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
RETURNED = "returned"
"""Given back (退回): a price refunded, an allocation taken back."""
_SHARE, _SPENT = "share:", "spent:"


def share_of(category: str) -> str:
    """The bucket of what is to be spent on a category: `share:farmers`."""
    return f"{_SHARE}{category}"


def spent_on(category: str) -> str:
    """The bucket of what was spent on a category: `spent:farmers`."""
    return f"{_SPENT}{category}"


def said_of_spent(label: str) -> str:
    """What the bucket of what was spent on a category of this name is called."""
    return f"已支出：{label}"


def is_share(bucket: str) -> bool:
    """Whether a bucket is a share, from which a category is paid."""
    return bucket.startswith(_SHARE)


def is_spent(bucket: str) -> bool:
    """Whether a bucket counts what was spent on a category."""
    return bucket.startswith(_SPENT)


def as_read(bucket: str, amount: Yuan) -> Yuan:
    """What stands in a bucket, or came to it, as people read it: what came from outside counts up.

    The ledger, whose lines sum to zero, counts it below zero; programs that read the ledger have it so.
    """
    return -amount if bucket == EXTERNAL else amount


BUCKET_LABELS: dict[str, str] = {
    EXTERNAL: "外部来源",
    CENTRAL: "中央财政专户",
    RETAINED: "中央留存",
    MARGIN: "国家统筹差额",
    POOL: "待分配",
    **{share_of(each): label for each, label in CATEGORY_LABELS.items()},
    **{spent_on(each): said_of_spent(label) for each, label in CATEGORY_LABELS.items()},
    RETURNED: "已退回",
}
"""The buckets with their Chinese names, in the order in which pages show them; of one case `sources.bucket_labels`."""


class Reason(StrEnum):
    """Why proceeds move (记账事由), as a movement says it."""

    RECEIVE = "receive"
    PAY_IN = "pay_in"
    RETAIN = "retain"
    ALLOCATE = "allocate"
    TAKE_BACK = "take_back"
    DISTRIBUTE = "distribute"
    SPEND = "spend"
    RETURN = "return"
    REVERSE = "reverse"


REASON_LABELS: dict[str, str] = {
    Reason.RECEIVE: "到账",
    Reason.PAY_IN: "调剂资金缴入",
    Reason.RETAIN: "中央留存与统筹",
    Reason.ALLOCATE: "中央下达",
    Reason.TAKE_BACK: "银行退回",
    Reason.DISTRIBUTE: "分配",
    Reason.SPEND: "支出",
    Reason.RETURN: "退回",
    Reason.REVERSE: "冲回",
}
"""The same as users see it."""


class PayeeKind(StrEnum):
    """Who is paid (收款人类别); of a natural person name and account are sealed."""

    PERSON = "person"
    BODY = "body"


PAYEE_LABELS: dict[str, str] = {PayeeKind.PERSON: "个人", PayeeKind.BODY: "单位"}


class Outcome(StrEnum):
    """What an auditor concludes from a finding and its answer (审计结论)."""

    IN_ORDER = "in_order"
    CORRECT = "correct"
    RECOVER = "recover"


OUTCOME_LABELS: dict[str, str] = {
    Outcome.IN_ORDER: "符合规定",
    Outcome.CORRECT: "限期整改",
    Outcome.RECOVER: "追缴",
}
