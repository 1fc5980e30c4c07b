"""The forms on which a scheme and a receipt come in: heads that people read, what is needed, real numbers."""

import io

import openpyxl
import pytest

from apps.crossprovince.national import SCHEME_COLUMNS, rows_of_scheme
from apps.desks.form_fields import Rows, parts_of
from kernel.acts.act import act_called
from kernel.errors import Code, Refused
from tests.crossprovince.test_pages import browser, read
from tests.factories.across import PROVINCE, Across


def heads(act: str) -> dict[str, tuple[str, bool]]:
    """What the table of an act's rows has for heads, each with what it is of and whether a row needs it."""
    [rows] = [each for each in parts_of(act_called(act), data={}) if isinstance(each, Rows)]
    assert rows.required
    return {each.name: (each.label, each.required) for each in rows.columns}


def test_heads_of_the_national_system_stand_beside_what_they_are_of() -> None:
    scheme, receipt = heads("scheme.import"), heads("adjustment.transfer")
    assert scheme["project_area_no"] == ("项目区编号", True)
    assert scheme["out_price"] == ("调出价（元/亩）", True)
    assert receipt["national_no"] == ("国家系统回执号", True)
    for label, _ in (*scheme.values(), *receipt.values()):
        assert label


@pytest.mark.django_db
def test_the_page_says_them_and_what_has_to_be_filled_in() -> None:
    across = Across.with_ministry()
    page, _ = read(browser(across, PROVINCE), "/desk/acts/scheme.import/0/", "09-18 10:00")
    assert '<span class="hash">project_area_no</span> 项目区编号<span class="must">（必填）</span>' in page
    assert '<legend>方案明细<span class="must">（必填）</span></legend>' in page
    assert 'for="id_body">来文机关<span class="must">（必填）</span>' in page
    assert 'for="id_rows-0-in_price">调入价（元/亩）<span class="must">（必填）</span>' in page


@pytest.mark.django_db
def test_the_blank_table_is_filled_in_and_brings_its_rows() -> None:
    across = Across.with_ministry()
    address = "/desk/acts/scheme.import/tables/rows.xlsx"
    page, _ = read(browser(across, PROVINCE), "/desk/acts/scheme.import/0/", "09-18 10:00")
    assert f'href="{address}"' in page
    answer = browser(across, PROVINCE).get(address)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["方案明细"]
    assert tuple(each.value for each in sheet[1]) == SCHEME_COLUMNS
    row = across.row("400.0000", "26.6667")
    for place, name in enumerate(SCHEME_COLUMNS, start=1):
        sheet.cell(2, place).value = row[name]
    filled = io.BytesIO()
    book.save(filled)
    assert rows_of_scheme(filled.getvalue()) == [{name: row[name] for name in SCHEME_COLUMNS}]
    for missing in ("/desk/acts/scheme.import/tables/text.xlsx", "/desk/acts/scheme.lost/tables/rows.xlsx"):
        assert browser(across, PROVINCE).get(missing).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["紫云县城关片区", "=1+1", "http://a.cn/1", "52 0425，二号", "<b>1</b>"])
def test_a_project_area_without_a_number_is_refused_by_its_row(number: str) -> None:
    across = Across.with_ministry()
    with pytest.raises(Refused) as refused:
        across.match(across.row(project_area_no=number))
    assert refused.value.refusal.code is Code.INVALID
    assert "项目区编号须由汉字、字母、数字、括号和连接号组成" in str(refused.value.refusal.detail)


@pytest.mark.django_db
def test_the_numbers_of_verifications_and_certificates_are_read() -> None:
    across = Across.with_ministry()
    across.match(across.row(project_area_no=across.batch.certificate_no))
    assert across.status == "matched"
