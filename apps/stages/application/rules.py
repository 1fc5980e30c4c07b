"""What a seller may apply with, and when."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from apps.documents.states import OF_A_DEAL, AttachmentKind
from apps.kinds.classes import ClassTerms
from apps.kinds.prices import PriceUnit, priced_among, unit_of
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass
from apps.kinds.trade import FormTerms
from apps.listings.states import LABELS, ListingStatus
from apps.rulebook.parameters import Parameters
from kernel.errors import Code, Refusal
from kernel.money import Yuan
from kernel.transitions import why_not_in

BEFORE_ANNOUNCEMENT = frozenset(
    {ListingStatus.DRAFT, ListingStatus.UNDER_REVIEW, ListingStatus.RETURNED, ListingStatus.APPROVED}
)
EDITABLE = frozenset({ListingStatus.DRAFT, ListingStatus.RETURNED})
WITHDRAWABLE = frozenset({ListingStatus.DRAFT, ListingStatus.UNDER_REVIEW, ListingStatus.RETURNED})


NOTHING: Mapping[str, str] = {}


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
    *,
    status: ListingStatus,
    documents: Collection[str],
    numbers: Mapping[str, str],
    terms: ClassTerms,
    papers: Mapping[str, str] = NOTHING,
) -> Refusal | None:
    """`wrong_status` unless a draft or returned; `missing_document` naming what is not attached or not numbered.

    Of supplementary quota the acceptance is on the province's record, the ecological assessment done (S002 (一)1, 2):
    each by its number in `numbers`. `papers` are those of its form of trade.
    """
    refusal = why_not_in(status, EDITABLE, labels=LABELS)
    if refusal is not None:
        return refusal
    refusal = why_not_complete(documents=documents, required={**terms.to_list, **papers})
    if refusal is not None:
        return refusal
    missing = {name: label for name, label in terms.numbers.items() if not numbers.get(name, "").strip()}
    if not missing:
        return None
    return Refusal(
        Code.MISSING_DOCUMENT,
        f"出让申请未填写{'、'.join(missing.values())}，请修改出让申请后提交。",
        {"missing": ",".join(missing)},
        words=missing,
    )


def why_not_complete(*, documents: Collection[str], required: Mapping[str, str]) -> Refusal | None:
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


def wrong_with_counterparty(
    *, terms: FormTerms, counterparty: int, pairing: int, is_known: bool, is_paired: bool
) -> Iterator[Refusal]:
    """Each way in which who takes the lot is wrong for its form: named where nobody is, or not named, or unknown."""
    if not terms.counterparty:
        if counterparty or pairing:
            field = "counterparty" if counterparty else "pairing"
            yield Refusal(
                Code.INVALID, f"{terms.label}方式不指定受让方和对口关系，请勿填写。", {"field": field}
            )
        return
    if not is_known:
        yield Refusal(
            Code.INVALID,
            f"{terms.label}方式须指定受让方，请选择可以受让指标的单位。",
            {"field": "counterparty"},
        )
    if not is_paired:
        yield Refusal(
            Code.INVALID, f"{terms.label}方式须指定本省登记的对口关系，请选择。", {"field": "pairing"}
        )


def wrong_without_bidding(given: Mapping[str, Yuan | None]) -> Iterator[Refusal]:
    """Each price that only bidding has, given for a lot that nobody bids for."""
    for field, amount in given.items():
        if amount is not None:
            yield Refusal(Code.INVALID, "协议价格由双方商定，不竞价，请勿填写此项。", {"field": field})


def why_not_one_class(classes: Collection[QuotaClass]) -> Refusal | None:
    """`invalid` for a lot of quota of two classes: each is traded under rules of its own."""
    if len(set(classes)) <= 1:
        return None
    said = "、".join(each.label for each in QuotaClass if each in classes)
    return Refusal(
        Code.INVALID, f"一个标的只能含同一类别的指标，现含{said}，请分别申请。", {"field": "lines"}
    )


def why_not_of_class(
    *, grade: int | None, planning_no: str, planning_mu: Decimal | None, terms: ClassTerms
) -> Refusal | None:
    """`invalid` for a grade or planning scale that the class has not, for a grade that is left out, half a scale."""
    if terms.graded and grade is None:
        return Refusal(Code.INVALID, "请填写质量等别（1至15）。", {"field": "grade"})
    if not terms.graded and grade is not None:
        return Refusal(Code.INVALID, f"{terms.title}不分质量等别，请勿填写。", {"field": "grade"})
    planned = bool(planning_no) or planning_mu is not None
    if planned and not terms.planned:
        return Refusal(Code.INVALID, f"{terms.title}不附规划规模，请勿填写。", {"field": "planning_no"})
    if planned and not (planning_no and planning_mu is not None and planning_mu > 0):
        return Refusal(
            Code.INVALID, "附规划规模的，须同时填写省级确认文号和该文号确认的亩数。", {"field": "planning_mu"}
        )
    return None


def why_not_declared(*, declared: Mapping[str, object], terms: ClassTerms) -> Refusal | None:
    """`use_banned` for what is declared to be misuse, `invalid` for a statement that is not made.

    Source: S002 §四(一)3; spec: common ground, "Declarations against misuse".
    """
    for name, label in terms.declared.items():
        if declared.get(name) is True:
            return Refusal(Code.USE_BANNED, f"{label}的指标不得出让，请先解除后重新声明。", {"field": name})
        if declared.get(name) is not False:
            return Refusal(Code.INVALID, f"请对“{label}”作出声明（是或者否）。", {"field": name})
    return None


def why_not_planned(
    *, number: str, confirmed: Decimal, stated_before: Collection[Decimal], under_it: Decimal, wanted: Decimal
) -> Refusal | None:
    """`amount_exceeds` when all lots under one confirmation number come to more than it confirmed.

    `under_it` is what its other lots sell, `stated_before` what these say was confirmed: one number, one figure.
    """
    other = next((each for each in stated_before if each != confirmed), None)
    if other is not None:
        return Refusal(
            Code.INVALID,
            f"规划规模确认文号“{number}”在其他标的中载明{other:,}亩，与本次填写的{confirmed:,}亩不一致，请核对。",
            {"field": "planning_mu", "stated": str(confirmed), "elsewhere": str(other)},
        )
    if under_it + wanted <= confirmed:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"规划规模确认文号“{number}”确认{confirmed:,}亩，其他标的已附{under_it:,}亩，本标的{wanted:,}亩，"
        f"超出{under_it + wanted - confirmed:,}亩，请减少标的数量或者不附规划规模。",
        {"confirmed": str(confirmed), "used": str(under_it), "wanted": str(wanted)},
    )


def why_not_grade(*, stated: int | None, of_batches: Collection[int | None]) -> Refusal | None:
    """The grade of a lot is that of a batch it is drawn from; the review looks whether it is that of all."""
    if stated in of_batches:
        return None
    shown = "、".join(f"{grade}等" for grade in sorted(each for each in of_batches if each is not None))
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
