"""Projects and parcels from workbooks and GeoJSON: every error by row and column, all or nothing."""

import copy
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from apps.land import imports as land_imports
from apps.land import parcels
from apps.land.models import Part, Project
from apps.quota import imports
from apps.quota.batch_models import Batch
from kernel import files, sheets, tables
from kernel.access.models import Preparation
from kernel.audit.models import AuditEntry
from kernel.errors import Refused
from kernel.web.opaque import shown
from tests.factories.desk_site import DeskSite, form_of, opened

pytestmark = pytest.mark.django_db

HEAD = [*land_imports.PROJECT_COLUMNS, *land_imports.PART_COLUMNS]
GOOD = [
    "通许县项目",
    "豫立〔2025〕1号",
    "豫验〔2025〕1号",
    "410222",
    "1",
    "耕地数量",
    "水浇地",
    "30.5",
    "16",
    "7",
]
# In Tongxu county: 0.002° × 0.002°, about 61 mu.
SQUARE = [[114.470, 34.470], [114.472, 34.470], [114.472, 34.472], [114.470, 34.472], [114.470, 34.470]]


def book(*rows: list[Any], head: list[str] | None = None) -> bytes:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in (head or HEAD, *rows):
        sheet.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(*rows: list[Any]) -> land_imports.Found:
    return land_imports.projects_from_sheet(book(*rows), owner_id=1, near="410222")


def but(column: str, value: Any) -> list[Any]:
    row = list(GOOD)
    row[HEAD.index(column)] = value
    return row


def said(found: land_imports.Found) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.sentence) for each in found.errors]


def area(ring: list[list[float]]) -> str:
    return str(parcels.parcel({"type": "Polygon", "coordinates": [ring]}).area_mu)


def feature(ring: list[list[float]], **properties: Any) -> dict[str, Any]:
    values = dict(zip(HEAD, GOOD, strict=True)) | {"数量": "61"}
    with suppress(parcels.BadLand):
        values["数量"] = area(ring)
    polygon = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": values | properties, "geometry": polygon}


def collection(*features: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def mapped(*features: dict[str, Any], **more: Any) -> land_imports.Found:
    return land_imports.projects_from_geojson(collection(*features, **more), owner_id=1, near="410222")


@pytest.mark.parametrize(
    ("column", "heading"),
    [("数量", "数量（公顷）"), ("实施前耕地", "实施前耕地（公顷）"), ("验收粮食产能", "验收粮食产能（吨）")],
)
def test_hectares_and_tons_are_not_read_as_mu_and_kilograms(column: str, heading: str) -> None:
    head = [*HEAD, *land_imports.REPORT_COLUMNS]
    row = [*GOOD, *("" for _ in land_imports.REPORT_COLUMNS)]
    content = book(row, head=[heading if each == column else each for each in head])
    with pytest.raises(Refused, match="单位不是"):
        land_imports.projects_from_sheet(content, owner_id=1, near="410222")


def test_rows_of_one_acceptance_number_make_one_project() -> None:
    second = but("地块编号", "2")
    other = but("验收文号", "豫验〔2025〕2号")
    found = read(GOOD, second, other)
    assert found.errors == []
    assert [len(facts["parts"]) for _subject, facts in found.facts] == [2, 1]
    assert found.facts[0][1]["parts"][0]["quantity"] == "30.5000"


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("项目名称", None, "未填写"),
        ("行政区划代码", "430102", "本市"),
        ("指标种类", "林地", "耕地数量"),
        ("地类", "草地", "水浇地"),
        ("数量", "三十", "半角数字"),
        ("数量", "30.12345", "四位小数"),
        ("数量", "0", "大于零"),
        ("数量", "=15+15", "公式"),
        ("治理前等别", "17", "1至16"),
        ("治理后等别", "7.5", "1至15"),
    ],
)
def test_an_error_names_its_row_and_column(column: str, value: Any, sentence: str) -> None:
    found = read(
        GOOD, but("地块编号", "2"), but(column, value) if column == "地块编号" else _third(column, value)
    )
    assert [(row, named) for row, named, _ in said(found)] == [(4, column)]
    assert sentence in said(found)[0][2]
    assert found.facts == []


def _third(column: str, value: Any) -> list[Any]:
    """A third row that is a project of its own, wrong in one column."""
    row = but("地块编号", "3")
    row[HEAD.index("验收文号")] = "豫验〔2025〕3号"
    row[HEAD.index(column)] = value
    return row


