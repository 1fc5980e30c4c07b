"""Signing, and what happens to those who do not (三方合同)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from apps.listings.states import LABELS, ListingStatus
from apps.stages.contract.states import PARTY_LABELS, Party
from kernel.clock import iso
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in


def why_not_sign(
    *,
    status: ListingStatus,
    party: Party,
    signed: Collection[Party],
    signed_at: datetime | None,
    text_sha256: str,
    given_sha256: str,
) -> Refusal | None:
    """Each party signs the present text once, in any order."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可签署合同。", {"status": str(status)})
    if party in signed:
        at = iso(signed_at) if signed_at else ""
        return Refusal(
            Code.ALREADY_SIGNED,
            f"{PARTY_LABELS[party]}已于{at}签署，无需重复签署。",
            {"party": str(party), "signed_at": at},
        )
    refusal = why_not_in(status, [ListingStatus.CONFIRMED], labels=LABELS)
    if refusal is not None:
        return refusal
    if given_sha256 and given_sha256 != text_sha256:
        return Refusal(
            Code.TEXT_CHANGED,
            "合同文本已变更，请重新阅读后签署。",
            {"text_sha256": text_sha256, "given": given_sha256},
        )
    return None


def why_not_revise(*, status: ListingStatus) -> Refusal | None:
    """The text changes only before the contract is in force."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可修改合同文本。", {"status": str(status)})
    return why_not_in(status, [ListingStatus.CONFIRMED], labels=LABELS)


_DETAILS = {
    "credit_code": "统一社会信用代码",
    "representative": "负责人",
    "address": "地址",
    "phone": "联系电话",
}


def why_not_contract(terms: Mapping[str, Any]) -> Refusal | None:
    """`missing_document` while a party's details, or the account that the seller is paid into, are not there."""
    for party, details in terms.get("parties", {}).items():
        missing = [label for name, label in _DETAILS.items() if not details.get(name)]
        if missing:
            return Refusal(
                Code.MISSING_DOCUMENT,
                f"{PARTY_LABELS[Party(party)]}{details['name']}尚未登记{'、'.join(missing)}，"
                "请该单位先办理“登记单位信息”。",
                {"party": str(party), "missing": "、".join(missing)},
            )
    if not terms.get("fiscal_account"):
        return Refusal(
            Code.MISSING_DOCUMENT,
            "出让方尚未指定收款账户，请出让方先办理“变更收款账户”。",
            {"party": "seller"},
        )
    return None


class Consequence(StrEnum):
    """What the contract deadline does."""

    DEFAULT = "default"
    TERMINATE = "terminate"
    REMIND = "remind"


def consequence(signed: Collection[Party]) -> Consequence:
    """Winner not signed: default. Else seller not signed: terminated. Only the centre missing: nobody is punished."""
    if Party.WINNER not in signed:
        return Consequence.DEFAULT
    return Consequence.TERMINATE if Party.SELLER not in signed else Consequence.REMIND
