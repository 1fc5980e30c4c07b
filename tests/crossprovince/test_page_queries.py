"""How many queries the pages of the second market take, session, person, membership and unread notices among them.

Twelve of their own and these four, wherever a case stands. An approval page tries its act out, by all that the act's
command reads and writes: that is not counted, what the page asks beside it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.crossprovince.models import AuditDraw
from apps.crossprovince.states import AdjustmentStatus as S
from apps.funds.models import Account
from apps.parties.models import Membership
from kernel import clock
from kernel.access.models import Preparation
from kernel.deadlines.runner import run_due
from kernel.web.opaque import shown
from tests.crossprovince.test_audit_anew import all_spent
from tests.crossprovince.test_demand_pages import at_the_end
from tests.crossprovince.test_money import THREE, amended
from tests.factories.across import (
    AUDITOR,
    COUNTY,
    COUNTY_FINANCE,
    PROVINCE,
    Across,
    at,
    moment,
    upheld_by_province,
)
from tests.factories.taking import FINANCE, Taking
from tests.factories.ziyun import CITY, MEASURER, SUPERVISOR, Ziyun

pytestmark = pytest.mark.django_db
MOST = 16
_WHO = (COUNTY, PROVINCE, FINANCE, COUNTY_FINANCE, AUDITOR, SUPERVISOR, CITY, MEASURER)
_BOTH = (COUNTY, PROVINCE)
"""Of the others the operator looks: to whom more is offered than to an approver."""


def browser_of(member: Membership) -> Client:
    browser = Client()
    browser.force_login(member.person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def signed_in(world: Across | Taking, key: str) -> Client:
    return browser_of(world.people[key][0])


def own(statements: Iterable[Mapping[str, str]]) -> list[str]:
    """The statements outside of every savepoint: what is tried out and taken back lies in one."""
    depth, found = 0, []
    for each in statements:
        if each["sql"].startswith("SAVEPOINT"):
            depth += 1
        elif each["sql"].startswith("RELEASE SAVEPOINT"):
            depth -= 1
        elif depth == 0:
            found.append(each["sql"])
    return found


def opened(browser: Client, address: str) -> tuple[list[str], str]:
    """The statements that a page takes, and what it shows: nothing of either where it is not the reader's."""
    reset_queries()  # its log has an end
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    if answer.status_code in (302, 403, 404):
        return [], ""
    assert answer.status_code == 200, (address, answer.status_code)
    return own(queries.captured_queries), answer.content.decode()


def queries_of(browser: Client, address: str, when: str) -> int:
    """How many a page takes when it is opened again: what is kept in memory is there then."""
    with clock.simulated(moment(when)):
        assert opened(browser, address)[1], address
        return len(opened(browser, address)[0])