def test_all_errors_are_told_at_once() -> None:
    wrong = but("数量", "-1")
    wrong[HEAD.index("治理后等别")] = "99"
    wrong[HEAD.index("地块编号")] = "2"
    found = read(wrong, but("项目名称", "另一名称"))
    assert {(row, column) for row, column, _ in said(found)} >= {
        (2, "数量"),
        (2, "治理后等别"),
        (3, "项目名称"),
    }


def test_a_project_recorded_before_is_named() -> None:
    with opened(changes={"geometry_required": False}) as site:
        site.alone("seller", "project.record", **_typed(GOOD))
        found = read(GOOD)
        assert [(row, column) for row, column, _ in said(found)] == [(2, "验收文号")]


def _typed(row: list[str]) -> dict[str, Any]:
    return {
        "name": row[0], "approval_no": row[1], "acceptance_no": row[2], "region": row[3],
        "farmland_before": "0", "farmland_after": row[7], "farmland_area": row[7], "paddy_area": "0",
        "grain_capacity": "27450",
        "parts-0-kind": "farmland_area", "parts-0-land_class": "irrigated", "parts-0-quantity": row[7],
        "parts-0-grade_before": "16", "parts-0-grade_after": "7",
    }  # fmt: skip


def test_the_example_row_of_the_template_is_no_import_and_a_row_like_it_passes() -> None:
    content = land_imports.project_template()
    with pytest.raises(Refused, match="示例行不导入"):
        land_imports.projects_from_sheet(content, owner_id=1, near="410222")
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    sheet["C2"] = "豫验〔2026〕1号"
    stream = io.BytesIO()
    book.save(stream)
    found = land_imports.projects_from_sheet(stream.getvalue(), owner_id=1, near="410222")
    assert (found.errors, found.rows) == ([], 1)
    assert "亩" in str(sheet["M1"].value)
    assert len(sheet.data_validations.dataValidation) >= 3


# --- files that want to do harm ---


def packed(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries:
            package.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed(("xl/workbook.xml", b"<x/>"), ("xl/worksheets/sheet1.xml", b"0" * 70_000_000)), "过大"),
        (packed(("xl/workbook.xml", b"<x/>"), ("xl/media/a", b"0" * 9_000_000)), "压缩比"),
        (packed(("xl/workbook.xml", b"<x/>"), *((f"a{n}", b"") for n in range(400))), "过大"),
        (packed(("word/document.xml", b"<x/>")), "Word文档"),
        (packed(("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')), "DTD"),
        (packed(("xl/workbook.xml", b"<x/>")), "可读取"),
        (b"PK\x03\x04 no package", "可读取"),
        (b"0" * (files.MOST_BYTES + 1), "10 MB"),
    ],
    ids=["bomb", "ratio", "many entries", "a letter", "entities", "empty shell", "torn", "too large"],
)
def test_a_workbook_that_is_none_is_refused_before_it_is_opened(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as no:
        tables.read(content, headings=["甲"], most_rows=10)
    assert sentence in no.value.refusal.sentence


def test_numbers_that_a_table_program_has_changed_are_refused() -> None:
    found = tables.read(
        book(["x", 12345678901234567890], head=["甲", "乙"]), headings=["甲", "乙"], most_rows=9
    )
    assert [(each.row, each.column) for each in found.errors] == [(2, "乙")]


def test_what_is_written_computes_nothing() -> None:
    text = '=HYPERLINK("x")'
    content = sheets.written(sheets.Table("表", [sheets.Column("甲")], [[text], ["+1"], ["@x"]]))
    cells = [row[0] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert all(cell.quotePrefix for cell in cells)
    assert [sheets.inert(each) for each in ("=1", "-x", "甲", None)] == ["'=1", "'-x", "甲", ""]


# --- parcels ---


def test_a_parcel_is_measured_on_the_ellipsoid() -> None:
    found = mapped(feature(SQUARE))
    assert found.errors == []
    assert found.facts[0][1]["parts"][0]["geometry"]["type"] == "Polygon"
    # 0.002° of latitude is 221.9 m, of longitude there 183.8 m: 40,780 m², 61.17 mu.
    assert 61.0 < float(area(SQUARE)) < 61.4


def _said_of(found: land_imports.Found) -> str:
    assert found.facts == []
    return "；".join(f"{each.row} {each.column} {each.sentence}" for each in found.errors)


def test_a_polygon_that_crosses_itself_is_refused() -> None:
    bow = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    assert "自相交" in _said_of(mapped(feature(bow)))


def test_swapped_coordinates_are_told_as_such() -> None:
    turned = [[y, x] for x, y in SQUARE]
    assert "颠倒" in _said_of(mapped(feature(turned)))


def test_metres_are_told_as_such() -> None:
    metres = [[x * 100_000, y * 100_000] for x, y in SQUARE]
    assert "投影坐标" in _said_of(mapped(feature(metres)))


def test_a_parcel_lies_in_its_county() -> None:
    elsewhere = [[x + 1, y] for x, y in SQUARE]
    assert "不在通许县范围内" in _said_of(mapped(feature(elsewhere)))


def test_the_stated_area_fits_the_polygon() -> None:
    real = float(area(SQUARE))
    assert mapped(feature(SQUARE, 数量=f"{real * 1.009:.4f}")).errors == []
    found = mapped(feature(SQUARE, 数量=f"{real * 1.02:.4f}"))
    assert [(each.row, each.column) for each in found.errors] == [(1, "数量")]
    assert "允许误差" in found.errors[0].sentence


def test_parcels_do_not_overlap() -> None:
    beside = [[x + 0.001, y] for x, y in SQUARE]
    found = mapped(feature(SQUARE), feature(beside, 地块编号="2"))
    assert "第1个要素重叠" in _said_of(found)
    touching = [[x + 0.002, y] for x, y in SQUARE]
    assert mapped(feature(SQUARE), feature(touching, 地块编号="2")).errors == []


def test_the_direction_of_rings_is_put_right() -> None:
    found = mapped(feature(SQUARE[::-1]))
    assert found.errors == []
    assert "外环逆时针" in found.remarks[0]
    ring = found.facts[0][1]["parts"][0]["geometry"]["coordinates"][0]
    assert sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring)) < 0


def test_an_open_ring_and_a_line_are_no_parcels() -> None:
    assert "闭合" in _said_of(mapped(feature(SQUARE[:-1])))
    line = feature(SQUARE)
    line["geometry"] = {"type": "LineString", "coordinates": SQUARE}
    assert "须为面" in _said_of(mapped(line))


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{",
        b'{"type":"Feature"}',
        b'{"type":"FeatureCollection","features":[]}',
        b"\xff\xfe",
        b'{"a":NaN}',
    ],
)
def test_what_is_no_geojson_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        land_imports.projects_from_geojson(content, owner_id=1, near="410222")


