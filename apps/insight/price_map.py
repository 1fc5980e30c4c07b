"""Prices by province as a map: a tile for each province, lying as they lie to each other; no scale and no borders."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.insight.price_comparison import Line, Spread
from apps.rulebook.prices import EVERYWHERE, WHAT_WORDS, What
from kernel.money import Yuan

SHADES = 5
"""How many shades tell prices apart, the dearest darkest."""

_PLACES: dict[str, tuple[str, int, int]] = {
    "23": ("黑龙江", 1, 9),
    "15": ("内蒙古", 2, 6), "21": ("辽宁", 2, 8), "22": ("吉林", 2, 9),
    "65": ("新疆", 3, 1), "62": ("甘肃", 3, 3), "64": ("宁夏", 3, 4), "14": ("山西", 3, 5), "13": ("河北", 3, 6),
    "11": ("北京", 3, 7), "12": ("天津", 3, 8),
    "54": ("西藏", 4, 1), "63": ("青海", 4, 2), "61": ("陕西", 4, 4), "41": ("河南", 4, 5), "37": ("山东", 4, 6),
    "51": ("四川", 5, 3), "50": ("重庆", 5, 4), "42": ("湖北", 5, 5), "34": ("安徽", 5, 6), "32": ("江苏", 5, 7),
    "31": ("上海", 5, 8),
    "53": ("云南", 6, 3), "52": ("贵州", 6, 4), "43": ("湖南", 6, 5), "36": ("江西", 6, 6), "33": ("浙江", 6, 7),
    "45": ("广西", 7, 4), "44": ("广东", 7, 5), "35": ("福建", 7, 6), "71": ("台湾", 7, 8),
    "46": ("海南", 8, 4), "82": ("澳门", 8, 5), "81": ("香港", 8, 6),
}  # fmt: skip
"""Each province by the first two digits of its code (GB/T 2260): its short name, the row and the column of its tile."""
_APART = frozenset({"71", "81", "82"})
"""Where no rule of the mainland holds: what is said of everywhere is not said of these."""
_PREFIX = 2


@dataclass(frozen=True)
class Tile:
    """One province: its price in yuan a unit where there is one, `own` where it is not what holds everywhere else.

    `shade` is 1 for the cheapest up to `SHADES`; 0 without a price. `deals` are those made there.
    """

    code: str
    name: str
    row: int
    column: int
    amount: Yuan | None
    own: bool
    verified: bool
    shade: int
    deals: Spread | None


@dataclass(frozen=True)
class PriceMap:
    """The tiles for one thing that is said of prices, and what there is to choose from, each with its word."""

    what: What
    choices: Sequence[tuple[What, str]]
    tiles: Sequence[Tile]


def price_map(lines: Sequence[Line], *, wanted: str) -> PriceMap | None:
    """The map of what is wanted, or of what is said of the most provinces; None when nothing is said of any.

    A province's price is its own row's, one of no land class before others; without one what holds everywhere.
    """
    found: dict[What, dict[str, Line]] = {}
    for each in lines:
        place = each.row.region if each.row.region == EVERYWHERE else _province(each.row.area)
        if place:
            known = found.setdefault(each.row.what, {})
            if place not in known or (known[place].row.land_class and not each.row.land_class):
                known[place] = each
    if not found:
        return None
    what = next((each for each in found if each == wanted), max(found, key=lambda each: len(found[each])))
    choices = [(each, WHAT_WORDS[each]) for each in What if each in found]
    return PriceMap(what, choices, _tiles(found[what]))


def _province(area: str) -> str:
    """The first two digits of an area that is a whole province; nothing for a part of one."""
    return area if len(area) == _PREFIX and area in _PLACES else ""


def _tiles(found: dict[str, Line]) -> list[Tile]:
    everywhere = found.get(EVERYWHERE)
    amounts = sorted({each.amount for each in found.values()})
    tiles = []
    for code, (name, row, column) in _PLACES.items():
        line = found.get(code, None if code in _APART else everywhere)
        tiles.append(
            Tile(
                code=f"{code}0000",
                name=name,
                row=row,
                column=column,
                amount=line.amount if line else None,
                own=code in found,
                verified=line is not None and line.row.verified,
                shade=_shade(amounts.index(line.amount), len(amounts)) if line else 0,
                deals=line.deals if line and code in found else None,
            )
        )
    return sorted(tiles, key=lambda each: (each.row, each.column))


def _shade(place: int, of: int) -> int:
    """The shade of the price at a place among so many different ones; the middle one where there is but one."""
    if of == 1:
        return (SHADES + 1) // 2
    return 1 + place * (SHADES - 1) // (of - 1)
