"""Signing, and what happens to those who do not (三方合同)."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

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
            {"current": text_sha256, "given": given_sha256},
        )
    return None


def why_not_revise(*, status: ListingStatus) -> Refusal | None:
    """The text changes only before the contract is in force."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可修改合同文本。", {"status": str(status)})
    return why_not_in(status, [ListingStatus.CONFIRMED], labels=LABELS)


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
