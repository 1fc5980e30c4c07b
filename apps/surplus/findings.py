"""What the system finds by itself in a verification, for its reviewers (spec: surplus, "Automatic findings")."""

from decimal import Decimal

from apps.land.parcels import has_border
from apps.surplus import rules
from apps.surplus.models import Measurement, Part, Verification
from apps.surplus.queries import account_of, parameters_of, parts_of, tolerances_of
from apps.surplus.rules import Finding
from apps.surplus.states import Origin
from kernel.errors import Code

_MOST_NAMED = 5


def findings_of(verification: Verification, measurement: Measurement) -> list[Finding]:
    """Every finding on a set of parts, in the order of the rules."""
    parts = parts_of(measurement)
    account = account_of(measurement)
    drawn = sum((each.ground.drawn_area for each in parts), Decimal("0.0000"))
    book = parameters_of(verification)
    together = rules.why_not_together(
        stated_mu=account.reclaimed, drawn_mu=drawn, count=len(parts), within=tolerances_of(book)
    )
    required = book.base_required
    return [
        Finding(
            "sum",
            account.reclaimed == verification.declared,
            f"各地块合计{account.reclaimed:,}亩，申报复垦面积{verification.declared:,}亩",
            code=Code.TOTALS_MISMATCH,
        ),
        Finding(
            "geometry",
            together is None,
            f"界址面积合计{drawn:,}亩，报告面积合计{account.reclaimed:,}亩",
            code=Code.TOTALS_MISMATCH,
        ),
        Finding(
            "base",
            not required,
            "现状建设用地图层：" + ("尚未载入，不能比对" if required else "未比对（现行规则不要求）"),
            code=Code.BAN_LIST,
        ),
        _demolition(parts),
        _county(verification),
        *([_grades(verification, parts)] if measurement.origin == Origin.REPORT else []),
    ]


def _county(verification: Verification) -> Finding:
    """A parcel outside its county is refused at once, as far as the county's border is known."""
    known = has_border(verification.region_id)
    said = "已在登记地块时逐块核对" if known else "未入库，各地块是否位于本县未比对"
    return Finding("county", known, f"所在县行政界线：{said}", bars=False)


def _grades(verification: Verification, parts: list[Part]) -> Finding:
    """The grades that were measured beside those that were declared last, parcel by parcel."""
    drafted = Part.objects.filter(measurement__verification=verification, measurement__origin=Origin.DRAFT)
    in_order = drafted.order_by("measurement__version").values_list("parcel_no", "grade_after")
    declared = dict(in_order)  # of a parcel that was declared again the last one stays
    others = [
        f"{each.parcel_no}（申报{_said(declared[each.parcel_no])}，核定{_said(each.grade_after)}）"
        for each in parts
        if each.parcel_no in declared and declared[each.parcel_no] != each.grade_after
    ]
    named = (
        f"：{'、'.join(others[:_MOST_NAMED])}{'等' if len(others) > _MOST_NAMED else ''}" if others else ""
    )
    text = f"复垦后等别与申报不一致的地块{len(others)}个{named}"
    return Finding("grade", not others, text, bars=False)


def _said(grade: int | None) -> str:
    return f"{grade}等" if grade is not None else "无等别"


def _demolition(parts: list[Part]) -> Finding:
    bare = [each.parcel_no for each in parts if not each.building_area and not each.demolition]
    named = f"：{'、'.join(bare[:_MOST_NAMED])}{'等' if len(bare) > _MOST_NAMED else ''}" if bare else ""
    return Finding("demolition", not bare, f"既无建筑面积又无拆除证明的地块{len(bare)}个{named}", bars=False)
