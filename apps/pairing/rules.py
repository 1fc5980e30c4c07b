"""What may be recorded as a pairing, and whom one covers. Plain values only."""

from dataclasses import dataclass
from datetime import date

from apps.parties.roles import division_prefix
from kernel.errors import Code, Refusal


@dataclass(frozen=True)
class Stated:
    """A pairing as its document states it; regions by the first digits of their codes."""

    giving_region: str
    taking_region: str
    major_project_no: str
    project_unit_id: int | None
    classes: tuple[str, ...]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Parties:
    """Who hands over to whom, quota of which class."""

    giver_region: str
    taker_region: str
    taker_id: int
    quota_class: str


def why_not_record(stated: Stated, *, province: str) -> Refusal | None:
    """`invalid` for a pairing of neither or both sorts, of another province's regions, or of no time at all."""
    of_project = bool(stated.major_project_no) or stated.project_unit_id is not None
    if bool(stated.taking_region) == of_project:
        return _invalid(
            "taking_region", "请填写受让方行政区划，或者填写重大项目文号和项目单位，二者只能选其一。"
        )
    if of_project and not (stated.major_project_no and stated.project_unit_id is not None):
        return _invalid("major_project_no", "重大项目须同时填写项目文号和项目单位。")
    for field, region in (
        ("giving_region", stated.giving_region),
        ("taking_region", stated.taking_region or province),
    ):
        if not region.startswith(province[:2]):
            return _invalid(field, "对口双方须在本省行政区划之内，请核对代码。")
    if stated.valid_to is not None and stated.valid_to < stated.valid_from:
        return _invalid("valid_to", "有效期截止日早于开始日，请核对。")
    return None


def _invalid(field: str, said: str) -> Refusal:
    return Refusal(Code.INVALID, said, {"field": field})


def covers(stated: Stated, parties: Parties, *, on: date) -> bool:
    """Whether a pairing that was not ended covers these parties and this class on a day."""
    taken = (
        parties.taker_id == stated.project_unit_id
        if stated.project_unit_id is not None
        else parties.taker_region.startswith(division_prefix(stated.taking_region))
    )
    in_time = stated.valid_from <= on and (stated.valid_to is None or on <= stated.valid_to)
    given = parties.giver_region.startswith(division_prefix(stated.giving_region))
    return given and taken and in_time and parties.quota_class in stated.classes


NOT_PAIRED = Refusal(
    Code.NOT_PAIRED,
    "没有覆盖双方和本类指标的有效对口关系，不能以协议方式转让；请选择有效的对口关系，或联系省级主管部门登记。",
)


def why_not_paired(stated: Stated | None, parties: Parties, *, ended: bool, on: date) -> Refusal | None:
    """`not_paired` where none is named, or the one that is does not cover these parties now."""
    if stated is None or ended or not covers(stated, parties, on=on):
        return NOT_PAIRED
    return None


def why_not_end(*, ended: bool) -> Refusal | None:
    """`duplicate_request` for one that is over."""
    if not ended:
        return None
    return Refusal(Code.DUPLICATE_REQUEST, "该对口关系已经终止，不能重复办理。", {"status": "ended"})
