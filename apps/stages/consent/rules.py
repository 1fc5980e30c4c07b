"""When a counterparty consents, and what an application needs of its consent. Plain values only."""

from collections.abc import Collection, Mapping

from apps.documents.states import OF_A_DEAL, AttachmentKind
from apps.listings.states import LABELS, ListingStatus
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

OPEN_TO_CONSENT = frozenset({ListingStatus.DRAFT, ListingStatus.RETURNED})
"""Until the application is handed in, and while it is to be corrected."""


def why_not_consent(
    *, status: ListingStatus, stands: bool, documents: Collection[str], required: Mapping[str, str]
) -> Refusal | None:
    """`wrong_status` once it is handed in, `duplicate_request` while one stands, `missing_document` without papers."""
    refusal = why_not_in(status, OPEN_TO_CONSENT, labels=LABELS)
    if refusal is not None:
        return refusal
    if stands:
        return Refusal(
            Code.DUPLICATE_REQUEST, "贵单位已同意本协议，内容未变更，无需重复办理。", {"status": str(status)}
        )
    missing = {kind: label for kind, label in required.items() if kind not in documents}
    if not missing:
        return None
    return Refusal(
        Code.MISSING_DOCUMENT,
        f"缺少必备材料：{'、'.join(missing.values())}，请上传后提交。",
        {"missing": ",".join(missing)},
    )


def why_not_withdraw(*, status: ListingStatus, given: bool) -> Refusal | None:
    """`wrong_status` once it is handed in, and where there is nothing to take back."""
    refusal = why_not_in(status, OPEN_TO_CONSENT, labels=LABELS)
    if refusal is None and not given:
        refusal = Refusal(Code.WRONG_STATUS, "贵单位尚未同意本协议，无可撤回。", {"status": str(status)})
    return refusal


def why_not_without(*, stands: bool) -> Refusal | None:
    """`missing_document` for an application to which its counterparty does not consent as it stands."""
    if stands:
        return None
    return Refusal(
        Code.MISSING_DOCUMENT,
        "受让方尚未同意本协议，或同意后内容已变更，请受让方同意后再提交。",
        {"missing": "agreement_consent"},
        words={"agreement_consent": "受让方同意"},
    )


def why_not_from_counterparty(*, status: ListingStatus, kind: AttachmentKind) -> Refusal | None:
    """`wrong_status` for a counterparty's evidence but what its deal brings about; its papers are taken before."""
    if kind in OF_A_DEAL:
        return None
    return Refusal(
        Code.WRONG_STATUS,
        "受让方只须上传政府决定文件和协议文本，其他材料不接收。",
        {"status": str(status)},
    )
