"""Registers from files (批量导入): a workbook or GeoJSON to the facts of acts, or every error by row and column."""

from collections.abc import Mapping
from typing import Any

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind, kinds_of
from apps.land import queries as land_queries
from apps.land import rules as land_rules
from apps.land.imports import _OPTIONAL, EXAMPLE_AMOUNTS, MOST_ROWS, Found, _Row
from apps.land.models import Project
from apps.quota import queries, rules
from apps.quota.batch_models import Batch
from kernel import sheets, tables
from kernel.text import folded

BATCH_COLUMNS = {
    "行政区划代码": "region",
    "验收文号": "acceptance_no",
    "入库凭证号": "certificate_no",
    **{kind.label: str(kind) for kind in kinds_of()},
    "质量等别": "grade",
}


UNITS = {kind.label: kind.measure.spellings for kind in kinds_of()}
"""What brackets behind a heading may say."""


def batches_from_sheet(content: bytes, *, province: str) -> Found:
    """Batches to book, one a row, each for a recorded project that still has as much of every kind to be booked."""
    required = [each for each in BATCH_COLUMNS if each not in _OPTIONAL]
    sheet = tables.read(
        content,
        headings=list(BATCH_COLUMNS),
        required=required,
        most_rows=MOST_ROWS,
        example=BATCH_EXAMPLE,
        units=UNITS,
    )
    errors = list(sheet.errors)
    numbers = [folded(given.get("验收文号", "")) for _, given in sheet.rows]
    projects = {
        (each.region_id, each.acceptance_key): each
        for each in Project.objects.filter(
            acceptance_key__in=numbers, region__code__startswith=province[:2], voided_at=None
        )
    }
    certificates = [folded(given.get("入库凭证号", "")) for _, given in sheet.rows]
    used = set(
        Batch.objects.filter(certificate_key__in=certificates).values_list("certificate_key", flat=True)
    )
    facts: list[tuple[int, dict[str, Any]]] = []
    planned: dict[int, Quantities] = {}
    for number, given in sheet.rows:
        row = _Row(number, given, errors)
        acceptance = row.text("验收文号", "acceptance_no")
        key = (row.text("行政区划代码", "region"), folded(acceptance))
        certificate = row.text("入库凭证号", "certificate_no")
        if key not in projects and all(key):
            row.wrong("验收文号", f"{key[0]}没有验收文号为“{acceptance}”的已登记项目。")
        if folded(certificate) in used:
            row.wrong("入库凭证号", f"“{certificate}”已使用。")
        used.add(folded(certificate))
        made = {
            "certificate_no": certificate,
            **{str(kind): row.quantity(kind.label, kind.measure, may_be_zero=True) for kind in kinds_of()},
            "grade": row.whole("质量等别", 1, 15),
        }
        if key in projects:
            facts.append((projects[key].pk, made))
            _covered(row, projects[key], made, planned)
    errors.sort(key=lambda each: each.row)
    return Found([] if errors else facts, errors, list(sheet.remarks), rows=len(sheet.rows))


def _covered(row: _Row, project: Project, made: Mapping[str, Any], planned: dict[int, Quantities]) -> None:
    """Whether the project has so much left beside what is booked and what earlier rows of the file book of it."""
    if any(not made[str(kind)] for kind in kinds_of()) or not made["grade"]:
        return
    grounds = land_queries.grounds_of(project)
    booked = planned.setdefault(project.pk, queries.booked_of(project.pk))
    wanted = Quantities.taken(made)
    refusal = rules.why_not_book(made=land_rules.made_by(grounds), booked=booked, wanted=wanted)
    if refusal is not None:
        row.wrong(QuotaKind(refusal.detail["kind"]).label, refusal.sentence)
        return
    planned[project.pk] = booked + wanted
    refusal = rules.why_not_grade(made=land_rules.grade_made_by(grounds), stated=made["grade"])
    if refusal is not None:
        row.wrong("质量等别", refusal.sentence)


BATCH_EXAMPLE = {
    "行政区划代码": "410222",
    "验收文号": "示例验〔2025〕1号",
    "入库凭证号": "示例库〔2025〕1号",
    **{kind.label: amount for kind, amount in EXAMPLE_AMOUNTS.items()},
    "质量等别": "7",
}
"""The row of the template that is no batch."""


def batch_template() -> bytes:
    """The workbook to fill in with batches to book."""
    columns = [
        sheets.Column("行政区划代码", sheets.TEXT, 14),
        sheets.Column("验收文号", sheets.TEXT, 22),
        sheets.Column("入库凭证号", sheets.TEXT, 22),
        *(sheets.Column(kind.heading, sheets.TEXT, 16) for kind in kinds_of()),
        sheets.Column("质量等别（1至15）", sheets.TEXT, 14, tuple(str(each) for each in range(1, 16))),
    ]
    notes = [
        "第2行为示例，导入时自动略过。",
        "每行一个批次，对应一个已登记的项目；同一项目可分批入库，各批合计不得超过项目各地块合计。",
        "质量等别须为项目新增耕地各地块按面积加权平均、四舍五入的等别。",
    ]
    return sheets.written(
        sheets.Table("入库批次", columns, [list(BATCH_EXAMPLE.values())], notes), validated_rows=200
    )
