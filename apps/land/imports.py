"""Projects from files (批量导入): a workbook or GeoJSON to the facts of acts, or every error by row and column."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from apps.kinds.quantities import Quantities
from apps.kinds.table import Measure, QuotaKind, kinds_of
from apps.land import parcels, queries, rules
from apps.land.models import Project
from apps.parties.models import Region
from kernel import files, sheets, tables
from kernel.errors import Code, Refused
from kernel.measures import parse_area
from kernel.tables import CellError
from kernel.text import DAMAGED, damaged_number, folded, kept_line, kept_number

MOST_ROWS = 5000

PROJECT_COLUMNS = {
    "项目名称": "name",
    "立项批复文号": "approval_no",
    "验收文号": "acceptance_no",
    "行政区划代码": "region",
}

REPORT_COLUMNS = {
    "实施前耕地": "farmland_before",
    "竣工后耕地": "farmland_after",
    **{f"验收{kind.label}": str(kind) for kind in kinds_of()},
}
"""What the acceptance report states, on the first row of a project; left out, it is what the parcels make."""

PART_COLUMNS = {
    "地块编号": "parcel_no",
    "指标种类": "kind",
    "地类": "land_class",
    "数量": "quantity",
    "治理前等别": "grade_before",
    "治理后等别": "grade_after",
}

UNITS = {
    **dict.fromkeys(("实施前耕地", "竣工后耕地", "数量"), Measure.MU.spellings),
    **{f"验收{kind.label}": kind.measure.spellings for kind in kinds_of()},
}
"""What brackets behind a heading may say: hectares are not read as 亩."""
LAND_COLUMN = "界址"
"""A parcel's polygon as GeoJSON text, in a workbook."""

_OPTIONAL = {"地块编号", LAND_COLUMN, *(kind.label for kind in kinds_of()), *REPORT_COLUMNS}

LAND_CLASSES = {"水浇地": "irrigated", "水田": "paddy", "旱地": "dry"}

KINDS = {kind.label: str(kind) for kind in kinds_of()}

_MOST_PLACES = 40

_LENGTHS = {"name": 200, "approval_no": 80, "acceptance_no": 80, "parcel_no": 40, "certificate_no": 80}


@dataclass(frozen=True)
class Found:
    """What a file says: facts for one act each (with the subject's id, 0 for none), errors, and remarks by row."""

    facts: list[tuple[int, dict[str, Any]]]
    errors: list[CellError]
    remarks: list[str] = field(default_factory=list)
    rows: int = 0


@dataclass
class _Row:
    number: int
    given: Mapping[str, str]
    errors: list[CellError]

    def wrong(self, column: str, sentence: str) -> None:
        if not any(each.row == self.number and each.column == column for each in self.errors):
            self.errors.append(CellError(self.number, column, sentence))

    def text(self, column: str, name: str) -> str:
        value = self.given.get(column, "").strip()
        keep = kept_line if name == "name" else kept_number
        try:
            value = keep(value)
        except ValueError as error:
            self.wrong(column, str(error))
        if name != "name" and damaged_number(value):
            self.wrong(column, DAMAGED)
        if not value and column not in _OPTIONAL:
            self.wrong(column, "未填写。")
        if len(value) > _LENGTHS.get(name, 200):
            self.wrong(column, f"超过{_LENGTHS.get(name, 200)}个字。")
        return value

    def whole(self, column: str, least: int, most: int) -> int:
        text = self.given.get(column, "").strip()
        if text.isascii() and text.isdecimal() and len(text) < 4 and least <= int(text) <= most:
            return int(text)
        self.wrong(column, f"须为{least}至{most}的整数。")
        return 0

    def word(self, column: str, words: Mapping[str, str]) -> str:
        text = self.given.get(column, "").strip()
        if text in words:
            return words[text]
        if text in words.values():
            return text
        self.wrong(column, f"须为：{'、'.join(words)}。")
        return ""

    def quantity(self, column: str, measure: Measure, *, may_be_zero: bool = False) -> str:
        text = self.given.get(column, "").strip()
        if may_be_zero and not text:
            return "0"
        try:
            amount = measure.read(text)
        except ValueError as error:
            self.wrong(column, str(error))
            return ""
        if amount <= 0 and not may_be_zero:
            self.wrong(column, "数量须大于零。")
        return f"{amount:f}"


