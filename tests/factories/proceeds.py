"""Ziyun's 100 亩 sold for 20,500,000.00, the price remitted and paid by the bank: proceeds to be distributed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.funds.models import Account, Distribution, Movement
from apps.money import payments
from apps.money.models import Answered, Purpose, Remittance, SubAccount
from apps.parties.commands import register_organisation, register_person
from apps.parties.roles import Role
from apps.process import uploads
from kernel.actors import SYSTEM, Duty
from kernel.money import ZERO
from kernel.web.opaque import shown
from tests.factories import bank
from tests.factories.deal import CENTRE, FINANCE, SELLER, A, at
from tests.factories.sale import Sale
from tests.factories.stations import STATIONS

COUNTY_FINANCE, NEXT_FINANCE, FAR_FINANCE = "county_finance", "next_finance", "far_finance"
AUDITOR, FAR_AUDITOR = "auditor", "far_auditor"
_WHO = {
    COUNTY_FINANCE: (Role.COUNTY_FINANCE, "紫云苗族布依族自治县财政局", "520425"),
    NEXT_FINANCE: (Role.COUNTY_FINANCE, "普定县财政局", "520422"),
    FAR_FINANCE: (Role.COUNTY_FINANCE, "长沙县财政局", "430121"),
    AUDITOR: (Role.AUDITOR, "贵州省审计厅", "520000"),
    FAR_AUDITOR: (Role.AUDITOR, "湖南省审计厅", "430000"),
}
SHARES = {
    "farmers": "12300000.00",
    "village": "6150000.00",
    "collective": "3000000.00",
    "township": "2050000.00",
}


@dataclass
class Proceeds(Sale):
    """The sale, with the finance of two counties and of another province's, and auditors of both provinces."""

    @classmethod
    def of_sale(cls, **rules: Any) -> "Proceeds":
        """The price is settled on 20 April; nothing is remitted yet."""
        if rules:
            return cls._of_sale(**rules)
        sold: Proceeds = STATIONS.enter("proceeds", cls._of_sale)
        return sold

    @classmethod
    def _of_sale(cls, **rules: Any) -> "Proceeds":
        made = cls.of_certified(**rules)
        assert isinstance(made, cls)
        for key, (role, name, region) in _WHO.items():
            body = register_organisation(
                kind=role, name=name, region=region, by=SYSTEM, now=at("03-01 12:00")
            )
            made.people[key] = [
                register_person(
                    username=f"{key}.{duty}",
                    name="陈某",
                    organisation=body,
                    duty=duty,
                    by=SYSTEM,
                    now=at("03-01 12:00"),
                )
                for duty in (Duty.OPERATOR, Duty.APPROVER)
            ]
        made.apply()
        made.review()
        made.announce()
        made.take_part(A, deposit="4000000.00")
        made.bid(A, 205000, now=at("03-27 10:00"))
        made.confirm()
        for key, when in ((SELLER, "04-01 09:00"), (A, "04-02 09:00"), (CENTRE, "04-03 10:00")):
            made.sign(key, now=at(when))
        account = SubAccount.objects.get(case_id=made.listing_id, purpose=Purpose.PRICE)
        made.pay(A, account.number, "16500000.00", now=at("04-20 10:00"))
        return made

    def remitted(self, when: str = "04-21 10:00") -> Remittance:
        """Finance has released what is owed."""
        return self.remit(now=at(when))

    def answered(
        self, sent: Remittance, outcome: Answered, when: str = "04-22 09:00", *, reference: str = "O-1"
    ) -> None:
        """The bank says what came of an order, and the statement that says so is closed."""
        moment: datetime = at(when)
        finance = {"operator": self.operator(FINANCE), "approver": self.approver(FINANCE)}
        payments.note_answer(
            reference=reference,
            account=bank.COMMON,
            request_id=sent.request_id.hex,
            outcome=outcome,
            amount=sent.amount,
            at=moment,
            by=self.operator(FINANCE),
            now=moment,
        )
        bank.close(bank.COMMON, until=moment, now=moment, **finance)

    def received(self) -> Account:
        """The pool, after the price was paid on 22 April."""
        self.answered(self.remitted(), Answered.PAID)
        return self.pool

    @property
    def pool(self) -> Account:
        """What waits to be distributed."""
        return Account.objects.get(source_id=self.listing_id, bucket="pool")

    def distributed(self, when: str = "04-23 10:00", **changes: str) -> None:
        """The county's finance distributes the pool."""
        self.both(COUNTY_FINANCE, "funds.distribute", when, subject=self.pool.pk, shares=rows(**changes))

    def reversed_(self, movement: Movement, when: str, *, reason: str = "金额有误") -> None:
        """Those who booked it take it back, with a paper that shows the money."""
        self.both(
            COUNTY_FINANCE, "funds.reverse", when, subject=movement.pk, reason=reason,
            attachment=self.copy(when),
        )  # fmt: skip

    def copy(self, when: str) -> str:
        """Another paper of the county's finance, uploaded, by the number that forms have."""
        text = f"收付凭证{Attachment.objects.count()}"
        made = uploads.take_for_fund(
            Account.objects.filter(bucket="pool").earliest("id"),
            name=f"{text}.pdf",
            content=small_pdf(text, [text]),
            by=self.operator(COUNTY_FINANCE),
            now=at(when),
        )
        return str(shown(made.pk, "attachment"))

    @property
    def distribution(self) -> Distribution:
        """The newest one."""
        return Distribution.objects.latest("id")

    def given_back(self, bucket: str, amount: str, when: str) -> None:
        """The county's finance gives back, out of the pool or a share."""
        facts: dict[str, Any] = {
            "bucket": bucket,
            "amount": amount,
            "recipient": "普定县人民政府",
            "reason": "质量退款",
            "attachment": self.copy(when),
        }
        self.both(COUNTY_FINANCE, "funds.return", when, subject=self.pool.pk, **facts)

    def balances(self) -> dict[str, str]:
        """Every bucket that is not empty."""
        found = Account.objects.filter(source_id=self.listing_id).exclude(balance=ZERO)
        return {each.bucket: str(each.balance) for each in found.order_by("id")}


def rows(**changes: str) -> list[dict[str, str]]:
    """Shares as the form takes them."""
    return [{"category": each, "amount": amount} for each, amount in (SHARES | changes).items()]
