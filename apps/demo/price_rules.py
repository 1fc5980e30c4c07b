"""The demonstration's prices: the tables that come with the exchange, and norms that no province has set."""

from datetime import datetime
from typing import Any

from apps.rulebook import price_tables
from apps.rulebook.commands import install


def _norm(kind: str, province: str, *amounts: str) -> dict[str, Any]:
    names = ("levelling", "irrigation", "soil", "ecological")
    return {
        "kind": kind,
        "region": province,
        **dict(zip(names, amounts, strict=True)),
        "valid_from": "2018-01-01",
        "document_no": "演示数据",
    }


def settle_prices(*, province: str, now: datetime) -> None:
    """Price rules of a province, in force at once; every row of them unverified and shown only."""
    norms = [
        _norm("farmland_area", province, "18000", "12000", "10000", "3000"),
        _norm("paddy_area", province, "22000", "18000", "12000", "3000"),
    ]
    install(
        province=province,
        name=price_tables.NAMES["baseline"],
        legal_basis=price_tables.LEGAL_BASIS["baseline"],
        parameters=price_tables.parameters("baseline", {"cost_norms": norms}),
        now=now,
        subject=price_tables.PRICES,
    )
