"""What the system finds by itself in a verification, for its reviewers (spec: surplus, "Automatic findings")."""

from dataclasses import dataclass
from decimal import Decimal

from apps.surplus import rules
from apps.surplus.models import Measurement, Part, Verification
from apps.surplus.queries import account_of, parameters_of
from kernel.errors import Code, Refusal

_MOST_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it holds, in words; one that `bars` refuses the certificate with `code`."""

    name: str
    holds: bool
    text: str
    bars: bool = True
    code: Code = Code.NOT_VERIFIED


def findings_of(verification: Verification, measurement: Measurement) -> list[Finding]:
    """Every finding on a set of parts, in the order of the rules."""
    parts = list(measurement.parts.select_related("ground").order_by("id"))
    account = account_of(measurement)
    drawn = sum((each.ground.drawn_area for each in parts), Decimal("0.0000"))
    together = rules.why_not_together(stated_mu=account.reclaimed, drawn_mu=drawn, count=len(parts))
    required = parameters_of(verification).base_required
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


def why_not_certify(found: list[Finding]) -> Refusal | None:
    """The first finding that bars the certificate, by its own code."""
    for each in found:
        if each.bars and not each.holds:
            return Refusal(each.code, f"自动核对未通过：{each.text}，请退回补正。", {"finding": each.name})
    return None