def test_foreign_coordinate_systems_are_refused() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    with pytest.raises(Refused, match="坐标系"):
        mapped(feature(SQUARE), crs=crs)
    fine = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    assert mapped(feature(SQUARE), crs=fine).errors == []


@pytest.mark.parametrize("coordinates", [[], [[]], [[[1]]], [[["a", "b"]]], 5, None, [[[114.4, 34.4]] * 3]])
def test_broken_coordinates_are_told_and_never_crash(coordinates: Any) -> None:
    bad = feature(SQUARE)
    bad["geometry"]["coordinates"] = coordinates
    assert "geometry" in _said_of(mapped(bad))


# --- through the page ---


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened(changes={"geometry_required": False}) as made:
        yield made


def send(site: DeskSite, key: str, content: bytes, name: str = "x.bin", place: int = 0) -> Any:
    return site.browser(key, place).post("/desk/quota/import/", {"file": SimpleUploadedFile(name, content)})


def confirm(site: DeskSite, key: str, page: Any) -> Any:
    return site.browser(key).post("/desk/quota/import/", form_of(page, having="sealed"))


def test_nothing_is_imported_before_it_is_confirmed_and_once_only(site: DeskSite) -> None:
    page = send(site, "seller", book(GOOD, but("地块编号", "2")))
    assert page.status_code == 200
    assert Project.objects.count() == 0
    assert confirm(site, "seller", page).status_code == 302
    assert (Project.objects.count(), Part.objects.count()) == (1, 2)
    assert AuditEntry.objects.filter(verb="project.record", outcome="done").count() == 1
    confirm(site, "seller", page)
    assert Project.objects.count() == 1


def test_a_wrong_row_keeps_the_whole_file_out(site: DeskSite) -> None:
    page = send(site, "seller", book(GOOD, but("数量", "=1+1")))
    assert page.status_code == 400
    assert '<th scope="row" class="num">3</th>' in page.content.decode()
    assert b'name="sealed"' not in page.content
    assert Project.objects.count() == 0


def test_what_was_previewed_cannot_be_changed_or_used_by_another(site: DeskSite) -> None:
    page = send(site, "seller", book(GOOD))
    form = form_of(page, having="sealed")
    changed = {**form, "sealed": [form["sealed"][0][:-2] + "xx"]}
    assert site.browser("seller").post("/desk/quota/import/", changed).status_code == 400
    assert site.browser("outsider").post("/desk/quota/import/", form).status_code == 400
    assert Project.objects.count() == 0


