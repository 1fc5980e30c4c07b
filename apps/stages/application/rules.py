"""What a seller may apply with, and when."""

from collections.abc import Collection

from apps.documents.states import OF_A_DEAL, AttachmentKind
from apps.kinds.prices import PriceUnit, priced_among, unit_of
from apps.kinds.quantities import Quantities
from apps.listings.states import LABELS, ListingStatus
from apps.rulebook.parameters import Parameters
from kernel.errors import Code, Refusal
from kernel.money import Yuan
from kernel.transitions import why_not_in

REQUIRED: dict[str, str] = {
    "listing_application": "出让申请书",
    "project_approval": "项目立项批复",
    "acceptance_report": "项目验收报告",
    "reserve_certificate": "指标入库凭证",
    "ecology_assessment": "生态环境影响评估材料",
}
"""Documents that come with an application to list."""

BEFORE_ANNOUNCEMENT = frozenset(
    {ListingStatus.DRAFT, ListingStatus.UNDER_REVIEW, ListingStatus.RETURNED, ListingStatus.APPROVED}
)
EDITABLE = frozenset({ListingStatus.DRAFT, ListingStatus.RETURNED})
WITHDRAWABLE = frozenset({ListingStatus.DRAFT, ListingStatus.UNDER_REVIEW, ListingStatus.RETURNED})


def why_not_edit(*, status: ListingStatus, announced: bool) -> Refusal | None:
    """`facts_frozen` once announced, `wrong_status` while others work on it."""
    if announced:
        return Refusal(
            Code.FACTS_FROZEN,
            "公告发布后交易事实不得直接修改，确需变更请发布补充公告。",
            {"status": str(status)},
        )
    return why_not_in(status, EDITABLE, labels=LABELS)


def why_not_submit(
    *, status: ListingStatus, documents: Collection[str], acceptance_record_no: str, ecology_no: str
) -> Refusal | None:
    """`wrong_status` unless a draft or returned; `missing_document` naming what is not attached or not numbered.

    The acceptance is on the province's record, the ecological assessment done (S002 (一)1, 2): each by its number.
    """
    refusal = why_not_in(status, EDITABLE, labels=LABELS)
    if refusal is not None:
        return refusal
    refusal = why_not_complete(documents=documents, required=REQUIRED)
    if refusal is not None:
        return refusal
    numbers = {
        "acceptance_record_no": ("验收省级备案号", acceptance_record_no),
        "ecology_no": ("生态环境影响评估文号", ecology_no),
    }
    missing = {name: label for name, (label, number) in numbers.items() if not number.strip()}
    if not missing:
        return None
    return Refusal(
        Code.MISSING_DOCUMENT,
        f"出让申请未填写{'、'.join(missing.values())}，请修改出让申请后提交。",
        {"missing": ",".join(missing)},
    )


def why_not_complete(*, documents: Collection[str], required: dict[str, str]) -> Refusal | None:
    """`missing_document`, naming every required document that is not attached."""
    missing = {kind: label for kind, label in required.items() if kind not in documents}
    if not missing:
        return None
    return Refusal(
        Code.MISSING_DOCUMENT,
        f"缺少必备材料：{'、'.join(missing.values())}，请上传后提交。",
        {"missing": ",".join(missing)},
    )


def why_not_lot(
    *, quantities: Quantities, unit: PriceUnit, starting_price: Yuan, drawn: Quantities
) -> Refusal | None:
    """`totals_mismatch` when batches do not add up to the lot, `invalid` when the price unit does not fit it."""
    if quantities.is_zero:
        return Refusal(Code.INVALID, "标的指标数量不能全部为零。", {"field": "quantities"})
    for kind in quantities.amounts:
        wanted, given = quantities.of(kind), drawn.of(kind)
        if wanted != given:
            return Refusal(
                Code.TOTALS_MISMATCH,
                f"标的{kind.label}{wanted.text}，与各批次合计{given.text}不一致，请核对。",
                {
                    "kind": str(kind),
                    "declared": str(wanted),
                    "parts": str(given),
                    "difference": str(abs(wanted.amount - given.amount)),
                },
            )
    if priced_among(quantities, unit) is None:
        return Refusal(Code.INVALID, _other_unit(quantities, unit), {"field": "price_unit"})
    if starting_price.amount <= 0:
        return Refusal(Code.INVALID, "起始价须大于零。", {"field": "starting_price"})
    return None


