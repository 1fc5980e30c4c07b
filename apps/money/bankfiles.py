"""Bank statements as files (对账单): CSV, a workbook, ISO 20022 camt.053 or camt.054, all read into the same lines.

What a file is, its content says, not its name. A camt.053 must add up by itself before anything is taken from it; a
camt.054 is a notification, without balances. Both say what came of payments: paid, or sent back.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kernel import files, sheets, tables
from kernel.clock import BEIJING, read_date, read_instant
from kernel.errors import Code, Refused
from kernel.money import ZERO, Yuan, parse_yuan
from kernel.tables import CellError
from kernel.text import folded, legible

COLUMNS = {
    "流水号": "reference",
    "入账账号": "credited_number",
    "金额": "amount",
    "付款人名称": "payer_name",
    "付款人账号": "payer_account",
    "到账时间": "arrived_at",
}
MOST_ROWS = 5000
UNITS = {"金额": ("元", "人民币元", "人民币", "CNY", "RMB"), "到账时间": ("北京时间", "东八区", "UTC+8")}
"""What brackets behind a heading may say: an amount in 万元 or in dollars, a time in UTC, is not read as ours."""

_CREDITED = ("贷", "贷方", "收入", "收", "来账", "C", "CR", "CRDT")
_YUAN_NAMES = ("人民币", "人民币元", "元", "CNY", "RMB", "156")
_SIDES = ("借贷标志", "借贷方向", "收支标志", "收支方向", "收付标志")
_CURRENCIES = ("币种", "币别", "货币")
_MUST_SAY = {
    **dict.fromkeys(_SIDES, (_CREDITED, "不是入账，不能作为到账流水导入")),
    **dict.fromkeys(_CURRENCIES, (_YUAN_NAMES, "不是人民币，不能导入")),
}
"""Columns of a bank's own that decide whether a line is money received in yuan at all."""
EXAMPLE = {
    "流水号": "示例流水001",
    "入账账号": "61000000100000000000",
    "金额": "260000.00",
    "付款人名称": "示例县人民政府",
    "付款人账号": "4100000000000000001",
    "到账时间": "2026-04-01 09:30",
}
"""The row of the template that is no line."""
NAMESPACES = {
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02": "camt.053.001.02",
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08": "camt.053.001.08",
    "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02": "camt.054.001.02",
    "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08": "camt.054.001.08",
}
_FORMS = {"csv": "CSV", "xlsx": "Excel工作簿", "camt": "camt.053", "notice": "camt.054"}


@dataclass(frozen=True)
class Balances:
    """What the bank says of the account over the statement's span: opening + credits − debits = closing."""

    account: str
    opening: Yuan
    closing: Yuan
    credits: Yuan
    debits: Yuan
    credit_count: int


@dataclass(frozen=True)
class Line:
    """One credit: its row (or entry) in the file and the plain facts of `money.import`."""

    row: int
    facts: dict[str, str]


@dataclass(frozen=True)
class Read:
    """A file that was read: its form, its credits, its bad cells, its balances if it states them, what was left out.

    `outgoing` are the plain facts of `money.answer`: what came of payments.
    """

    form: str
    lines: list[Line]
    errors: list[CellError] = field(default_factory=list)
    balances: Balances | None = None
    remarks: list[str] = field(default_factory=list)
    outgoing: list[Line] = field(default_factory=list)

    @property
    def form_label(self) -> str:
        """CSV, Excel工作簿, camt.053 or camt.054."""
        return _FORMS[self.form]


def read(content: bytes) -> Read:
    """The lines of a statement. Refuses invalid, saying what the file is: empty, too large, unreadable, columns
    missing, too many rows."""
    files.require_some(content)
    files.require_known(content)
    if not files.is_package(content) and files.looks_like_xml(content):
        found = _from_camt(content)
    else:
        found = _from_table(content)
    _twice(found)
    found.errors.sort(key=lambda each: each.row)
    return found


def _twice(found: Read) -> None:
    """The same reference twice in one file is a mistake in the file, also when the facts agree."""
    times = Counter(folded(each.facts.get("reference", "")) for each in found.lines)
    for line in found.lines:
        reference = line.facts.get("reference", "")
        count = times[folded(reference)]
        if reference and count > 1:
            found.errors.append(CellError(line.row, "流水号", f"“{reference}”在文件中出现{count}次。"))


# --- tables ---


