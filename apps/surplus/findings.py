"""What the system finds by itself in a verification, for its reviewers (spec: surplus, "Automatic findings")."""

from decimal import Decimal

from apps.surplus import rules
from apps.surplus.models import Measurement, Part, Verification
from apps.surplus.queries import account_of, parameters_of, parts_of, tolerances_of
from apps.surplus.rules import Finding
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
    ]


def _demolition(parts: list[Part]) -> Finding:
    bare = [each.parcel_no for each in parts if not each.building_area and not each.demolition]
    named = f"：{'、'.join(bare[:_MOST_NAMED])}{'等' if len(bare) > _MOST_NAMED else ''}" if bare else ""
    return Finding("demolition", not bare, f"既无建筑面积又无拆除证明的地块{len(bare)}个{named}", bars=False)
