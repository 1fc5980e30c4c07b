"""The list of parcels (地块清单) as approvers read it: one line a parcel, the same whether reported or about to be."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry import shape

from apps.land import parcels
from apps.surplus.classes import After, Before
from apps.surplus.models import Measurement
from kernel.acts import bound
from kernel.acts.bound import BETWEEN, Fact, Reading
from kernel.measures import parse_area

_COLUMNS = (
    "地块编号",
    "所在村",
    "复垦前类型",
    "复垦后地类",
    "面积（亩）",
    "界址面积（亩）",
    "中心（经度、纬度）",
    "质量等别",
    "高标准农田验收文号",
    "拆除建筑面积（平方米）",
    "拆除证明",
)


@dataclass(frozen=True)
class ParcelList:
    """Every parcel of a report in words, and the SHA-256 of just these words."""

    text: str

    @property
    def sha256(self) -> str:
        """Hexadecimal, over the UTF-8 text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def reading(self) -> Reading:
        """To be read whole on the approval page."""
        return Reading("地块清单", self.text)

    @property
    def digest(self) -> Fact:
        """What binds it."""
        return bound.digest("地块清单摘要", self.sha256)


def as_typed(rows: Iterable[Mapping[str, Any]]) -> ParcelList:
    """Of rows as they were handed in; what cannot be read stands there as it was typed, for the act refuses it."""
    return _list_of(_typed(each) for each in rows)


def as_stored(measurement: Measurement) -> ParcelList:
    """Of the parts of a measurement."""
    return _list_of(
        _line(
            each.parcel_no,
            each.village,
            Before(each.class_before).label,
            After(each.class_after).label,
            f"{each.area:.4f}",
            f"{each.ground.drawn_area:.4f}",
            _centre(each.ground.geometry),
            each.grade_after,
            each.high_standard_no,
            f"{each.building_area:.4f}",
            each.demolition,
        )
        for each in measurement.parts.select_related("ground").order_by("id")
    )


def _list_of(lines: Iterable[str]) -> ParcelList:
    return ParcelList("\n".join((BETWEEN.join(_COLUMNS), *lines)))


def _typed(given: Mapping[str, Any]) -> str:
    drawn, centre = "—", "—"
    try:
        found = parcels.parcel(parcels.pasted(given.get("geometry")))
        drawn, centre = f"{found.area_mu:.4f}", _centre(found.geometry)
    except parcels.BadLand:
        pass
    before, after = given.get("class_before"), given.get("class_after")
    return _line(
        given.get("parcel_no"),
        given.get("village"),
        Before(before).label if before in list(Before) else before,
        After(after).label if after in list(After) else after,
        _area(given.get("area")),
        drawn,
        centre,
        given.get("grade_after"),
        given.get("high_standard_no"),
        _area(given.get("building_area") or 0),
        given.get("demolition"),
    )


def _area(given: Any) -> str:
    """With four decimals; as it was typed where it is no area, which the act refuses."""
    try:
        return f"{parse_area(str(given)):.4f}"
    except ValueError:
        return str(given)


def _centre(geometry: dict[str, Any]) -> str:
    point = shape(geometry).representative_point()
    return f"{point.x:.5f}、{point.y:.5f}"


def _line(*cells: object) -> str:
    return BETWEEN.join(str(each) if each not in (None, "") else "—" for each in cells)