def projects_from_sheet(content: bytes, *, owner_id: int, near: str, land_required: bool = False) -> Found:
    """Projects from a workbook, one parcel a row; rows with the same acceptance number make one project.

    `near` is the seller's own division code: a project lies in the same prefecture. With `land_required`, as the rules
    in force may have it, every parcel has its polygon.
    """
    headings = [*PROJECT_COLUMNS, *REPORT_COLUMNS, *PART_COLUMNS, LAND_COLUMN]
    required = [each for each in headings if each not in _OPTIONAL]
    sheet = tables.read(
        content,
        headings=headings,
        required=required,
        most_rows=MOST_ROWS,
        example=PROJECT_EXAMPLE,
        units=UNITS,
    )
    rows: list[tuple[int, Mapping[str, str], Any]] = [(number, given, None) for number, given in sheet.rows]
    return _projects(rows, list(sheet.errors), near=near, land_required=land_required, remarks=sheet.remarks)


def projects_from_geojson(content: bytes, *, owner_id: int, near: str) -> Found:
    """Projects from GeoJSON, one parcel a feature; its properties are named as the workbook's columns."""
    collection = collection_of(content)
    rows: list[tuple[int, Mapping[str, str], Any]] = []
    for number, each in enumerate(collection["features"], start=1):
        properties = each.get("properties") if isinstance(each, Mapping) else None
        named = properties if isinstance(properties, Mapping) else {}
        given = {str(name).partition("（")[0]: plain_value(value) for name, value in named.items()}
        rows.append((number, given, each.get("geometry") if isinstance(each, Mapping) else None))
    return _projects(rows, [], near=near, with_land=True)