def _other_unit(quantities: Quantities, unit: PriceUnit) -> str:
    """What a lot has to be priced in, of which `unit` fits nothing: by what it lacks, or by all that it has."""
    sold = [kind for kind, _ in quantities.items()]
    fitting = unit.kinds(quantities.quota_class)
    lot = f"不含{fitting[0].label}" if len(fitting) == 1 else f"仅含{'、'.join(kind.label for kind in sold)}"
    return f"{lot}的标的须按{'或'.join(dict.fromkeys(unit_of(kind).label for kind in sold))}计价。"


def why_not_grade(*, stated: int, of_batches: Collection[int]) -> Refusal | None:
    """The grade of a lot is that of a batch it is drawn from; the review looks whether it is that of all."""
    if stated in of_batches:
        return None
    shown = "、".join(f"{grade}等" for grade in sorted(of_batches))
    return Refusal(
        Code.INVALID,
        f"申报质量等别{stated}等与入库凭证载明的{shown}不一致，请核对。",
        {"field": "grade", "stated": str(stated), "of_batches": shown},
    )


def why_not_sell(*, seller_kind: str, bought_in: str, rules: Parameters) -> Refusal | None:
    """`not_permitted` for who is no seller by the rules, and for quota that was bought (`bought_in`: its certificate).

    Whoever made the quota sells it (三(一)2 指标权属主体), unless a rule of the province that the rulebook names
    allows more.
    """
    if seller_kind not in rules.seller_kinds:
        return Refusal(
            Code.NOT_PERMITTED,
            "依现行规则，本单位不在出让方范围内，请由指标所属县级人民政府申请出让。",
            {"seller_kinds": ",".join(sorted(rules.seller_kinds))},
        )
    if bought_in and not rules.resale_allowed:
        return Refusal(
            Code.NOT_PERMITTED,
            f"入库凭证“{bought_in}”的指标为购入，依现行规则只能自用，不能再次出让。",
            {"certificate_no": bought_in},
        )
    return None


def why_not_withdraw(*, status: ListingStatus) -> Refusal | None:
    """`wrong_status` once the review is passed."""
    return why_not_in(status, WITHDRAWABLE, labels=LABELS)


def why_not_relist(*, status: ListingStatus, same_seller: bool, relisted: bool) -> Refusal | None:
    """A lot is sold again only after it ended without a deal, by its own seller, once."""
    if not same_seller:
        return Refusal(Code.NOT_FOUND, "未找到该挂牌项目，请核对编号后重试。")
    if relisted:
        return Refusal(Code.WRONG_STATUS, "该项目已重新挂牌，不能重复办理。", {"status": str(status)})
    ended = [ListingStatus.UNSOLD, ListingStatus.TERMINATED, ListingStatus.DEFAULTED]
    return why_not_in(status, ended, labels=LABELS)


def review_days_left(*, review_wd: int, used_wd: int) -> int:
    """Working days that the review still has: what the applicant took for corrections is not counted; at least one."""
    return max(1, review_wd - used_wd)


def why_not_from_seller(*, status: ListingStatus, kind: AttachmentKind) -> Refusal | None:
    """`wrong_status` for a seller's evidence once its lot is announced, but for what its deal brings about."""
    if status in BEFORE_ANNOUNCEMENT or kind in OF_A_DEAL:
        return None
    return Refusal(
        Code.WRONG_STATUS,
        "项目已公告，出让材料不再接收；需要更正的，请联系交易机构发布更正公告。",
        {"status": str(status)},
    )