def test_a_mapped_project_is_shown_with_its_corners_to_those_concerned(site: DeskSite) -> None:
    assert confirm(site, "seller", send(site, "seller", collection(feature(SQUARE)))).status_code == 302
    project = Project.objects.get()
    page = site.see("seller", f"/desk/projects/{project.pk}/")
    assert "114.47000000" in page
    assert "parcel-map" in page
    assert "114.47000000" in site.see("province", f"/desk/projects/{project.pk}/")
    assert site.browser("outsider").get(f"/desk/projects/{project.pk}/").status_code == 404
    again = copy.deepcopy(feature(SQUARE, 验收文号="豫验〔2025〕9号"))
    page = send(site, "seller", collection(again))
    assert "与已登记项目" in page.content.decode()


def test_a_preview_says_that_the_rules_want_every_polygon() -> None:
    found = land_imports.projects_from_sheet(book(GOOD), owner_id=1, near="410222", land_required=True)
    assert [(each.column, each.row) for each in found.errors] == [("界址", 2)]
    assert "每个地块须提供界址" in found.errors[0].sentence
    assert not found.facts


def test_the_preview_asks_the_rules_in_force(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.desks.imports.geometry_required", lambda region, *, now: True)
    page = send(site, "seller", book(GOOD))
    assert page.status_code == 400
    assert "每个地块须提供界址" in page.content.decode()


def test_an_approver_imports_nothing(site: DeskSite) -> None:
    page = send(site, "seller", book(GOOD), place=1)
    answer = site.browser("seller", 1).post("/desk/quota/import/", form_of(page, having="sealed"))
    assert answer.status_code in (400, 403)
    assert Project.objects.count() == 0


def test_the_province_books_batches_from_a_workbook(site: DeskSite) -> None:
    confirm(site, "seller", send(site, "seller", book(GOOD)))
    head = list(imports.BATCH_COLUMNS)
    row = ["410222", "豫验〔2025〕1号", "豫库〔2025〕1号", "31", "", "27000", "7"]
    page = send(site, "province", book(row, head=head))
    assert page.status_code == 400
    assert "超出0.5000 亩" in page.content.decode()
    page = send(site, "province", book([*row[:3], "30.5", *row[4:]], head=head))
    assert confirm(site, "province", page).status_code == 302
    assert Batch.objects.count() == 0
    waiting = Preparation.objects.get(act="quota.book")
    released = {"decision": "release", "seen": waiting.digest}
    address = f"/desk/preparations/{shown(waiting.pk, 'preparation')}/"
    assert site.browser("province", 1).post(address, released).status_code == 302
    assert Batch.objects.get().certificate_no == "豫库〔2025〕1号"
    page = send(site, "province", book(["410222", "没有", "", "x", "", "", "99"], head=head))
    text = page.content.decode()
    for sentence in ("没有验收文号为", "未填写", "半角数字", "1至15"):
        assert sentence in text


def test_an_act_checks_a_polygon_too(site: DeskSite) -> None:
    parts = [
        {
            "kind": "farmland_area", "land_class": "irrigated", "quantity": "5", "grade_before": 16, "grade_after": 7,
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        }
    ]  # fmt: skip
    facts = {
        "name": "a", "approval_no": "b", "acceptance_no": "c", "region": "410222", "parts": parts,
        "farmland_before": "0", "farmland_after": "5", "farmland_area": "5", "paddy_area": "0",
        "grain_capacity": "4500",
    }  # fmt: skip
    answer = site.browser("seller").post(
        "/api/v1/acts/project.record/", json.dumps(facts), content_type="application/json"
    )
    assert answer.status_code == 400
    assert "相差" in answer.content.decode()


def test_a_damaged_workbook_is_refused_wherever_the_damage_lies() -> None:
    whole = land_imports.project_template()
    for place in range(40, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        with suppress(Refused):
            tables.read(bytes(damaged), headings=["项目名称"], most_rows=10)


def test_a_workbook_packed_for_a_later_version_of_zip_is_refused_by_its_sentence() -> None:
    """`version needed to extract` of every entry, six bytes into its head in the central directory (APPNOTE 4.3.12)."""
    later = bytearray(book(GOOD))
    heads = [found.start() for found in re.finditer(b"PK\x01\x02", later)]
    assert heads
    for head in heads:
        later[head + 6] = 99
    with pytest.raises(Refused) as no:
        tables.read(bytes(later), headings=HEAD, most_rows=10)
    assert "可读取" in no.value.refusal.sentence


@pytest.mark.django_db
def test_properties_that_are_no_object_are_a_feature_without_any() -> None:
    bare = {"type": "Feature", "properties": [1], "geometry": None}
    assert any(sentence == "未填写。" for _, _, sentence in said(mapped(bare)))
