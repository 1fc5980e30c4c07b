"""Who is paid by a spending (收款人): one value a row, as it was handed in, as it is kept, and as its sheet reads.

Natural persons are sealed but for the county's finance and its auditor (spec: common ground, "Funds ledger").
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.funds.models import Payee, Spending
from apps.funds.states import PAYEE_LABELS, PayeeKind
from kernel.acts import bound
from kernel.acts.bound import BETWEEN, Fact, Reading
from kernel.money import ZERO, Yuan
from kernel.sealing import keyed_mark, open_sealed, seal
from kernel.text import folded

MOST_PAYEES = 5_000
_COLUMNS = ("序号", "类别", "收款人", "收款账号", "金额（元）", "发票号")


def plain(invoice_no: str) -> str:
    """A number of an invoice without what it is punctuated by."""
    return folded(invoice_no).replace("-", "").replace(" ", "")


@dataclass(frozen=True)
class Paid:
    """One row of a sheet."""

    kind: PayeeKind
    name: str
    account: str
    amount: Yuan
    invoice_no: str = ""

    @property
    def mark(self) -> str:
        """The same for one payee, however its name is written."""
        return keyed_mark("funds.payee", folded(self.name))

    @property
    def voucher(self) -> tuple[str, str, Yuan] | None:
        """Whose invoice over how much, which is paid once; None without an invoice."""
        return (self.mark, folded(self.invoice_no), self.amount) if self.invoice_no else None


@dataclass(frozen=True)
class Sheet:
    """A sheet in words, one line a payee, and the SHA-256 of just these words."""

    text: str

    @property
    def sha256(self) -> str:
        """Hexadecimal, over the UTF-8 text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def reading(self) -> Reading:
        """To be read whole on the approval page."""
        return Reading("收款人清单", self.text)

    @property
    def digest(self) -> Fact:
        """What binds it."""
        return bound.digest("收款人清单摘要", self.sha256)


def sheet_of(rows: Iterable[Paid]) -> Sheet:
    """The sheet of these payees, in their order."""
    lines = (
        BETWEEN.join(
            (
                str(line),
                PAYEE_LABELS[each.kind],
                each.name,
                each.account,
                f"{each.amount:,}",
                each.invoice_no or "—",
            )
        )
        for line, each in enumerate(rows, start=1)
    )
    return Sheet("\n".join((BETWEEN.join(_COLUMNS), *lines)))


def total_of(rows: Iterable[Paid]) -> Yuan:
    """What they are paid together."""
    return sum((each.amount for each in rows), ZERO)


def keep(spending: Spending, rows: Sequence[Paid]) -> None:
    """Write the payees of a spending, natural persons sealed; in one order for all, so that no two wait for each other.

    The same payee, invoice and amount again makes the database refuse (IntegrityError).
    """
    made = [_row(spending, line, each) for line, each in enumerate(rows, start=1)]
    made.sort(key=lambda each: (each.payee_mark, each.invoice_no, each.amount))
    Payee.objects.bulk_create(made)


def _row(spending: Spending, line: int, paid: Paid) -> Payee:
    natural = paid.kind is PayeeKind.PERSON
    said = json.dumps({"name": paid.name, "account": paid.account}, ensure_ascii=False)
    return Payee(
        spending=spending,
        line=line,
        kind=paid.kind,
        name="" if natural else paid.name,
        account="" if natural else paid.account,
        sealed=seal(said) if natural else "",
        payee_mark=paid.mark,
        amount=paid.amount,
        invoice_no=paid.invoice_no,
    )


def opened(payee: Payee) -> Paid:
    """A payee as it was handed in, for those alone whom `queries.visible_to` shows the account."""
    said = json.loads(open_sealed(payee.sealed)) if payee.sealed else {}
    return Paid(
        PayeeKind(payee.kind),
        said.get("name", payee.name),
        said.get("account", payee.account),
        payee.amount,
        payee.invoice_no,
    )
