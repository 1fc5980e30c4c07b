"""Bank statements in three forms are read into the same lines; what does not add up is refused by entry."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from apps.money import bankfiles
from apps.money.models import BankEntry, Exceptional, Statement
from kernel.audit.models import AuditEntry
from kernel.clock import read_instant
from kernel.errors import Refused
from kernel.money import Yuan
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

V2, V8 = (f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{each}" for each in ("02", "08"))
ROW = ["L-1", "61000", "260000.00", "新郑市人民政府", "4100001", "2026-03-01 08:00"]


def entry(
    *, ref: str = "L-1", amount: str = "260000.00", ccy: str = "CNY", side: str = "CRDT",
    at: str = "<DtTm>2026-03-01T08:00:00</DtTm>",
    status: str = "<Sts>BOOK</Sts>", payer: str = "<Nm>新郑市人民政府</Nm>", more: str = "", extra: str = "",
) -> str:  # fmt: skip
    return f"""<Ntry><Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{extra}{status}<BookgDt>{at}</BookgDt>
      <AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr>{payer}</Dbtr>
      <DbtrAcct><Id><Othr><Id>4100001</Id></Othr></Id></DbtrAcct>
      <CdtrAcct><Id><Othr><Id>61000</Id></Othr></Id></CdtrAcct></RltdPties>{more}</TxDtls></NtryDtls></Ntry>"""


def camt(
    *entries: str, ns: str = V2, opening: str = "0.00", closing: str = "260000.00", head: str = ""
) -> bytes:
    def balance(code: str, amount: str) -> str:
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt>'
            f"<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        )

    return f"""{head}<Document xmlns="{ns}"><BkToCstmrStmt><Stmt><Id>1</Id>
      <Acct><Id><Othr><Id>6100000000000001</Id></Othr></Id></Acct>{balance("OPBD", opening)}{balance("CLBD", closing)}
      {"".join(entries)}</Stmt></BkToCstmrStmt></Document>""".encode()


def sheet(*rows: list[Any]) -> bytes:
    made = Workbook()
    for row in (list(bankfiles.COLUMNS), *rows):
        made.worksheets[0].append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def table(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in (list(bankfiles.COLUMNS), *rows)).encode()


def said(content: bytes) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.sentence) for each in bankfiles.read(content).errors]


def test_the_three_forms_say_the_same() -> None:
    v8 = entry(status="<Sts><Cd>BOOK</Cd></Sts>", payer="<Pty><Nm>新郑市人民政府</Nm></Pty>")
    forms = [table(ROW), sheet(ROW), camt(entry()), camt(v8, ns=V8)]
    facts = []
    for content in forms:
        found = bankfiles.read(content)
        assert found.errors == []
        given = dict(found.lines[0].facts)
        given["arrived_at"] = read_instant(given["arrived_at"]).isoformat()
        facts.append(given)
    assert all(each == facts[0] for each in facts)
    assert bankfiles.read(forms[2]).balances == bankfiles.Balances(
        "6100000000000001", Yuan(0), Yuan(260000), Yuan(260000), Yuan(0), 1
    )


def test_debits_and_pending_entries_are_left_out_and_said() -> None:
    found = bankfiles.read(
        camt(
            entry(),
            entry(ref="D-1", side="DBIT", amount="100.00"),
            entry(ref="P-1", status="<Sts>PDNG</Sts>"),
            closing="259900.00",
        )
    )
    assert (len(found.lines), found.errors) == (1, [])
    assert len(found.remarks) == 2


@pytest.mark.parametrize(
    ("content", "row", "column", "sentence"),
    [
        (camt(entry(ccy="USD"), closing="0.00"), 1, "Amt", "USD"),
        (camt(entry(amount="1e5"), closing="0.00"), 1, "Amt", ""),
        (camt(entry(at="<Dt>2026-03-01</Dt>")), 1, "BookgDt", "时分秒"),
        (camt(entry(at="<DtTm>昨天</DtTm>")), 1, "BookgDt", "无效"),
        (camt(entry(status="<Sts>WHAT</Sts>")), 1, "Sts", "BOOK"),
        (camt(entry(payer="")), 1, "Dbtr/Nm", "付款人"),
        (camt(entry(extra="<RvslInd>true</RvslInd>")), 1, "RvslInd", "冲正"),
        (camt(entry(ref="")), 1, "AcctSvcrRef", "流水号"),
        (camt(entry(), closing="270000.00"), 0, "Bal", "余额不平"),
        (camt(entry(), entry(), closing="520000.00"), 1, "流水号", "2次"),
        (camt(entry(side="XXXX"), closing="0.00"), 1, "CdtDbtInd", "CRDT"),
    ],
)  # fmt: skip
def test_a_camt_entry_is_refused_by_its_place(content: bytes, row: int, column: str, sentence: str) -> None:
    assert any(each[0] == row and each[1] == column and sentence in each[2] for each in said(content)), said(
        content
    )


def test_parts_of_an_entry_add_up() -> None:
    two = """<Ntry><Amt Ccy="CNY">300.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
      <BookgDt><DtTm>2026-03-01T08:00:00</DtTm></BookgDt><NtryDtls>{}</NtryDtls></Ntry>"""

    def part(ref: str, amount: str) -> str:
        return (
            f'<TxDtls><Refs><AcctSvcrRef>{ref}</AcctSvcrRef></Refs><Amt Ccy="CNY">{amount}</Amt><RltdPties><Dbtr>'
            "<Nm>甲</Nm></Dbtr></RltdPties></TxDtls>"
        )

    good = bankfiles.read(camt(two.format(part("A", "100.00") + part("B", "200.00")), closing="300.00"))
    assert [line.facts["amount"] for line in good.lines] == ["100.00", "200.00"]
    bad = camt(two.format(part("A", "100.00") + part("B", "100.00")), closing="300.00")
    assert any("不符" in each[2] for each in said(bad))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空的"),
        (b"<a", "XML"),
        (camt(entry(), ns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.02"), "命名空间"),
        (b"<Document/>", "命名空间"),
        (camt(entry(), head='<!DOCTYPE x [<!ENTITY a "b">]>'), "DTD"),
        (camt(closing="0.00"), "没有已入账"),
        (b"\x00\x01\x02", "控制字符（U+0000）"),
        (b"\x81\xff\xff", "文字编码"),
        (b"a,b\n1,2\n", "未找到表头行"),
        ("流水号,金额\n1,2\n".encode(), "缺少列：入账账号、付款人名称、到账时间"),
        (b"a" * 200_000 + b"\n1\n", "CSV"),
        (table(), "没有数据行"),
        (table(*([ROW] * 5001)), "至多5000行"),
    ],
)
def test_a_file_that_is_no_statement_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as no:
        bankfiles.read(content)
    assert sentence in no.value.refusal.sentence


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("金额", "金额（万元）"),
        ("金额", "金额(千元)"),
        ("金额", "金额【美元】"),
        ("金额", "金额（USD）"),
        ("到账时间", "到账时间（UTC）"),
    ],
)
def test_a_heading_that_names_another_unit_is_not_read_as_ours(column: str, heading: str) -> None:
    heads = [heading if each == column else each for each in bankfiles.COLUMNS]
    content = "\n".join(",".join(row) for row in (heads, ROW)).encode()
    with pytest.raises(Refused, match="单位不是"):
        bankfiles.read(content)


@pytest.mark.parametrize(
    ("column", "heading"),
    [("金额", "金额（元）"), ("金额", "*金额(CNY)"), ("到账时间", "到账时间（北京时间）")],
)
def test_a_heading_that_names_our_unit_is_read(column: str, heading: str) -> None:
    heads = [heading if each == column else each for each in bankfiles.COLUMNS]
    assert said("\n".join(",".join(row) for row in (heads, ROW)).encode()) == []


@pytest.mark.parametrize(
    ("column", "value", "wrong"),
    [
        ("借贷标志", "贷", False),
        ("借贷标志", "", False),
        ("借贷标志", "借", True),
        ("收支方向", "支出", True),
        ("币种", "人民币", False),
        ("币种", "ＣＮＹ", False),
        ("币种", "USD", True),
    ],
)
def test_a_banks_own_column_that_says_debit_or_another_currency_is_believed(
    column: str, value: str, wrong: bool
) -> None:
    content = "\n".join(",".join(row) for row in ([*bankfiles.COLUMNS, column], [*ROW, value])).encode()
    assert [(row, named) for row, named, _ in said(content)] == ([(2, column)] if wrong else [])


def test_a_formula_in_a_statement_is_named_by_row_and_column() -> None:
    assert [each[:2] for each in said(sheet(ROW, ["L-2", "61000", "=1+1", *ROW[3:]]))] == [(3, "金额")]


# --- through the page ---

pytestmark = pytest.mark.django_db
PAGE = "/desk/finance/statement/"


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def send(site: DeskSite, content: bytes) -> Any:
    return site.browser("finance").post(PAGE, {"file": SimpleUploadedFile("x", content)})


@pytest.mark.parametrize("amount", ["1,0000.00", "1,23", "12,34,5.6", "1，234.00"])
def test_a_separator_stands_where_it_belongs_or_the_line_is_refused(site: DeskSite, amount: str) -> None:
    page = send(site, sheet(["L-1", "61000", amount, *ROW[3:]]))
    assert page.status_code == 400
    assert "千分位逗号须每三位一个" in page.content.decode()
    assert "1,234.50" in send(site, sheet(["L-1", "61000", "1,234.50", *ROW[3:]])).content.decode()


def test_a_preview_imports_nothing_and_its_confirmation_all(site: DeskSite) -> None:
    page = send(site, camt(entry()))
    assert page.status_code == 200
    assert "无此子账户" in page.content.decode()
    assert BankEntry.objects.count() == 0
    form = form_of(page, having="sealed") | {"covers_until": "2026-03-01T08:30"}
    answer = site.browser("finance").post(PAGE, form)
    assert "已导入1笔" in answer.content.decode()
    assert not Statement.objects.exists()
    assert not Exceptional.objects.exists()
    site.release("finance")
    assert Exceptional.objects.count() == 1
    statement = Statement.objects.get()
    assert (statement.closing_balance, statement.credit_count) == (Yuan(260000), 1)
    answer = site.browser("finance").post(PAGE, form_of(send(site, camt(entry())), having="sealed"))
    assert "未重复记账" in answer.content.decode()


def test_a_line_that_the_act_refuses_keeps_the_whole_file_out(site: DeskSite) -> None:
    page = send(site, table(ROW, ["L-2", *ROW[1:5], "2026-03-01 07:00"]))
    other = send(site, table(["L-2", "61000", "1.00", *ROW[3:5], "2026-03-01 07:00"]))
    site.browser("finance").post(PAGE, form_of(other, having="sealed"))
    assert BankEntry.objects.count() == 1
    answer = site.browser("finance").post(PAGE, form_of(page, having="sealed"))
    assert answer.status_code == 400
    assert "第3行" in answer.content.decode()
    assert BankEntry.objects.count() == 1
    written = AuditEntry.objects.get(verb="money.line", outcome="refused")
    assert written.after["tried"]["refused_rows"] == "3"


def test_a_bad_span_takes_the_lines_back_too(site: DeskSite) -> None:
    form = form_of(send(site, table(ROW)), having="sealed") | {"covers_until": "2030-01-01T00:00"}
    answer = site.browser("finance").post(PAGE, form)
    assert answer.status_code == 400
    assert BankEntry.objects.count() == 0


def test_unmatched_money_is_explained_leads_to_nobody_before_the_close_and_is_returned_by_two_persons(
    site: DeskSite,
) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    name = site.organisation("a").name
    site.browser("finance").post(
        PAGE,
        form_of(
            send(site, table(["L-9", "61999", "200000.00", name, "x", "2026-03-10 09:00"])), having="sealed"
        ),
    )
    assert "入账账号不存在" not in site.see("finance", "/desk/money/")
    steps.closed_statement(site, "6100000000000001")
    page = site.see("finance", "/desk/money/")
    assert "入账账号不存在" in page
    for key in ("finance", "centre", "supervisor"):
        other = site.see(key, "/desk/money/")
        assert "L-9" in other
        assert name not in other
        assert registration.sub_account.number not in other
    refund = Exceptional.objects.get().entry.refunds.get()
    site.both("finance", "refund.release_one", refund.pk)
    assert "L-9" not in site.see("finance", "/desk/money/")
    assert "L-9" in site.see("finance", "/desk/money/?state=returned")


def test_a_confirmation_that_is_half_filled_in_keeps_the_file_and_what_was_typed(site: DeskSite) -> None:
    form = form_of(send(site, table(ROW)), having="sealed")
    half = {"covers_until": "2026-03-01T08:30", "opening_balance": "0.00"}
    answer = site.browser("finance").post(PAGE, form | half)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert BankEntry.objects.count() == 0
    assert 'value="2026-03-01T08:30"' in page
    assert "260,000.00" in page
    again = form_of(answer, having="sealed") | half | {"debit_total": "0.00", "closing_balance": "260000.00"}
    assert "已导入1笔" in site.browser("finance").post(PAGE, again).content.decode()


def test_what_was_imported_before_is_not_said_to_be_imported(site: DeskSite) -> None:
    for told in (["已导入1笔"], ["已导入0笔", "1笔此前已导入，未重复记账"]):
        answer = site.browser("finance").post(PAGE, form_of(send(site, table(ROW)), having="sealed"))
        assert [each for each in told if each not in answer.content.decode()] == []