def _from_table(content: bytes) -> Read:
    required = [each for each in COLUMNS if each != "付款人账号"]
    found = tables.read(
        content,
        headings=[*COLUMNS, *_MUST_SAY],
        required=required,
        most_rows=MOST_ROWS,
        example=EXAMPLE,
        units=UNITS,
    )
    errors, remarks = list(found.errors), list(found.remarks)
    lines = []
    for number, row in found.rows:
        facts = {name: row[column] for column, name in COLUMNS.items() if column in row}
        errors += _not_received(number, row)
        _legible(number, facts, "付款人名称", errors, remarks)
        lines.append(Line(number, facts))
    return Read(found.form, lines, errors, remarks=remarks)


def _not_received(number: int, row: dict[str, str]) -> list[CellError]:
    """What a bank's own columns say against a line: money that left, or that is no yuan."""
    return [
        CellError(number, column, f"该列为“{row[column][:20]}”，{sentence}。")
        for column, (allowed, sentence) in _MUST_SAY.items()
        if row.get(column, "").strip() and folded(row[column]) not in {folded(each) for each in allowed}
    ]


def _legible(
    number: int, facts: dict[str, str], column: str, errors: list[CellError], remarks: list[str]
) -> None:
    """A payer's name as it can be printed; money is booked whatever its payer is called."""
    name = facts.get("payer_name", "")
    try:
        shown = legible(name)
    except ValueError as error:
        errors.append(CellError(number, column, str(error)))
        return
    if shown.count("〓") > name.count("〓"):
        remarks.append(
            f"第{number}行付款人名称含有无法显示的字符，以“〓”代替，如与登记名称不符将暂存待核实。"
        )
    if shown:
        facts["payer_name"] = shown


# --- camt.053 ---


def _from_camt(content: bytes) -> Read:
    try:
        root: Element = fromstring(files.xml_of(content), forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused.because(Code.INVALID, "报文含有不允许的DTD或实体，不予读取。") from error
    except ParseError as error:
        row = error.position[0]
        raise Refused.because(
            Code.INVALID, f"报文不是有效的XML（第{row}行附近有误），请向银行重新导出。"
        ) from error
    except (ValueError, LookupError, RecursionError) as error:
        raise Refused.because(Code.INVALID, "报文不是有效的XML，不予读取。") from error
    namespace = root.tag.partition("}")[0].lstrip("{") if root.tag.startswith("{") else ""
    if namespace not in NAMESPACES or not root.tag.endswith("}Document"):
        shown = namespace or "无"
        raise Refused.because(
            Code.INVALID, f"报文命名空间为“{shown[:80]}”，仅支持camt.053和camt.054的001.02、001.08版。"
        )
    reader = _Camt(namespace)
    return reader.read(root, notice="camt.054" in namespace)


_DAY = len("2026-03-01")


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def _two_decimals(text: str) -> str:
    """An amount of the message: it may have up to five decimals, of which only two can be other than zero."""
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals[:2]}" if point and len(decimals) > 2 and not decimals[2:].strip("0") else text


