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
