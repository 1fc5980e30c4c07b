"""Quota that has gone to another province (跨省域调剂), from application to close: what all of it looks like."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from apps.crossprovince import auditing
from apps.crossprovince.evidence import REQUIRED
from apps.crossprovince.models import Adjustment, Scheme
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_CLOSE,
    ADJUSTMENT_CONSENT,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_DRAFT,
    ADJUSTMENT_QUARTER,
    ADJUSTMENT_REPORT,
    ADJUSTMENT_SUBMIT,
    ADJUSTMENT_TRANSFER,
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
)
from apps.crossprovince.queries import prices_of
from apps.crossprovince.reporting import quarters_owed
from apps.demo import hands
from apps.demo.adjustments import planned
from apps.demo.histories import History, office_hour
from apps.demo.organisations import AUDITOR, COUNTY_FINANCE, Organisations
from apps.documents.commands import attach_made
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.funds.models import Account, Finding
from apps.funds.names import FUNDS_ANSWER, FUNDS_AUDIT, FUNDS_CONCLUDE, FUNDS_DISTRIBUTE, FUNDS_SPEND
from apps.funds.states import POOL
from apps.kinds.formulas import mu_to_hectares
from apps.process import uploads
from apps.quota.batch_models import Batch, Source
from kernel.clock import beijing, iso
from kernel.clock import now as clock_now
from kernel.web.opaque import shown

_COUNTY, _TAKER = "seller1", "330000"
_AREA = Decimal("2.0000")
_SHARES = {"farmers": "324000.00", "infrastructure": "162000.00", "aftercare": "54000.00"}
_ITEMS = {"farmers": "农户搬迁补偿", "infrastructure": "村庄道路", "aftercare": "后期管护"}


class _Told:
    """One application as it is told: who acts on it, its papers, each another one."""

    def __init__(self, organisations: Organisations, subject: int) -> None:
        self.organisations, self.subject = organisations, subject
        self.number = count(1)

    def do(
        self, act: str, key: str, data: dict[str, object] | None = None, *, subject: int = 0
    ) -> dict[str, object]:
        """An act on the application, or on something else."""
        return hands.carry_out(self.organisations, act, key, data, subject=subject or self.subject).answer

    def enter(self, act: str, key: str, body: str, **data: object) -> dict[str, object]:
        """What a body outside decided, with its paper; of a scheme on no case."""
        by, place = self.organisations.actor(key), next(self.number)
        name = f"演示{self.organisations.province.sign}外来{place}号"
        attach_made(
            kind=AttachmentKind.INCOMING_DOCUMENT,
            name=f"{name}.pdf",
            content=small_pdf("外部来文", [name, f"{self.subject}", "演示材料"]),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            case_id=self.subject,
            now=clock_now(),
        )
        told = {"body": body, "document_no": name, "document_date": beijing(clock_now()).date().isoformat()}
        on = 0 if act == SCHEME_IMPORT else self.subject
        return hands.carry_out(self.organisations, act, key, told | data, subject=on).answer

    @property
    def found(self) -> Adjustment:
        """As it stands."""
        return Adjustment.objects.select_related("case").get(pk=self.subject)


def gone_and_closed(organisations: Organisations, *, now: datetime) -> History:
    """2.0000 亩 to Zhejiang: 540,000.00 元 allocated, distributed, spent, audited, the case closed a month ago."""

    def at(days_ago: int, hour: int) -> datetime:
        return office_hour(now - timedelta(days=days_ago), hour, 25)

    yield at(140, 9)
    county = organisations.by_key[_COUNTY]
    batch = Batch.objects.filter(owner=county, source=Source.VERIFICATION).order_by("pk").first()
    if batch is None:
        return
    drafted = hands.carry_out(organisations, ADJUSTMENT_DRAFT, _COUNTY, _facts(batch)).answer
    told = _Told(organisations, drafted["adjustment"])
    papers = {str(each): each.label for each in REQUIRED}
    hands.attach(organisations, _COUNTY, papers, listing_id=told.subject)
    told.do(ADJUSTMENT_SUBMIT, _COUNTY)
    yield at(134, 10)
    told.do(ADJUSTMENT_DECIDE, "province", {"outcome": "pass", "reason": ""})
    yield at(130, 10)
    told.enter(ADJUSTMENT_CONSENT, "province", "省人民政府")
    told.do(ADJUSTMENT_REPORT, "province")
    receipt = f"演示受理〔{beijing(clock_now()).year}〕{told.subject}号"
    told.enter(ADJUSTMENT_ACKNOWLEDGE, "province", "自然资源部", receipt_no=receipt)
    yield at(110, 10)
    told.enter(SCHEME_IMPORT, "province", "自然资源部", rows=[_row(told, batch)])
    told.do(SCHEME_PUBLISH, "province", subject=Scheme.objects.get(adjustments=told.subject).pk)
    yield from _paid_and_audited(told, at)


def _facts(batch: Batch) -> dict[str, object]:
    return {
        "title": f"{batch.region.name}节余指标跨省域调剂（演示，已办结）",
        "lines": [{"batch": batch.pk, "high_standard": "no", "amount": f"{_AREA}"}],
        "plan": [
            planned(category, _ITEMS[category], amount, "yes" if category == "farmers" else "no")
            for category, amount in _SHARES.items()
        ],
        "remainder": "keep",
        "loan_source": False,
        "income_tied": False,
    }


def _row(told: _Told, batch: Batch) -> dict[str, object]:
    found = told.found
    prices = prices_of(found)
    return {
        "scheme_no": f"演示调剂〔{beijing(clock_now()).year}〕{told.subject}号",
        "row_no": "1",
        "out_county": found.region_id,
        "in_province": _TAKER,
        "project_area_no": batch.certificate_no,
        "area_mu": f"{_AREA}",
        "area_ha": f"{mu_to_hectares(_AREA)}",
        "high_standard": "no",
        "planning_scale": "no",
        "out_price": f"{prices.out_price(high_standard=False)}",
        "in_price": f"{prices.in_price(_TAKER)}",
    }


def _paid_and_audited(told: _Told, at: Callable[[int, int], datetime]) -> Iterator[datetime]:
    """The money comes, is shared out and spent; the quota leaves; what was drawn is audited; all is closed."""
    yield at(88, 10)
    arrived, whole = iso(clock_now()), f"{sum(map(Decimal, _SHARES.values()))}"
    told.enter(ADJUSTMENT_ALLOCATE, "finance", "财政部", amount=whole, arrived_at=arrived)
    yield at(84, 10)
    pool = Account.objects.get(source_id=told.subject, bucket=POOL)
    shares = [{"category": category, "amount": amount} for category, amount in _SHARES.items()]
    told.do(FUNDS_DISTRIBUTE, COUNTY_FINANCE, {"shares": shares}, subject=pool.pk)
    row = told.found.rows.get()
    moved = {
        "scheme_no": row.scheme.scheme_no, "row_no": row.row_no, "national_no": f"演示国转{told.subject}号",
        "transferred_at": iso(clock_now()),
    }  # fmt: skip
    told.enter(ADJUSTMENT_TRANSFER, "province", "自然资源部", rows=[moved])
    for place, (category, amount) in enumerate(_SHARES.items(), start=1):
        yield at(80 - place, 10)
        _spend(told, pool, place, category, amount)
    yield at(66, 10)
    _report(told)
    for movement_id in _drawn(told):
        _audit(told, pool, movement_id)
    yield at(50, 10)
    _report(told)
    told.do(ADJUSTMENT_CLOSE, "province")


def _spend(told: _Told, pool: Account, place: int, category: str, amount: str) -> None:
    sign = told.organisations.province.sign
    facts: dict[str, object] = {
        "category": category,
        "plan_line": place,
        "voucher_no": f"调-{place:03d}",
        "purpose": _ITEMS[category],
        "project": "城关片区拆旧复垦项目区（演示）",
        "attachment": _copy(told, pool, f"调{place}", "收益支出凭证"),
        "loan_source": False,
        "income_tied": False,
        "payees": [
            {
                "kind": "body", "payee": f"演示{sign}乡建有限公司", "payee_account": "5200001", "amount": amount,
                "invoice_no": f"演示{told.subject}-{place}",
            }
        ],
    }  # fmt: skip
    told.do(FUNDS_SPEND, COUNTY_FINANCE, facts, subject=pool.pk)


def _copy(told: _Told, pool: Account, name: str, called: str) -> int:
    """A paper of the county's finance, by the number that forms have."""
    sign = told.organisations.province.sign
    made = uploads.take_for_fund(
        pool,
        name=f"{name}.pdf",
        content=small_pdf(called, [f"{sign}{name}", f"{told.subject}", "演示材料"]),
        by=told.organisations.actor(COUNTY_FINANCE),
        now=clock_now(),
    )
    return shown(made.pk, "attachment")