class _Camt:
    """Reads one message; errors name the entry by its place in the file."""

    def __init__(self, namespace: str) -> None:
        self._ns = {"c": namespace}
        self.errors: list[CellError] = []
        self.lines: list[Line] = []
        self.outgoing: list[Line] = []
        self.remarks: list[str] = []
        self.credits, self.debits, self.skipped = ZERO, ZERO, 0

    def read(self, root: Element, *, notice: bool) -> Read:
        path = "c:BkToCstmrDbtCdtNtfctn/c:Ntfctn" if notice else "c:BkToCstmrStmt/c:Stmt"
        statements = root.findall(path, self._ns)
        if len(statements) != 1:
            raise Refused.because(Code.INVALID, f"报文须恰好含有一份对账单，现有{len(statements)}份。")
        statement = statements[0]
        account = self._account(statement, "c:Acct")
        entries = statement.findall("c:Ntry", self._ns)
        if len(entries) > MOST_ROWS:
            raise Refused.because(Code.INVALID, f"每个文件至多{MOST_ROWS}笔分录，请分批导入。")
        for number, entry in enumerate(entries, start=1):
            self._entry(number, entry, account)
        balances = None if notice else self._balances(statement, account)
        self._summary(statement)
        remarks = self.remarks
        if self.outgoing:
            remarks.append(f"付款结果{len(self.outgoing)}笔，按付款指令号核对。")
        if self.skipped:
            remarks.append(f"{self.skipped}笔未入账（PDNG/INFO）分录不导入。")
        if not self.lines and not self.outgoing and not self.errors:
            raise Refused.because(Code.INVALID, "报文中没有已入账的收入分录。")
        return Read("notice" if notice else "camt", self.lines, self.errors, balances, remarks, self.outgoing)

    def _find(self, at: Element, path: str) -> str:
        found = at.find("/".join(f"c:{part}" for part in path.split("/")), self._ns)
        return (found.text or "").strip() if found is not None else ""

    def _first(self, at: Element, *paths: str) -> str:
        return next((text for path in paths if (text := self._find(at, path))), "")

    def _account(self, at: Element, path: str) -> str:
        place = at.find(path, self._ns)
        return self._first(place, "Id/Othr/Id", "Id/IBAN") if place is not None else ""

    def _wrong(self, number: int, column: str, sentence: str) -> None:
        self.errors.append(CellError(number, column, sentence))

    def _amount(self, number: int, at: Element) -> Yuan | None:
        place = at.find("c:Amt", self._ns)
        if place is None:
            self._wrong(number, "Amt", "缺少金额。")
            return None
        if place.get("Ccy") != "CNY":
            self._wrong(number, "Amt", f"币种为{place.get('Ccy') or '空'}，只接受人民币（CNY）。")
            return None
        try:
            return parse_yuan(_two_decimals((place.text or "").strip()))
        except ValueError as error:
            self._wrong(number, "Amt", str(error))
            return None

    def _entry(self, number: int, entry: Element, account: str) -> None:
        status = self._first(entry, "Sts/Cd", "Sts")
        if status in ("PDNG", "INFO", "FUTR"):
            self.skipped += 1
            return
        if status != "BOOK":
            self._wrong(number, "Sts", f"分录状态为“{status[:10] or '空'}”，须为BOOK。")
        amount = self._amount(number, entry)
        if amount is None:
            return
        direction = self._find(entry, "CdtDbtInd")
        if direction == "DBIT":
            self.debits += amount
            self._answers(number, entry, amount, account, outcome="paid")
            return
        if direction != "CRDT":
            self._wrong(number, "CdtDbtInd", "收支方向须为CRDT或DBIT。")
            return
        self.credits += amount
        if self._is_returned(entry):
            self._answers(number, entry, amount, account, outcome="rejected")
            return
        if self._find(entry, "RvslInd") in ("true", "1"):
            self._wrong(number, "RvslInd", "冲正分录不能自动导入，请人工核对后单笔录入。")
            return
        self._details(number, entry, amount, account)

    def _details(self, number: int, entry: Element, amount: Yuan, account: str) -> None:
        details = entry.findall("c:NtryDtls/c:TxDtls", self._ns)
        if len(details) <= 1:
            self._credit(number, entry, details[0] if details else entry, amount, account, alone=True)
            return
        total = ZERO
        for detail in details:
            inner = (
                detail
                if detail.find("c:Amt", self._ns) is not None
                else detail.find("c:AmtDtls/c:TxAmt", self._ns)
            )
            part = self._amount(number, inner if inner is not None else detail)
            if part is None:
                return
            total += part
            self._credit(number, entry, detail, part, account, alone=False)
        if total != amount:
            self._wrong(number, "TxDtls", f"明细合计{total:,}元，与分录金额{amount:,}元不符。")

    def _credit(
        self, number: int, entry: Element, detail: Element, amount: Yuan, account: str, *, alone: bool
    ) -> None:
        reference = self._first(detail, "Refs/AcctSvcrRef", "Refs/TxId")
        if not reference and alone:
            reference = self._first(entry, "AcctSvcrRef", "NtryRef")
        if not reference:
            self._wrong(number, "AcctSvcrRef", "缺少银行流水号（AcctSvcrRef）。")
        facts = {
            "reference": reference,
            "credited_number": self._account(detail, "c:RltdPties/c:CdtrAcct") or account,
            "amount": str(amount),
            "payer_name": self._first(detail, "RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm"),
            "payer_account": self._account(detail, "c:RltdPties/c:DbtrAcct"),
            "arrived_at": self._instant(number, entry),
        }
        if not facts["payer_name"]:
            self._wrong(number, "Dbtr/Nm", "缺少付款人名称。")
        if not facts["credited_number"]:
            self._wrong(number, "CdtrAcct", "缺少入账账号。")
        facts = {name: value for name, value in facts.items() if value}
        _legible(number, facts, "Dbtr/Nm", self.errors, self.remarks)
        self.lines.append(Line(number, facts))

    def _is_returned(self, entry: Element) -> bool:
        """A payment of ours that came back: the bank says so (RtrInf) and repeats its request id."""
        details = entry.findall("c:NtryDtls/c:TxDtls", self._ns)
        return bool(details) and all(each.find("c:RtrInf", self._ns) is not None for each in details)

    def _answers(self, number: int, entry: Element, amount: Yuan, account: str, *, outcome: str) -> None:
        """What an outgoing entry says of each payment that it is made up of, by its request id (EndToEndId)."""
        details = entry.findall("c:NtryDtls/c:TxDtls", self._ns) or [entry]
        for place, detail in enumerate(details, start=1):
            reference = self._first(detail, "Refs/AcctSvcrRef", "Refs/TxId")
            if not reference:
                reference = self._first(entry, "AcctSvcrRef", "NtryRef")
                reference = f"{reference}-{place}" if reference and len(details) > 1 else reference
            if not reference:
                self._wrong(number, "AcctSvcrRef", "缺少银行流水号（AcctSvcrRef）。")
            inner = detail.find("c:AmtDtls/c:TxAmt", self._ns)
            has_amount = detail.find("c:Amt", self._ns) is not None
            whole = len(details) == 1 and not has_amount and inner is None
            part = (
                amount
                if whole
                else self._amount(number, inner if inner is not None and not has_amount else detail)
            )
            if part is None:
                return
            facts = {
                "reference": reference,
                "account": account,
                "request_id": self._first(detail, "Refs/EndToEndId"),
                "outcome": outcome,
                "amount": str(part),
                "at": self._instant(number, entry, exact=False),
            }
            self.outgoing.append(Line(number, {name: value for name, value in facts.items() if value}))

    def _instant(self, number: int, entry: Element, *, exact: bool = True) -> str:
        """When it was booked, to the second: a deposit's cut-off is an hour of a day, so a bare date does not do.

        What came of a payment may be dated by its day.
        """
        text = self._first(entry, "BookgDt/DtTm", "ValDt/DtTm")
        if not text and not exact:
            text = self._first(entry, "BookgDt/Dt", "ValDt/Dt")
        if not text:
            self._wrong(
                number, "BookgDt", "入账时间须精确到时分秒（BookgDt/DtTm），只有日期无法判断是否按时到账。"
            )
            return ""
        try:
            found = read_instant(text) if exact or len(text) > _DAY else _start_of(read_date(text))
        except ValueError as error:
            self._wrong(number, "BookgDt", f"入账时间“{text[:30]}”无效：{error}")
            return ""
        return found.isoformat()

    def _balances(self, statement: Element, account: str) -> Balances | None:
        found: dict[str, Yuan] = {}
        for balance in statement.findall("c:Bal", self._ns):
            code = self._find(balance, "Tp/CdOrPrtry/Cd")
            if code in ("OPBD", "PRCD", "CLBD"):
                amount = self._amount(0, balance)
                if amount is not None:
                    minus = self._find(balance, "CdtDbtInd") == "DBIT"
                    found["OPBD" if code == "PRCD" else code] = -amount if minus else amount
        if set(found) != {"OPBD", "CLBD"}:
            self._wrong(0, "Bal", "缺少期初余额（OPBD）或期末余额（CLBD）。")
            return None
        expected = found["OPBD"] + self.credits - self.debits
        if expected != found["CLBD"]:
            difference = found["CLBD"] - expected
            self._wrong(
                0,
                "Bal",
                f"余额不平：期初{found['OPBD']:,} + 收入{self.credits:,} − 支出{self.debits:,}"
                f" ≠ 期末{found['CLBD']:,}，"
                f"相差{difference:,}元，可能缺少分录。",
            )
        return Balances(account, found["OPBD"], found["CLBD"], self.credits, self.debits, len(self.lines))

    def _summary(self, statement: Element) -> None:
        """The message's own count and sum of credits, where it states them."""
        said = self._find(statement, "TxsSummry/TtlCdtNtries/Sum")
        if not said:
            return
        try:
            stated = parse_yuan(said)
        except ValueError:
            self._wrong(0, "TxsSummry", f"收入合计无效：{said[:30]}")
            return
        if stated != self.credits:
            self._wrong(0, "TxsSummry", f"收入合计{stated:,}元，与各分录合计{self.credits:,}元不符。")


def template() -> bytes:
    """The workbook to fill in with a statement's credits."""
    columns = [
        sheets.Column(f"{each}（元）" if each == "金额" else each, sheets.TEXT, 22) for each in COLUMNS
    ]
    notes = [
        "第2行为示例，导入时自动略过。",
        "全部列为文本；金额以元为单位，至多两位小数；到账时间为北京时间。",
        "不接受公式。",
    ]
    return sheets.written(
        sheets.Table("银行流水", columns, [[EXAMPLE[each] for each in COLUMNS]], notes), validated_rows=200
    )
