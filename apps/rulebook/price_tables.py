"""The price tables that come with the exchange: none of them verified, so the baseline only shows them.

What a province itself has set binds in that province's preset (spec: price and risk, 2; cross-province, 4).
"""

from typing import Any

from apps.kinds.table import QuotaKind
from apps.rulebook.prices import PriceParameters, why_not_approve
from apps.rulebook.subjects import Subject

PRICES = Subject("prices", "价格", PriceParameters, why_not_approve)
"""Price tables, cost norms and the guide price."""

_SINCE = "2018-01-01"
_CROSS_PROVINCE = "国办发〔2018〕16号"
_GIVEN = "公开资料"


def _row(
    kind: str, region: str, what: str, amount: str, *, land_class: str | None = None, document_no: str = ""
) -> dict[str, Any]:
    return {
        "quota_class": str(QuotaKind(kind).quota_class),
        "kind": kind,
        "land_class": land_class,
        "region": region,
        "what": what,
        "amount": amount,
        "valid_from": _SINCE,
        "document_no": document_no,
        "source": _GIVEN,
        "verified": False,
        "effect": "show",
    }


def _across(region: str, what: str, amount: str, *, land_class: str | None = None) -> dict[str, Any]:
    """A row of the prices at which surplus quota crosses provinces (跨省域调剂)."""
    return _row("construction_area", region, what, amount, land_class=land_class, document_no=_CROSS_PROVINCE)


def _out_and_in() -> list[dict[str, Any]]:
    dear = {"110000": "700000", "310000": "700000"}
    middle = dict.fromkeys(("120000", "320000", "330000", "440000"), "500000")
    return [
        _across("*", "out_price", "300000"),
        _across("*", "out_price", "400000", land_class="high_standard"),
        *(_across(code, "in_price", amount) for code, amount in (dear | middle).items()),
        _across("*", "in_price", "300000"),
        _across("*", "addition_planning_scale", "500000"),
    ]


_ROWS: list[dict[str, Any]] = [
    _row("farmland_area", "330000", "guide", "130000"),
    _row("farmland_area", "450000", "guide", "50000"),
    _row("construction_area", "130000", "highest", "400000"),
    _row("construction_area", "130000", "addition_planning_scale", "500000"),
    _row("paddy_area", "360000", "lowest", "250000"),
    _row("farmland_area", "360000", "lowest", "150000", land_class="dry"),
    *_out_and_in(),
]


def _binding(province: str) -> dict[str, Any]:
    """The same tables; what this province has set, but for guide prices, binds."""
    own = [
        row | {"effect": "bind"} if row["region"] == province and _binds(row["what"]) else row
        for row in _ROWS
    ]
    return {"rows": own}


def _binds(what: str) -> bool:
    return what in ("lowest", "highest", "addition_planning_scale")


PRESETS: dict[str, dict[str, Any]] = {
    "baseline": {"rows": _ROWS},
    "hebei": _binding("130000"),
    "jiangxi": _binding("360000"),
    "zhejiang": _binding("330000"),
    "guangxi": _binding("450000"),
}
"""Ready tables by name. Of 330000 and 450000 only guide prices are known, and `guide` never binds."""

NAMES = {
    "baseline": "价格基准规则",
    "hebei": "河北省价格规则",
    "jiangxi": "江西省价格规则",
    "zhejiang": "浙江省价格规则",
    "guangxi": "广西壮族自治区价格规则",
}
_PUBLISHED = "公开发布的指标价格资料（文号待补）"
LEGAL_BASIS: dict[str, list[str]] = {
    "baseline": [f"各省{_PUBLISHED}", f"{_CROSS_PROVINCE}（跨省域调剂价格）"],
    "hebei": [f"河北省{_PUBLISHED}"],
    "jiangxi": [f"江西省{_PUBLISHED}"],
    "zhejiang": [f"浙江省{_PUBLISHED}"],
    "guangxi": [f"广西壮族自治区{_PUBLISHED}"],
}
"""What a province's own prices rest on has no number that anybody has read; across provinces it is the State Council's
notice, which the rows of those prices name."""


def parameters(preset: str, changes: dict[str, Any] | None = None) -> PriceParameters:
    """A preset with some parameters set otherwise. Wrong ones raise pydantic's `ValidationError`, each named."""
    return PriceParameters.model_validate({**PRESETS[preset], **(changes or {})})