@dataclass
class Walk:
    """Opens whatever there is to open of a case each time that something of it waits for its approver."""

    world: Across | Taking | Ziyun
    taken: dict[str, int] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    browsers: dict[int, Client] = field(default_factory=dict)

    def look(self, waiting: Preparation) -> None:
        """The approval page, the pages of the case, and once in each status the form of each act they lead to."""
        with clock.simulated(waiting.prepared_at):
            operator = next(
                each for each in self._people() if each.organisation_id == waiting.organisation_id
            )
            self._open(operator, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", waiting.act)
            self.look_at_the_case()
            self._form(operator, f"/desk/acts/{waiting.act}/{waiting.subject_id}/", waiting.act)

    def look_at_the_case(self) -> None:
        """Everybody opens every page of the case, and the forms that it leads to."""
        for address in self._pages():
            for each in self._people():
                page = self._open(each, address, "page")
                for form in sorted(set(re.findall(r"/desk/acts/[a-z_.]+/[0-9]+/", page))):
                    self._form(each, form, "begun")

    def _form(self, member: Membership, address: str, how: str) -> None:
        if (address, f"{how} {self._status}") not in self.seen:
            self.seen.add((address, f"{how} {self._status}"))
            self._open(member, address, how)

    def _open(self, member: Membership, address: str, how: str) -> str:
        """What a page shows; the most queries it took are kept, of its second time where the first filled memory."""
        browser = self._browser(member)
        statements, page = opened(browser, address)
        if len(statements) > MOST:
            statements, page = opened(browser, address)
        label = f"{re.sub(r'[0-9]+', '…', address)} {how} {self._status} {member.organisation.kind}"
        self.taken[label] = max(len(statements), self.taken.get(label, 0))
        return page

    def _browser(self, member: Membership) -> Client:
        if member.pk not in self.browsers:
            self.browsers[member.pk] = browser_of(member)
        return self.browsers[member.pk]

    def _people(self) -> Iterator[Membership]:
        for key in _WHO:
            yield from self.world.people.get(key, ())[: 2 if key in _BOTH else 1]

    @property
    def _status(self) -> str:
        if isinstance(self.world, Ziyun):
            return self.world.verification.status
        return self.world.status

    def _pages(self) -> list[str]:
        if isinstance(self.world, Ziyun):
            return [f"/desk/verifications/{self.world.verification_id}/"]
        if isinstance(self.world, Taking):
            case_id = self.world.demand_id
            return [f"/desk/demands/{case_id}/", f"/cross-province/{case_id}/"]
        case_id = self.world.adjustment_id
        pools = Account.objects.filter(source_id=case_id, bucket="pool").values_list("pk", flat=True)
        funds = [f"/desk/funds/{each}/" for each in pools]
        return [f"/desk/adjustments/{case_id}/", f"/cross-province/{case_id}/", *funds]

    @property
    def too_many(self) -> dict[str, int]:
        """What took more than it may, once something was opened at all."""
        assert self.taken
        return {each: count for each, count in self.taken.items() if count > MOST}


def walking(world: Across | Taking | Ziyun) -> Walk:
    made = Walk(world)
    world.look = made.look
    return made


def test_pages_of_a_case_whose_money_is_spent_take_few_queries() -> None:
    across = all_spent()
    verification, fund = across.ziyun.verification.pk, across.pool.pk
    most = {
        (COUNTY, f"/desk/adjustments/{across.adjustment_id}/"): 14,
        (PROVINCE, f"/desk/adjustments/{across.adjustment_id}/"): 15,
        (PROVINCE, f"/desk/verifications/{verification}/"): 16,
        (COUNTY_FINANCE, f"/desk/funds/{fund}/"): 12,
        (AUDITOR, f"/desk/funds/{fund}/"): 11,
        (PROVINCE, f"/cross-province/{across.adjustment_id}/"): 12,
    } | {
        (key, address): 12
        for key in (COUNTY, PROVINCE)
        for address in (
            *("/desk/", "/desk/adjustments/", "/desk/verifications/", "/desk/documents/"),
            *("/cross-province/", "/certificates/", "/prices/", "/funds/"),
        )
    }
    taken = {each: queries_of(signed_in(across, each[0]), each[1], "11-05 09:00") for each in most}
    assert {each: count for each, count in taken.items() if count > most[each]} == {}


@pytest.mark.parametrize("key", [COUNTY, PROVINCE, FINANCE])
def test_the_page_of_a_demand_takes_few_queries(key: str) -> None:
    taking = at_the_end()
    assert queries_of(signed_in(taking, key), f"/desk/demands/{taking.demand_id}/", "10-24 09:00") <= 13


def test_pages_of_an_application_take_few_queries_wherever_it_stands() -> None:
    across = Across.certified()
    walk = walking(across)
    across.draft()
    across.submit()
    across.report()
    matched = across.match(across.row("500.0000", "33.3333")).answer["matched"][0]
    across.publish()
    across.object("09-22 10:00")
    upheld_by_province(across, "09-23 10:00")
    across.both(PROVINCE, "scheme.dispute", "09-24 10:00", reason="面积有误，报部复核")
    across.incoming(PROVINCE, "scheme.settle", "09-28 09:00", "自然资函〔2026〕20号", settlement="republish")
    run_due(now=at("10-20 00:00"), case_id=across.adjustment_id)
    across.incoming(PROVINCE, "scheme.revoke", "10-20 10:00", "自然资函〔2026〕21号", reason="调整年度计划")
    across.adjustment_id = matched["remainder"]  # with a page that names the application it is the rest of
    across.incoming(PROVINCE, "adjustment.unmatch", "11-05 10:00", "自然资函〔2026〕11号")
    across.both(PROVINCE, "adjustment.report", "11-06 10:00")
    across.incoming(PROVINCE, "adjustment.reopen", "11-09 10:00", "自然资函〔2026〕12号", reason="资料不全")
    across.both(COUNTY, "adjustment.withdraw", "11-10 10:00", reason="另有安排")
    assert walk.too_many == {}


def test_pages_of_a_case_with_money_take_few_queries_until_it_is_closed() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    walk = walking(across)
    across.allocate("200000000.00")
    across.allocate("16000000.00", "10-20 11:00", "财资环〔2026〕2号")
    across.distribute("129600000.00", "64800000.00", "21600000.00")
    across.transfer()
    amended(across, THREE)
    across.spend("farmers", "129600000.00", 1, "11-02 10:00")
    across.look = None
    across.spend("infrastructure", "64800000.00", 2, "11-03 10:00")
    across.spend("aftercare", "21600000.00", 3, "11-04 10:00")
    audited(across, walk, month="2026-11")
    run_due(now=moment("2027-01-01 00:00"))
    across.look = walk.look
    across.both(COUNTY, "adjustment.quarter", "2027-01-05 10:00", quarter="2026Q4", remarks="无")
    across.look = None
    audited(across, walk, month="2027-01")
    across.look = walk.look
    across.both(PROVINCE, "adjustment.close", "2027-01-25 10:00")
    with clock.simulated(moment("2027-01-26 10:00")):
        walk.look_at_the_case()
    assert across.status == S.CLOSED
    assert walk.too_many == {}


def audited(across: Across, walk: Walk, *, month: str) -> None:
    """Every drawn voucher of the audits that are open is found in order, one a day; the first is looked at."""
    sampled = AuditDraw.objects.filter(round__adjustment=across.adjustment_id, sampled=True)
    waiting = sampled.filter(round__concluded_at=None, round__voided_at=None)
    across.look = walk.look
    for place, movement_id in enumerate(
        sorted(set(waiting.values_list("spending__movement_id", flat=True))), start=10
    ):
        across.audited(movement_id, f"{month}-{place} 10:00")
        across.look = None


def test_pages_of_a_demand_take_few_queries_wherever_it_stands() -> None:
    taking = Taking.settled()
    walk = walking(taking)
    taking.draft()
    taking.submit()
    taking.report()
    matched = taking.match(taking.row("500.0000", "33.3333")).answer["demanded"][0]
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    taking.object("09-22 10:00")
    taking.uphold("09-23 10:00")
    taking.both(PROVINCE, "demand.dispute", "09-23 11:00", reason="标准有误，报部复核")
    taking.incoming(PROVINCE, "demand.settle", "09-24 09:00", "自然资函〔2026〕20号", settlement="republish")
    run_due(now=at("10-09 00:00"), case_id=taking.demand_id)
    taking.pay("250000000.00")
    taking.receive()
    taking.close()
    with clock.simulated(at("10-27 10:00")):
        walk.look_at_the_case()
    taking.demand_id = matched["remainder"]
    taking.incoming(PROVINCE, "demand.unmatch", "11-02 10:00", "自然资函〔2026〕11号")
    taking.both(PROVINCE, "demand.report", "11-03 10:00")
    taking.incoming(PROVINCE, "demand.reopen", "11-06 10:00", "自然资函〔2026〕12号", reason="资料不全")
    taking.both(COUNTY, "demand.withdraw", "11-09 10:00", reason="另有安排")
    assert walk.too_many == {}


def test_pages_of_a_verification_take_few_queries_wherever_it_stands() -> None:
    ziyun = Ziyun.settled()
    walk = walking(ziyun)
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.record()
    ziyun.certify()
    ziyun.both(PROVINCE, "verification.revoke", "04-01 10:00", reason="复核发现地块不实")
    assert walk.too_many == {}
