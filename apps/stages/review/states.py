"""Opinions of the triple review (三重审查) and what each may come to."""

from enum import StrEnum


class Subject(StrEnum):
    """What an opinion is about."""

    LEGALITY = "legality"
    VALIDITY = "validity"
    ELIGIBILITY = "eligibility"


class Heading(StrEnum):
    """Under which heading a finding stands: one of the three opinions, or the price, which no opinion is about."""

    LEGALITY = "legality"
    VALIDITY = "validity"
    ELIGIBILITY = "eligibility"
    PRICE = "price"


HEADING_LABELS: dict[Heading, str] = {
    Heading.LEGALITY: "合法性",
    Heading.VALIDITY: "有效性",
    Heading.ELIGIBILITY: "资格",
    Heading.PRICE: "价格",
}


class Outcome(StrEnum):
    """What an opinion comes to."""

    PASS = "pass"
    CORRECT = "correct"
    FAIL = "fail"


SUBJECT_LABELS: dict[Subject, str] = {
    Subject.LEGALITY: "合法性审查",
    Subject.VALIDITY: "有效性审查",
    Subject.ELIGIBILITY: "资格审查",
}

OUTCOME_LABELS: dict[Outcome, str] = {Outcome.PASS: "通过", Outcome.CORRECT: "补正", Outcome.FAIL: "不通过"}

CHECKLIST: dict[Subject, dict[str, str]] = {
    Subject.LEGALITY: {
        "spatial_plan": "符合国土空间规划",
        "ecology": "已完成生态环境影响评估",
        "approval": "立项批复合法有效",
    },
    Subject.VALIDITY: {
        "quantity": "指标数量与验收报告一致",
        "grade": "质量等别与验收报告一致",
        "not_traded": "指标未重复交易",
        "overlap": "地块未与其他项目重叠",
    },
    Subject.ELIGIBILITY: {
        "holding": "出让方持有该指标",
        "encumbrance": "无抵押、查封等权利负担",
        "documents": "申请材料齐全",
    },
}