def collection_of(content: bytes) -> dict[str, Any]:
    """A GeoJSON file as a collection of 1 to 5,000 features, numbers as the file writes them. Refuses: invalid."""
    files.require_some(content)
    files.require_known(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused.because(
            Code.INVALID, "GeoJSON须为UTF-8编码（RFC 7946），请从地图软件以UTF-8重新导出。"
        ) from error
    try:
        found = json.loads(
            text, parse_constant=_no_constant, parse_float=_exact, object_pairs_hook=_each_once
        )
    except (ValueError, RecursionError) as error:
        raise Refused.because(Code.INVALID, "文件不是有效的GeoJSON（JSON格式有误）。") from error
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise Refused.because(Code.INVALID, "文件须为GeoJSON要素集合，请从地图软件按要素集合导出。")
    features = found.get("features")
    if not isinstance(features, list) or not 0 < len(features) <= MOST_ROWS:
        raise Refused.because(Code.INVALID, f"GeoJSON须有1至{MOST_ROWS}个要素。")
    try:
        parcels.check_crs(found)
    except parcels.BadLand as bad:
        raise Refused.because(Code.INVALID, str(bad)) from bad
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


class _Exact(float):
    """A number with a point as the file writes it: a float for geometry, with its own text for ids and amounts."""

    text: str


def _exact(text: str) -> _Exact:
    found = _Exact(text)
    found.text = text
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def plain_value(value: Any) -> str:
    """A property as text; numbers exactly as the file writes them, whole ones without a point."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, _Exact):
        exact = Decimal(value.text)
        if abs(exact.adjusted()) > _MOST_PLACES:
            return value.text
        text = f"{exact:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value).strip()[:300]


def _projects(
    rows: list[tuple[int, Mapping[str, str], Any]],
    errors: list[CellError],
    *,
    near: str,
    with_land: bool = False,
    land_required: bool = False,
    remarks: Sequence[str] = (),
) -> Found:
    known = dict(Region.objects.filter(code__startswith=near[:4]).values_list("code", "name"))
    projects: dict[tuple[str, str], dict[str, Any]] = {}
    remarks = list(remarks)
    drawn: list[_Drawn] = []
    for number, given, mapped in rows:
        row = _Row(number, given, errors)
        head = {name: row.text(column, name) for column, name in PROJECT_COLUMNS.items()}
        if head["region"] and head["region"] not in known:
            row.wrong("行政区划代码", f"须为本市（{near[:4]}）范围内的六位代码。")
        part = _part(row)
        geometry = mapped if with_land or not given.get(LAND_COLUMN, "").strip() else _pasted(row)
        if with_land or geometry is not None:
            own = (head["region"], folded(head["acceptance_no"]))
            _draw(row, part, geometry, own, known, remarks, drawn)
        elif land_required:
            row.wrong(LAND_COLUMN, "依现行规则，每个地块须提供界址（GeoJSON面，CGCS2000经纬度）。")
        first = projects.setdefault(
            (head["region"], folded(head["acceptance_no"])),
            {**head, **_report(row), "parts": [], "row": number},
        )
        for column, name in PROJECT_COLUMNS.items():
            if folded(first[name]) != folded(head[name]):
                row.wrong(column, f"与第{first['row']}行同一验收文号的“{first[name]}”不一致。")
        if part["parcel_no"] and any(
            each["parcel_no"] == part["parcel_no"] and each["kind"] == part["kind"] for each in first["parts"]
        ):
            row.wrong("地块编号", f"“{part['parcel_no']}”在同一项目、同一指标种类中重复。")
        first["parts"].append(part)
    _recorded_before(projects, errors)
    _totals(projects, errors, remarks)
    _overlapping(drawn, errors)
    facts = [{name: value for name, value in each.items() if name != "row"} for each in projects.values()]
    errors.sort(key=lambda each: each.row)
    return Found([] if errors else [(0, each) for each in facts], errors, remarks, len(rows))


def _pasted(row: _Row) -> Any:
    """A polygon that stands in a cell as GeoJSON text."""
    try:
        return json.loads(row.given["界址"], parse_constant=_no_constant)
    except (ValueError, RecursionError):
        row.wrong("界址", '须为GeoJSON面的文本，例如{"type":"Polygon",…}。')
        return None


def _report(row: _Row) -> dict[str, str]:
    """The totals that the first row of a project states; "" where it states none."""
    return {
        name: row.quantity(column, _MEASURES[name], may_be_zero=True)
        if row.given.get(column, "").strip()
        else ""
        for column, name in REPORT_COLUMNS.items()
    }


def _totals(
    projects: Mapping[tuple[str, str], dict[str, Any]], errors: list[CellError], remarks: list[str]
) -> None:
    """Each project states the totals of its report, or those of its parcels with a remark; both agree."""
    bad = {each.row for each in errors}
    for project in projects.values():
        number = project["row"]
        if bad:
            continue
        grounds = [_ground(each) for each in project["parts"]]
        for ground in grounds:
            wrong = rules.why_not_part(ground)
            if wrong is not None:
                errors.append(
                    CellError(
                        number, "地类" if "land" in wrong.detail["field"] else "治理前等别", wrong.sentence
                    )
                )
        made = rules.as_reported(grounds)
        missing = [column for column, name in REPORT_COLUMNS.items() if not project[name]]
        if missing:
            remarks.append(f"第{number}行起的项目未填写{'、'.join(missing)}，按各地块合计登记。")
        project |= {name: project[name] or made[name] for name in REPORT_COLUMNS.values()}
        stated = Quantities.taken(project)
        refusal = rules.why_not_report(made=rules.made_by(grounds), stated=stated)
        refusal = refusal or rules.why_not_farmland(
            before=Decimal(project["farmland_before"]),
            after=Decimal(project["farmland_after"]),
            made=rules.made_by(grounds),
        )
        if refusal is not None:
            errors.append(
                CellError(number, _REPORTED.get(refusal.detail.get("kind", ""), ""), refusal.sentence)
            )


_MEASURES = {"farmland_before": Measure.MU, "farmland_after": Measure.MU} | {
    str(kind): kind.measure for kind in kinds_of()
}
_REPORTED = {name: column for column, name in REPORT_COLUMNS.items()}


def _ground(part: Mapping[str, Any]) -> rules.Ground:
    return rules.Ground(
        QuotaKind(part["kind"]),
        part["land_class"],
        parse_area(part["quantity"]),
        part["grade_before"],
        part["grade_after"],
    )


def _part(row: _Row) -> dict[str, Any]:
    kind = row.word("指标种类", KINDS)
    return {
        "parcel_no": row.text("地块编号", "parcel_no"),
        "kind": kind,
        "land_class": row.word("地类", LAND_CLASSES),
        "quantity": row.quantity("数量", Measure.MU),
        "grade_before": row.whole("治理前等别", 1, 16),
        "grade_after": row.whole("治理后等别", 1, 15),
    }


def _draw(
    row: _Row,
    part: dict[str, Any],
    geometry: Any,
    project: tuple[str, str],
    known: Mapping[str, str],
    remarks: list[str],
    drawn: "list[_Drawn]",
) -> None:
    """Check a feature's polygon and put it into the part."""
    try:
        found = parcels.parcel(geometry)
    except parcels.BadLand as bad:
        row.wrong("geometry", str(bad))
        return
    part["geometry"] = found.geometry
    remarks += [f"第{row.number}个要素：{each}" for each in found.remarks]
    region, _ = project
    if part["kind"] and part["quantity"] and part["grade_before"] and part["grade_after"]:
        drawn.append(_Drawn(row.number, project, _ground(part), found.polygon))
    if region in known:
        wrong = parcels.why_not_there(found, region=region, region_name=known[region])
        if wrong:
            row.wrong("geometry", wrong)
    if part["quantity"]:
        wrong = parcels.why_not_as_large(found, stated_mu=Decimal(part["quantity"]))
        if wrong:
            row.wrong("数量", wrong)


def _recorded_before(projects: Mapping[tuple[str, str], Mapping[str, Any]], errors: list[CellError]) -> None:
    numbers = [number for _, number in projects]
    recorded = set(
        Project.objects.filter(acceptance_key__in=numbers, voided_at=None).values_list(
            "region_id", "acceptance_key"
        )
    )
    for key, project in projects.items():
        if key in recorded:
            errors.append(
                CellError(
                    project["row"], "验收文号", f"“{project['acceptance_no']}”已登记项目，请勿重复登记。"
                )
            )


@dataclass(frozen=True)
class _Drawn:
    """A feature's polygon, with the project and the ground that it belongs to."""

    number: int
    project: tuple[str, str]
    ground: rules.Ground
    polygon: BaseGeometry


def _overlapping(drawn: list[_Drawn], errors: list[CellError]) -> None:
    """No parcel lies on ground that another of the file, or a recorded project, has already; one rule decides both."""
    for place, new in enumerate(drawn):
        for old in drawn[:place]:
            refusal = rules.why_not_over(
                new=new.ground,
                old=old.ground,
                same_project=new.project == old.project,
                overlap_mu=parcels.overlap_mu(new.polygon, old.polygon),
                where=f"第{old.number}个要素",
            )
            if refusal is not None:
                errors.append(CellError(new.number, "geometry", refusal.sentence))
        refusal = queries.conflict_on(new.ground, new.polygon)
        if refusal is not None:
            errors.append(CellError(new.number, "geometry", refusal.sentence))


def cells_in(found: Found) -> set[int]:
    """The lanes of the ground of all parcels of a file, to be held before any of them is written."""
    polygons = [
        shape(part["geometry"])
        for _, facts in found.facts
        for part in facts.get("parts", ())
        if part.get("geometry")
    ]
    return parcels.cells_of(*(parcels.bounds_of(each) for each in polygons))


EXAMPLE_AMOUNTS = dict.fromkeys(kinds_of(), "0") | {
    QuotaKind.FARMLAND_AREA: "30.0000",
    QuotaKind.GRAIN_CAPACITY: "27000",
}
"""What 30 亩 of new farmland make, as templates show it."""

PROJECT_EXAMPLE = {
    "项目名称": "示例县土地整治项目",
    "立项批复文号": "示例立〔2025〕1号",
    "验收文号": "示例验〔2025〕1号",
    "行政区划代码": "410222",
    "实施前耕地": "0",
    "竣工后耕地": "30.0000",
    **{f"验收{kind.label}": amount for kind, amount in EXAMPLE_AMOUNTS.items()},
    "地块编号": "1",
    "指标种类": "耕地数量",
    "地类": "水浇地",
    "数量": "30.0000",
    "治理前等别": "16",
    "治理后等别": "7",
}
"""The row of the template that is no project, without its polygon."""


def _example_polygon() -> str:
    drawn = queries.with_polygons({"region": "410222", "parts": [{"quantity": "30.0000"}]})
    return json.dumps(drawn["parts"][0].get("geometry"), separators=(",", ":"))


def project_template() -> bytes:
    """The workbook to fill in with projects and parcels: headings with units, one example row, choices."""
    columns = [
        sheets.Column("项目名称", sheets.TEXT, 30),
        sheets.Column("立项批复文号", sheets.TEXT, 22),
        sheets.Column("验收文号", sheets.TEXT, 22),
        sheets.Column("行政区划代码", sheets.TEXT, 14),
        sheets.Column("实施前耕地（亩）", sheets.TEXT, 16),
        sheets.Column("竣工后耕地（亩）", sheets.TEXT, 16),
        *(sheets.Column(f"验收{kind.heading}", sheets.TEXT, 18) for kind in kinds_of()),
        sheets.Column("地块编号", sheets.TEXT, 12),
        sheets.Column("指标种类", sheets.TEXT, 12, tuple(KINDS)),
        sheets.Column("地类", sheets.TEXT, 10, tuple(LAND_CLASSES)),
        sheets.Column("数量（亩）", sheets.TEXT, 18),
        sheets.Column("治理前等别（1至16）", sheets.TEXT, 14, tuple(str(each) for each in range(1, 17))),
        sheets.Column("治理后等别（1至15）", sheets.TEXT, 14, tuple(str(each) for each in range(1, 16))),
        sheets.Column("界址（GeoJSON）", sheets.TEXT, 24),
    ]
    notes = [
        "第2行为示例，导入时自动略过。",
        "规则要求地块有界址的，在“界址”列粘贴GeoJSON面的文本，或改用GeoJSON文件导入。",
        "每行一个地块；验收文号相同的各行合为一个项目，项目名称、立项批复文号、行政区划代码须一致。",
        "验收报告载明的耕地、水田、产能合计及实施前后耕地面积，填在每个项目的第一行；不填的按各地块合计登记。",
        "数量一律填地块面积（亩），至多四位小数；粮食产能按面积和治理前后等别计算：面积×提高的等别×100公斤。不接受公式。",
        "提质改造地块的指标种类选“粮食产能”，治理前等别为1至15；旱改水地块选“水田规模”，地类选“水田”。",
        "整份文件全部导入，或一行也不导入并逐行逐列说明错误。",
    ]
    return sheets.written(
        sheets.Table("项目与地块", columns, [[*PROJECT_EXAMPLE.values(), _example_polygon()]], notes),
        validated_rows=200,
    )
