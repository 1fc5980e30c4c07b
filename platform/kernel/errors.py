"""How the exchange says no: a code, a sentence that says what to do, and the figures involved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Code(StrEnum):
    """Every reason for a refusal (spec: the process, refusal codes).

    A reason's place in this list is read out over the phone (docs/operations.md): new ones stand at the end.
    """

    NOT_PERMITTED = "not_permitted"
    WRONG_STATUS = "wrong_status"
    SAME_PERSON = "same_person"
    MISSING_DOCUMENT = "missing_document"
    TOTALS_MISMATCH = "totals_mismatch"
    QUOTA_INSUFFICIENT = "quota_insufficient"
    QUOTA_FROZEN = "quota_frozen"
    QUOTA_ENCUMBERED = "quota_encumbered"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    ANNOUNCEMENT_TOO_SHORT = "announcement_too_short"
    FACTS_FROZEN = "facts_frozen"
    SELF_DEALING = "self_dealing"
    BARRED = "barred"
    NOT_QUALIFIED = "not_qualified"
    DEPOSIT_MISSING = "deposit_missing"
    PAYER_MISMATCH = "payer_mismatch"
    BIDDING_NOT_OPEN = "bidding_not_open"
    BIDDING_CLOSED = "bidding_closed"
    SUSPENDED = "suspended"
    BELOW_START = "below_start"
    BELOW_INCREMENT = "below_increment"
    NOT_A_MULTIPLE = "not_a_multiple"
    ABOVE_CEILING = "above_ceiling"
    STALE_PRICE = "stale_price"
    DUPLICATE_REQUEST = "duplicate_request"
    ALREADY_SIGNED = "already_signed"
    TEXT_CHANGED = "text_changed"
    AMOUNT_EXCEEDS = "amount_exceeds"
    OBJECTION_OPEN = "objection_open"
    CALENDAR_UNCONFIRMED = "calendar_unconfirmed"
    PARCEL_CONFLICT = "parcel_conflict"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    NOT_VERIFIED = "not_verified"
    BAN_LIST = "ban_list"
    RULE_EXPIRED = "rule_expired"
    PRICE_MISMATCH = "price_mismatch"
    PRICE_OUT_OF_GUIDANCE = "price_out_of_guidance"
    USE_BANNED = "use_banned"
    SHARE_OUT_OF_RANGE = "share_out_of_range"
    VOUCHER_USED = "voucher_used"
    NOT_PAIRED = "not_paired"


_SENTENCE = re.compile(r"[\u4e00-\u9fff]{2}|[a-z]{2} .*\.$")
_NO_DETAIL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Refusal:
    """Why something is not done. `detail` are exact texts, such as {"lowest_valid": "55000.00"}.

    `words` are what the codes among them are called where it is said: a status by the labels of its own process, for
    several have codes in common. Programs read the codes.
    """

    code: Code
    sentence: str
    detail: Mapping[str, str] = field(default_factory=lambda: _NO_DETAIL)
    words: Mapping[str, str] = field(default_factory=lambda: _NO_DETAIL, compare=False)


def beside(refusal: Refusal | None) -> dict[str, str]:
    """What is said beside single inputs, by their path: a sentence for each that an `invalid` refusal names.

    The refusal names one as `field`, or several in its detail; one that is no sentence is said by the refusal's.
    """
    if refusal is None or refusal.code is not Code.INVALID:
        return {}
    named = dict(refusal.detail)
    if "field" in named:
        return {named["field"]: refusal.sentence}
    return {name: said if _SENTENCE.search(said) else refusal.sentence for name, said in named.items()}


class Refused(Exception):
    """A command said no. Nothing has changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.sentence}")
        self.refusal = refusal

    @classmethod
    def because(cls, code: Code, sentence: str, **detail: str) -> "Refused":
        """A refusal made on the spot."""
        return cls(Refusal(code, sentence, detail))


def about_input(label: str, said: str) -> str:
    """The sentence about one input: its name, then what is wrong with it (a sentence)."""
    return f"“{label}”填写有误：{said}" if label else f"填写有误：{said}"


def refuse(refusal: Refusal | None) -> None:
    """Raise `Refused` when a rule gave a refusal; the one step from deciding to refusing."""
    if refusal is not None:
        raise Refused(refusal)


def refuse_all(*refusals: Refusal | None) -> None:
    """Raise `Refused` with everything that is wrong at once: each sentence beside the input that it is about.

    What is about no single input, or no mistake of an input, is refused by itself, the first of it first.
    """
    found = [each for each in refusals if each is not None]
    beside_one = [each for each in found if each.code is Code.INVALID and "field" in each.detail]
    for each in found:
        if each not in beside_one:
            raise Refused(each)
    if len(beside_one) == 1:
        raise Refused(beside_one[0])
    if beside_one:
        said = {each.detail["field"]: each.sentence for each in reversed(beside_one)}
        raise Refused(Refusal(Code.INVALID, "".join(each.sentence for each in beside_one), said))


def not_found(what: str) -> Refused:
    """The same answer for what does not exist and for what the asker may not know of."""
    return Refused.because(Code.NOT_FOUND, f"未找到该{what}，请核对编号后重试。")
