"""A sheet of payees from a workbook or a CSV: all or nothing, every wrong row named by line, column and figure."""

import pytest

from apps.funds.payees import MOST_PAYEES
from apps.funds.spending_forms import SpendingForm
from kernel import sheets
from kernel.errors import Code, Refused

_READ = SpendingForm().fields["payees"].style["rows_from"]
_HEAD = "类别,收款人,收款账号,金额（元）,发票号"


def csv(*rows: str, head: str = _HEAD) -> bytes:
    return "\n".join((head, *rows)).encode()


def test_a_csv_is_read_as_the_form_takes_it() -> None:
    found = _READ(csv("个人,王小明,6217000010001,60000.00,", "单位,某公司,5200001,250000,票-1"))
    assert found == [
        {
            "kind": "person",
            "payee": "王小明",
            "payee_account": "6217000010001",
            "amount": "60000.00",
            "invoice_no": "",
        },
        {
            "kind": "body",
            "payee": "某公司",
            "payee_account": "5200001",
            "amount": "250000",
            "invoice_no": "票-1",
        },
    ]


def test_a_workbook_is_read_alike() -> None:
    columns = [sheets.Column(each, sheets.TEXT) for each in _HEAD.split(",")]
    content = sheets.written(
        sheets.Table("收款人", columns, [["个人", "王小明", "6217000010001", "60000.00", ""]])
    )
    [row] = _READ(content)
    assert (row["kind"], row["payee"], row["amount"]) == ("person", "王小明", "60000.00")


@pytest.mark.parametrize(
    "name", ["演示土石方工程有限公司", "演示建设公 司", "演示专业合作社", "演示村委会", "演示村第二村民小组"]
)
def test_an_organisation_is_no_natural_person_and_gives_an_invoice(name: str) -> None:
    """As a person it would need no invoice, and its name would be sealed."""
    with pytest.raises(Refused) as refused:
        _READ(csv(f"个人,{name},5200001,250000.00,"))
    assert "类别应为“单位”" in refused.value.refusal.sentence
    assert _READ(csv(f"单位,{name},5200001,250000.00,票-1"))


def test_every_wrong_row_is_named_by_line_column_and_figure() -> None:
    content = csv(
        "个人,王小明,6217000010001,60000.00,",
        "个人,李秀英,6217000010002,-5,",
        "单位,某公司,5200001,1.005,票-1",
        "单位,某公司,5200001,1.00,",
        "村民,赵大,1,1.00,",
    )
    with pytest.raises(Refused) as refused:
        _READ(content)
    no = refused.value.refusal
    assert (no.code, no.detail["field"]) == (Code.INVALID, "payees")
    for said in (
        "第3行“金额”“-5”",
        "第4行“金额”“1.005”",
        "第5行“发票号”",
        "第6行“类别”“村民”",
        "未导入任何一行",
    ):
        assert said in no.sentence, said
    for name in ("李秀英", "赵大", "6217"):
        assert name not in no.sentence


def test_another_unit_and_too_many_rows_are_refused() -> None:
    with pytest.raises(Refused):
        _READ(csv("个人,王小明,1,6,", head="类别,收款人,收款账号,金额（万元）,发票号"))
    with pytest.raises(Refused, match="5000"):
        _READ(csv(*["个人,王小明,1,1.00,"] * (MOST_PAYEES + 1)))
