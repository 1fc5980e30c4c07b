"""Quota of another province (跨省域调入): in each province one demand that has come to its end."""

from collections.abc import Callable
from datetime import datetime, timedelta

from apps.crossprovince.demand_evidence import REQUIRED
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.names import (
    DEMAND_ACKNOWLEDGE,
    DEMAND_CLOSE,
    DEMAND_DECIDE,
    DEMAND_DRAFT,
    DEMAND_PAY_IN,
    DEMAND_RECEIVE,
    DEMAND_REPORT,
    DEMAND_SUBMIT,
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
)
from apps.demo import hands
from apps.demo.histories import History, office_hour
from apps.demo.organisations import Organisations
from apps.documents.states import AttachmentKind as K
from kernel.clock import beijing, iso
from kernel.clock import now as clock_now

_COUNTY, _PROVINCE, _FINANCE = "seller2", "province", "finance"
_BEGAN_DAYS_AGO = 90
_GIVER = "520425"
Facts = dict[str, object]


def came(organisations: Organisations, *, now: datetime) -> History:
    """10.0000 亩 at 300,000 元/亩 from its draft to its close: 3,000,000.00 元 are paid in, in two parts."""
    day = now - timedelta(days=_BEGAN_DAYS_AGO)
    yield office_hour(day, 9, 35)
    region = organisations.by_key[_COUNTY].region
    facts: Facts = {
        "title": f"{region.name}建设用地规模调入（演示）",
        "amount": "10.0000",
        "planning_scale": "no",
        "remainder": "keep",
    }
    steps = _Steps(
        organisations, hands.carry_out(organisations, DEMAND_DRAFT, _COUNTY, facts).answer["demand"]
    )
    for days, step in steps.chain:
        day += timedelta(days=days)
        yield office_hour(day, 10, 35)
        step()


class _Steps:
    """What each step takes; the days after the one before it stand beside it."""

    def __init__(self, organisations: Organisations, subject: int) -> None:
        self.organisations, self.subject = organisations, subject
        self.sign = organisations.province.sign

    @property
    def chain(self) -> tuple[tuple[int, Callable[[], None]], ...]:
        """The steps in their order."""
        return (
            *((1, self._submit), (5, self._decide), (3, self._report), (3, self._acknowledge)),
            *((8, self._import), (2, self._publish), (24, self._pay("1200000.00", 1))),
            *((2, self._pay("1800000.00", 2)), (6, self._receive), (4, self._close)),
        )

    def _do(self, name: str, key: str, facts: Facts | None = None, *, subject: int | None = None) -> None:
        about = self.subject if subject is None else subject
        hands.carry_out(self.organisations, name, key, facts, subject=about)

    def _attach(self, key: str, *kinds: K, says: str = "") -> None:
        labels = {str(each): each.label for each in kinds}
        hands.attach(self.organisations, key, labels, listing_id=self.subject, says=says)

    def _incoming(self, what: str) -> Facts:
        """A document of the ministry's, with its paper."""
        today = beijing(clock_now()).date().isoformat()
        number = f"演示{self.sign}{what}〔{today[:4]}〕1号"
        self._attach(_PROVINCE, K.INCOMING_DOCUMENT, says=number)
        return {"body": "自然资源部（演示）", "document_no": number, "document_date": today}

    @property
    def _scheme_no(self) -> str:
        return f"演示{self.sign}调剂〔{beijing(clock_now()).year}〕1号"

    def _submit(self) -> None:
        self._attach(_COUNTY, *REQUIRED)
        self._do(DEMAND_SUBMIT, _COUNTY)

    def _decide(self) -> None:
        self._do(DEMAND_DECIDE, _PROVINCE, {"outcome": "pass", "reason": ""})

    def _report(self) -> None:
        self._do(DEMAND_REPORT, _PROVINCE)

    def _acknowledge(self) -> None:
        told = self._incoming("受理")
        self._do(DEMAND_ACKNOWLEDGE, _PROVINCE, {**told, "receipt_no": told["document_no"]})

    def _import(self) -> None:
        row = {
            "scheme_no": self._scheme_no, "row_no": "1", "out_county": _GIVER,
            "in_province": self.organisations.province.code, "project_area_no": "演示黔核定1号",
            "area_mu": "10.0000", "area_ha": "0.6667", "high_standard": "no", "planning_scale": "no",
            "out_price": "300000.00", "in_price": "300000.00",
        }  # fmt: skip
        self._do(SCHEME_IMPORT, _PROVINCE, {**self._incoming("方案"), "rows": [row]}, subject=0)

    def _publish(self) -> None:
        self._do(SCHEME_PUBLISH, _PROVINCE, subject=Demand.objects.get(pk=self.subject).scheme_id)

    def _pay(self, amount: str, part: int) -> Callable[[], None]:
        def paid() -> None:
            voucher = f"演示{self.sign}缴{part}号"
            self._attach(_FINANCE, K.PAYMENT_VOUCHER, says=voucher)
            facts: Facts = {
                "payer": self.organisations.by_key[_FINANCE].name, "voucher_no": voucher,
                "amount": amount, "paid_at": iso(clock_now() - timedelta(hours=1)),
            }  # fmt: skip
            self._do(DEMAND_PAY_IN, _FINANCE, facts)

        return paid

    def _receive(self) -> None:
        row = {
            "scheme_no": self._scheme_no, "row_no": "1", "national_no": f"演示{self.sign}国转1号",
            "transferred_at": iso(clock_now() - timedelta(hours=1)),
        }  # fmt: skip
        self._do(DEMAND_RECEIVE, _PROVINCE, {**self._incoming("回执"), "rows": [row]})

    def _close(self) -> None:
        self._do(DEMAND_CLOSE, _PROVINCE)
