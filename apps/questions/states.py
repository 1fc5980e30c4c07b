"""Where a question about a lot stands (咨询)."""

from enum import StrEnum


class QuestionStatus(StrEnum):
    """The status of a question."""

    ASKED = "asked"
    ANSWERED = "answered"


LABELS: dict[QuestionStatus, str] = {
    QuestionStatus.ASKED: "待答复",
    QuestionStatus.ANSWERED: "已答复",
}