def _report(told: _Told) -> None:
    """Whatever quarter has ended is reported."""
    for quarter in quarters_owed(told.found):
        told.do(ADJUSTMENT_QUARTER, _COUNTY, {"quarter": quarter.code, "remarks": "按方案支出，进度正常。"})


def _drawn(told: _Told) -> list[int]:
    final = auditing.final_of(auditing.rounds_of(told.found))
    return sorted(auditing.outcomes_of(final)) if final is not None else []


def _audit(told: _Told, pool: Account, movement_id: int) -> None:
    """One drawn voucher: what was asked, what was answered, and that it was in order."""
    asked: dict[str, object] = {
        "text": f"抽查第{movement_id}号记账的凭证和收款情况。", "amount": "0.00", "movement_id": movement_id,
    }  # fmt: skip
    told.do(FUNDS_AUDIT, AUDITOR, asked, subject=pool.pk)
    finding = Finding.objects.latest("id").pk
    answered: dict[str, object] = {
        "text": "凭证、合同和收款回单齐全，附后。",
        "attachment": _copy(told, pool, f"答复{movement_id}", "收款回单"),
    }
    told.do(FUNDS_ANSWER, COUNTY_FINANCE, answered, subject=finding)
    said: dict[str, object] = {"outcome": "in_order", "text": "已核对原件，符合规定。", "amount": "0.00"}
    told.do(FUNDS_CONCLUDE, AUDITOR, said, subject=finding)
