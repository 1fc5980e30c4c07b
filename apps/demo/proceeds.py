"""Where the price of a surplus lot went (收益资金): distributed by the county's finance, paid out, audited."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from apps.demo import hands
from apps.demo.histories import History, office_hour
from apps.demo.organisations import AUDITOR, COUNTY_FINANCE, Organisations
from apps.documents.printing import small_pdf
from apps.funds.models import Account, Finding
from apps.funds.names import FUNDS_AUDIT, FUNDS_DISTRIBUTE, FUNDS_SPEND
from apps.funds.queries import shares_of
from apps.funds.rules import suggested
from apps.funds.states import POOL
from apps.process import uploads
from kernel.clock import now as clock_now
from kernel.money import ZERO
from kernel.web.opaque import shown

_DISTRIBUTED_DAYS_AGO, _PAID_DAYS_AGO, _AUDITED_DAYS_AGO = 12, 8, 3
_VOUCHERS = (
    (
        "记-001",
        "拆旧区农户补偿",
        (("person", "演示农户一", "46000.00"), ("person", "演示农户二", "38000.00")),
    ),
    ("记-002", "拆旧区农户补偿", (("person", "演示农户三", "52000.00"),)),
)


def followed(organisations: Organisations, *, now: datetime) -> History:
    """The newest price that came to the first county: shared out, two payments to farmers, and a finding to answer."""
    yield office_hour(now - timedelta(days=_DISTRIBUTED_DAYS_AGO), 9, 55)
    county = organisations.by_key["seller1"]
    pool = Account.objects.filter(holder=county, bucket=POOL, balance__gt=ZERO).order_by("-pk").first()
    if pool is None:
        return
    amounts = suggested(pool.balance, shares_of(pool.source_id))
    shares = [{"category": category, "amount": f"{amount}"} for category, amount in amounts.items()]
    hands.carry_out(organisations, FUNDS_DISTRIBUTE, COUNTY_FINANCE, {"shares": shares}, subject=pool.pk)
    yield from _paid(organisations, pool, now=now)
    yield office_hour(now - timedelta(days=_AUDITED_DAYS_AGO), 14, 35)
    found: dict[str, object] = {"text": "请说明补偿标准和公示情况，并附村级公示照片。", "amount": "0.00"}
    if not Finding.objects.filter(source_id=pool.source_id).exists():
        hands.carry_out(organisations, FUNDS_AUDIT, AUDITOR, found, subject=pool.pk)


def _paid(organisations: Organisations, pool: Account, *, now: datetime) -> Iterator[datetime]:
    for place, (voucher, purpose, payees) in enumerate(_VOUCHERS):
        yield office_hour(now - timedelta(days=_PAID_DAYS_AGO - place), 10, 20)
        copy = uploads.take_for_fund(
            pool,
            name=f"{voucher}.pdf",
            content=small_pdf("收益支出凭证", [pool.holder.name, voucher, purpose, "演示材料"]),
            by=organisations.actor(COUNTY_FINANCE),
            now=clock_now(),
        )
        facts: dict[str, object] = {
            "category": "farmers",
            "voucher_no": voucher,
            "purpose": purpose,
            "project": "城关片区拆旧复垦项目区（演示）",
            "attachment": shown(copy.pk, "attachment"),
            "loan_source": False,
            "income_tied": False,
            "payees": [
                {"kind": kind, "payee": name, "payee_account": f"62170000{place}{row:03d}", "amount": amount}
                for row, (kind, name, amount) in enumerate(payees)
            ],
        }
        hands.carry_out(organisations, FUNDS_SPEND, COUNTY_FINANCE, facts, subject=pool.pk)
