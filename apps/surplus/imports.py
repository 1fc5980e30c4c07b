"""Reclaimed parcels from a map file (GeoJSON): one feature a parcel, its properties named as the form's inputs.

Names are Chinese or those of a shapefile's fields (spec: land data, "Files"); numbers keep their decimals, identifiers
stay text. Every error is said at once, by feature and property.
"""

import json
from collections.abc import Mapping
from typing import Any

from apps.land.imports import collection_of, plain_value
from apps.surplus.classes import After, Before
from kernel.errors import Code, Refused
from kernel.tables import CellError

_NAMES: dict[str, tuple[str, ...]] = {
    "parcel_no": ("地块编号", "PARCEL_NO"),
    "village": ("所在村", "村代码", "VILLAGE"),
    "class_before": ("复垦前类型", "类型", "KIND"),
    "class_after": ("复垦后地类", "CLASS_NEW"),
    "area": ("面积", "AREA_MU"),
    "grade_after": ("复垦后质量等别", "等别", "GRADE"),
    "high_standard": ("是否高标准农田", "高标准农田", "HS"),
    "high_standard_no": ("高标准农田验收文号", "HS_NO"),
    "building_area": ("拆除建筑面积", "建筑面积", "BUILD_M2"),
    "demolition": ("拆除证明", "DEMOLITION"),
}
_REQUIRED = ("parcel_no", "village", "class_before", "class_after", "area")
_WORDS: dict[str, dict[str, str]] = {
    "class_before": {each.label: str(each) for each in Before},
    "class_after": {each.label: str(each) for each in After},
    "high_standard": {"是": "yes", "否": "no"},
}
_MOST_SAID = 20


def parts_from_map(content: bytes) -> list[dict[str, Any]]:
    """The parcels of a GeoJSON file as the form takes them. Refuses: invalid, naming what is wrong by feature."""
    errors: list[CellError] = []
    parts = [
        _part(number, each, errors) for number, each in enumerate(collection_of(content)["features"], start=1)
    ]
    if errors:
        said = "；".join(
            f"第{each.row}个要素{each.column}{each.sentence.rstrip('。')}" for each in errors[:_MOST_SAID]
        )
        more = f"等{len(errors)}处" if len(errors) > _MOST_SAID else ""
        raise Refused.because(Code.INVALID, f"地块文件有误：{said}{more}，请更正后重新导入。", field="parts")
    return parts


def _part(number: int, feature: Any, errors: list[CellError]) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    given = {
        str(name).partition("（")[0].strip(): plain_value(value)
        for name, value in (properties if isinstance(properties, Mapping) else {}).items()
    }
    drawn = feature.get("geometry") if isinstance(feature, Mapping) else None
    found: dict[str, Any] = {"geometry": json.loads(json.dumps(drawn))}  # plain numbers
    for name, spellings in _NAMES.items():
        text = next((given[each] for each in spellings if given.get(each)), "")
        if text:
            found[name] = _WORDS.get(name, {}).get(text, text)
        elif name in _REQUIRED:
            errors.append(CellError(number, f"“{spellings[0]}”", "未填写。"))
    if found["geometry"] is None:
        errors.append(CellError(number, "界址", "没有面。"))
    return found
