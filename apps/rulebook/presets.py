"""Three ready rulebooks: the published baseline, and what public notices of Henan and Hunan say."""

from copy import deepcopy
from typing import Any

from apps.rulebook.parameters import Parameters

BASELINE: dict[str, Any] = {
    "review_wd": 10,
    "return_notice_wd": 5,
    "announcement_min": {"days": 10, "unit": "wd"},
    "qualification_wd": 3,
    "bidding_min_days": 3,
    "daily_end": "24:00",
    "deposit_rate": "0.20",
    "starting_total_rounding": "fen",
    "deposit_rounding": "fen",
    "increment": {"kind": "fixed", "value": "5000"},
    "increment_multiple": False,
    "ceiling": {"kind": "none"},
    "timed_bidding": {"enabled": False, "round_minutes": 5, "least_bidders": 2, "pause_minutes": 0},
    "quiet_last_minutes": 0,
    "confirmation_wd": 2,
    "contract_wd": 5,
    "payment_wd": 15,
    "late_fee_daily": "0.0005",
    "late_fee_cap": None,
    "allocation": "price_first",
    "default_after_days": 30,
    "bar_days": 365,
    "transfer_wd": 10,
    "filing_wd": 10,
    "publication_start_wd": 10,
    "publication_days": 7,
    "deposit_refund_wd": 5,
    "objection_accept_wd": 3,
    "objection_decide_wd": 30,
    "resume_notice_hours": 24,
    "bidder_kinds": ["county_government", "site_project_unit"],
    "price_guidance": [],
    "seller_kinds": ["county_government"],
    "opinion_bodies": {
        "legality": "provincial_dnr",
        "validity": "provincial_dnr",
        "eligibility": "trading_centre",
    },
    "resale_allowed": False,
    "resale_rule_no": None,
    "quality_claim_days": 365,
    "use_mode": "project",
    "geometry_required": True,
    "portal_note_wd": 1,
    "portal_required": True,
    "remit_wd": 3,
    "holdback": "0",
    "overpayment_tolerance": "0.00",
}

_SELLERS = ["county_government", "development_zone", "natural_resources_bureau"]
_ALL_KINDS = ["county_government", "development_zone", "natural_resources_bureau", "site_project_unit"]

HENAN: dict[str, Any] = {
    **BASELINE,
    "announcement_min": {"days": 10, "unit": "cd"},
    "ceiling": {"kind": "unit_price"},
    "timed_bidding": {"enabled": True, "round_minutes": 5, "least_bidders": 2, "pause_minutes": 0},
    "bidder_kinds": _ALL_KINDS,
    "seller_kinds": _SELLERS,
}

HUNAN: dict[str, Any] = {
    **BASELINE,
    "bidding_min_days": 6,
    "starting_total_rounding": "ceil_wan",
    "deposit_rounding": "floor_wan",
    "increment": {"kind": "percent_of_start", "value": "0.05"},
    "ceiling": {"kind": "percent_of_start", "value": "1.5"},
    "bidder_kinds": _ALL_KINDS,
    "seller_kinds": _SELLERS,
}

PRESETS: dict[str, dict[str, Any]] = {"baseline": BASELINE, "henan": HENAN, "hunan": HUNAN}

NAMES = {"baseline": "基准规则", "henan": "河南省规则", "hunan": "湖南省规则"}

LEGAL_BASIS: dict[str, list[str]] = {
    "baseline": [
        "《中华人民共和国土地管理法》第三十条",
        "《中华人民共和国土地管理法实施条例》第八条",
        "《关于加强耕地保护和改进占补平衡的意见》（中办发〔2017〕4号）",
        "自然资发〔2024〕204号",
    ],
    "henan": ["豫国土资投告〔2020〕3号", "豫自然资投告〔2023〕83号"],
    "hunan": ["湘资耕指告字[2017]09号", "湘资耕指告字[2023]10号"],
}


VERIFIED_BASIS: dict[str, list[str]] = {
    "baseline": [],
    "henan": [],
    "hunan": [],
}
"""Of these the province has read the original; the others are known from what cites them, and are shown as 未核实."""


def parameters(preset: str, changes: dict[str, Any] | None = None) -> Parameters:
    """A preset with some parameters set otherwise. Wrong ones raise pydantic's `ValidationError`, each named.

    A group such as `timed_bidding` may be changed in part.
    """
    values = deepcopy(PRESETS[preset])
    for name, value in (changes or {}).items():
        old = values.get(name)
        values[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return Parameters.model_validate(values)
