"""What quota of a class is traded with (指标类别): papers, numbers, checklist, contract. No stage, no page names one.

Papers are named by the code of their kind (`apps.documents.states.AttachmentKind`), points of the review by the opinion
they belong to (`apps.stages.review.states.Subject`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.kinds.table import QuotaClass, QuotaKind


@dataclass(frozen=True)
class ClassTerms:
    """How one class is traded.

    `title` is what papers call the quota, `mark` what stands for it in the numbers of listings and papers, `made_of`
    what they call the land that made it, `certificate` the paper of its batches, `shortfall` the contract's article on
    a retest that finds less. `funds` says whether its proceeds are booked and shared out (收益资金台账), `graded`
    whether a lot has a quality grade (质量等别), `planned` whether planning scale (规划规模) may come with it, and
    `commitment` whether the county may promise a better grade of it (质量提升承诺).
    `to_list` and `to_bid` are the papers of the two applications, `numbers` what a seller states before it submits,
    `declared` what it declares against misuse. `checklist` are the points of the review, with `planned_points` for
    lots with planning scale. `land_uses` are what it may be used for, `banned_uses` what it must not; neither where it
    is for everything. `use_note` stands on the transfer certificate, `clauses` in announcement and contract, where
    `{name}` is a parameter of the lot's rules.
    """

    title: str
    mark: str
    made_of: str
    certificate: str
    shortfall: str
    contract_title: str
    graded: bool
    planned: bool
    commitment: bool
    funds: bool
    to_list: Mapping[str, str]
    to_bid: Mapping[str, str]
    numbers: Mapping[str, str]
    declared: Mapping[str, str]
    checklist: Mapping[str, Mapping[str, str]]
    planned_points: Mapping[str, Mapping[str, str]]
    use_note: str
    land_uses: Mapping[str, str]
    banned_uses: Mapping[str, str]
    clauses: tuple[str, ...] = field(default=())


DECLARATIONS: Mapping[str, str] = {
    "loan_source": "转让收益已质押或者作为还款来源",
    "income_tied": "转让收益与企业收益分享或者挂钩",
}
"""Both must be answered no (spec: common ground, "Declarations against misuse"; S002 §四(一)3)."""

LAND_USES: Mapping[str, str] = {
    "industry": "产业",
    "public_service": "公共服务",
    "infrastructure": "基础设施",
    "rural_industry": "农村产业",
    "housing_for_villagers": "村民住宅",
}
"""What surplus quota may be used for (S004)."""

_CLASSES: dict[QuotaClass, ClassTerms] = {
    QuotaClass.SUPPLEMENTARY: ClassTerms(
        title="补充耕地指标",
        mark="补耕",
        made_of="土地整治项目",
        certificate="入库凭证",
        shortfall="划转后经复测，质量等别低于或者面积、产能少于本合同所列的，甲方应当按短少部分占标的的比例向乙方退还相应价款；"
        "指标数量由省级自然资源主管部门以新的记账更正。",
        contract_title="补充耕地指标交易三方合同",
        graded=True,
        planned=False,
        commitment=True,
        funds=False,
        to_list={
            "listing_application": "出让申请书",
            "project_approval": "项目立项批复",
            "acceptance_report": "项目验收报告",
            "reserve_certificate": "指标入库凭证",
            "ecology_assessment": "生态环境影响评估材料",
        },
        to_bid={
            "quota_need": "指标需求证明（项目批准文件）",
            "fund_proof": "资金证明",
            "own_area_proof": "本行政区域内无法自行平衡的证明",
        },
        numbers={
            "acceptance_record_no": "验收省级备案号",
            "ecology_no": "生态环境影响评估文号",
        },
        declared={},
        checklist={
            "legality": {
                "spatial_plan": "符合国土空间规划",
                "ecology": "已完成生态环境影响评估",
                "approval": "立项批复合法有效",
            },
            "validity": {
                "quantity": "指标数量与验收报告一致",
                "grade": "质量等别与验收报告一致",
                "not_traded": "指标未重复交易",
                "overlap": "地块未与其他项目重叠",
            },
            "eligibility": {
                "holding": "出让方持有该指标",
                "encumbrance": "无抵押、查封等权利负担",
                "documents": "申请材料齐全",
            },
        },
        planned_points={},
        use_note="转入方可以凭本证明将指标用于建设项目占补平衡挂钩，使用情况在省级指标账户中登记核销。",
        land_uses={},
        banned_uses={},
    ),
    QuotaClass.SURPLUS: ClassTerms(
        title="城乡建设用地增减挂钩节余指标",
        mark="节余",
        made_of="拆旧复垦项目区",
        certificate="登记证",
        shortfall="划转后经复测，面积少于本合同所列的，甲方应当按短少面积占成交面积的比例向乙方退还相应价款；"
        "指标数量由省级自然资源主管部门以新的记账更正。",
        contract_title="建设用地指标流转合同",
        graded=False,
        planned=True,
        commitment=False,
        funds=True,
        to_list={
            "listing_application": "出让申请书",
            "measurement_report": "核定报告",
            "quota_certificate": "建设用地指标登记证",
            "province_opinion": "省级审核意见",
            "distribution_plan": "收益分配方案",
        },
        to_bid={
            "quota_need": "指标需求证明（项目批准文件）",
            "fund_proof": "资金证明",
            "use_commitment": "指标使用承诺书",
        },
        numbers={},
        declared=DECLARATIONS,
        checklist={
            "legality": {
                "area_approved": "拆旧复垦项目区经批准",
                "reclaimed": "复垦已通过验收",
                "no_ban": "无禁止流转的情形",
            },
            "validity": {
                "quantity": "指标数量与登记证一致",
                "not_traded": "指标未重复交易",
                "overlap": "地块未重复使用",
            },
            "eligibility": {
                "holding": "出让方为登记证载明的权属主体",
                "encumbrance": "无抵押、查封等权利负担",
                "documents": "申请材料齐全",
                "plan": "收益分配方案合计与比例相符",
            },
        },
        planned_points={"legality": {"planning": "规划规模经省级确认，文号和亩数与确认文件一致"}},
        use_note="转入方可以凭本证明按合同约定的期限和用途使用指标，使用情况在省级指标账户中登记核销。",
        land_uses=LAND_USES,
        banned_uses={"real_estate": "房地产（商品房）开发"},
        clauses=(
            "受让方应自指标划转之日起{use_within_days}日内使用指标，逾期未使用的，不得再使用；经省级主管部门批准可延长一次，"
            "最长{extend_days}日。",
            "指标用于符合规划的产业、公共服务、基础设施、农村产业和村民住宅建设用地，不得用于房地产（商品房）开发，"
            "不得再次转让、质押或者作为还款来源。",
            "出让方声明：转让收益未质押、不作为还款来源，不与企业收益分享或者挂钩；声明不实的，依法承担责任。",
            "转让收益自划付到账之日起{distribute_wd}个工作日内分配：农户补偿不低于{proceeds[farmers_least]:%}，村集体公共服务不高于"
            "{proceeds[village_most]:%}（其中村集体自用{proceeds[collective_least]:%}至{proceeds[collective_most]:%}），"
            "乡镇统筹不高于{proceeds[township_most]:%}，合计为全部收益。",
        ),
    ),
}


def class_terms(of: QuotaClass | QuotaKind) -> ClassTerms:
    """How a class, or the class of a kind, is traded."""
    return _CLASSES[of.quota_class if isinstance(of, QuotaKind) else of]


def every_class() -> list[ClassTerms]:
    """All of them, in the order of the table."""
    return [_CLASSES[each] for each in QuotaClass]


def every_land_use() -> list[tuple[str, str]]:
    """What quota is used for, allowed or not, for choices of forms: code and Chinese name."""
    found = {
        code: name for each in every_class() for code, name in {**each.land_uses, **each.banned_uses}.items()
    }
    return list(found.items())


def sql_of_graded() -> str:
    """For the database: a function from a class's code to whether its lots have a grade, null for no class."""
    rows = " ".join(f"WHEN '{each}' THEN {str(_CLASSES[each].graded).lower()}" for each in QuotaClass)
    return (
        "CREATE OR REPLACE FUNCTION classes_graded(class text) RETURNS boolean LANGUAGE sql IMMUTABLE"
        f" RETURN CASE class {rows} END;"
    )
