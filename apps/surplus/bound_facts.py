"""What is said of a verification on the approval pages of its acts of two persons."""

from typing import Any

from apps.documents.incoming import as_entered
from apps.documents.queries import attachments_of
from apps.surplus import queries
from apps.surplus.findings import findings_of
from apps.surplus.models import Measurement, Verification
from apps.surplus.states import Origin
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Fact, File
from kernel.errors import not_found

_AREAS = (
    ("reclaimed", "复垦为农用地"),
    ("surplus", "节余指标"),
    ("tradeable", "可交易指标"),
    ("carried_farmland", "附带耕地"),
    ("carried_paddy", "附带水田"),
    ("high_standard", "可按高标准农田价格跨省调剂"),
)


def found_for(verification_id: int) -> Verification:
    """One verification with what its facts name. Refuses: not_found."""
    found = (
        Verification.objects.select_related("holder", "filed_by", "region", "measurer", "case")
        .filter(pk=verification_id)
        .first()
    )
    if found is None:
        raise not_found("核定项目")
    return found


def mu(label: str, amount: Any) -> Fact:
    """An area in 亩, with four decimals."""
    return bound.quantity(label, amount, places=4, unit="亩")


def facts_of(found: Verification) -> tuple[Fact, ...]:
    """Whose verification it is, who filed it, of which project area."""
    return (
        bound.party("权属主体", found.holder.name),
        bound.party("申报单位", found.filed_by.name),
        bound.text("项目区", found.title),
        bound.text("复垦验收文号", found.acceptance_no),
        bound.text("行政区", f"{found.region.name}（{found.region_id}）"),
    )


def figures_of(found: Verification, measurement: Measurement) -> tuple[Fact, ...]:
    """R, S, N, B, V, T, what is carried, H, who measured when, digests of the parcels and of the report."""
    account = queries.account_of(measurement)
    by_name = account.by_name()
    return (
        *(mu(label, by_name[name]) for name, label in _AREAS),
        bound.quantity("附带粮食产能", account.carried_capacity, places=0, unit="公斤"),
        mu("安置区建设用地", measurement.resettlement),
        mu("归还周转指标", found.returned),
        mu("村内预留", found.reserved),
        bound.text("核定机构", measurement.by.name),
        bound.text("测量日期", f"{measurement.measured_on or '—'}"),
        bound.text("地块数", f"{measurement.part_count}个"),
        bound.text("与申报地块比对", _compared(found, measurement)),
        bound.digest("地块数据摘要", measurement.digest),
        bound.digest("核定报告摘要", measurement.report_sha256),
    )


def _compared(found: Verification, measurement: Measurement) -> str:
    """How many parcels of a report are just what the county declared: who only copies measures nothing."""
    drafts = found.measurements.filter(origin=Origin.DRAFT, version__lt=measurement.version)
    declared = drafts.order_by("-version").first()
    if declared is None:
        return "没有可比对的申报"
    stated, before = _stated(measurement), _stated(declared)
    same = sum(1 for number, said in stated.items() if before.get(number) == said)
    if same == len(stated) == len(before):
        return f"{same}个地块与申报逐块相同（地类、面积、等别、界址）"
    other, missing = len(stated) - same, len(before.keys() - stated.keys())
    return f"与申报相同{same}个、不同或新增{other}个、申报有而报告没有{missing}个"


def _stated(measurement: Measurement) -> dict[str, tuple[Any, ...]]:
    rows = measurement.parts.values_list(
        "parcel_no", "class_after", "area", "grade_after", "ground__geometry"
    )
    return {number: tuple(said) for number, *said in rows}


def evidence_of(found: Verification, *, entering: Actor | None = None) -> tuple[File, ...]:
    """The papers handed in on it, first the one that `entering` would enter now."""
    return as_entered(attachments_of(case_id=found.pk), case_id=found.pk, by=entering)


def failed_findings(found: Verification, measurement: Measurement) -> tuple[str, ...]:
    """What the system found in a set of parts that does not hold, in words."""
    return tuple(each.text for each in findings_of(found, measurement) if not each.holds)
