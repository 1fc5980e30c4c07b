"""What people see of a scheme in publication, of objections to it, and of the money and its audits."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.crossprovince.models import AuditRound
from apps.funds.models import Spending
from apps.objections.models import Objection
from kernel import clock
from kernel.deadlines.runner import run_due
from tests.factories.across import AUDITOR, COUNTY, PROVINCE, Across, moment

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def browser(across: Across, key: str) -> Client:
    """An operator who is signed in."""
    made = Client()
    made.force_login(across.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def read(client: Client, address: str, when: str) -> tuple[str, int]:
    """What a page shows, and by how many queries of its own."""
    with clock.simulated(moment(when)), CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode(), len(queries)


def test_a_scheme_in_publication_is_objected_to_on_the_portal() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    listed, _ = read(Client(), "/cross-province/", "09-22 10:00")
    assert f"/cross-province/{across.adjustment_id}/" in listed
    text, queries = read(Client(), f"/cross-province/{across.adjustment_id}/", "09-22 10:00")
    assert queries <= MOST_QUERIES
    assert "提出异议" in text
    assert 'data-bits="' in text  # who is not signed in works for it
    person = browser(across, COUNTY)
    with clock.simulated(moment("09-22 10:00")):
        typed = {"text": "面积不符", "name": "某人", "contact": "13800000000", "key": "k"}
        answer = person.post(f"/cross-province/{across.adjustment_id}/objections/", typed)
    assert (answer.status_code, Objection.objects.count()) == (302, 1)
    after, _ = read(person, answer.headers["Location"], "09-22 10:05")
    assert "异议已提交" in after
    assert "请记下回执号" in after
    desk, _ = read(browser(across, PROVINCE), f"/desk/adjustments/{across.adjustment_id}/", "09-22 10:10")
    raised = Objection.objects.get().pk
    assert f"/desk/acts/objection.accept/{raised}/" in desk
    form, _ = read(browser(across, PROVINCE), f"/desk/acts/objection.accept/{raised}/", "09-22 10:15")
    assert "面积不符" in form
    queue, _ = read(browser(across, PROVINCE), "/desk/", "09-22 10:20")
    assert f"/desk/acts/objection.accept/{raised}/" in queue
    with clock.simulated(moment("09-22 10:25")):
        who = browser(across, PROVINCE).post(f"/desk/objections/{raised}/complainant/")
    assert "13800000000" in who.content.decode()


def test_desks_show_the_plan_that_waits_the_tranches_and_the_drawn_vouchers() -> None:
    across = Across.with_ministry("400.0000")
    across.match(across.row("400.0000", "26.6667"))
    across.implementing()
    across.allocate("108000000.00")
    across.distribute("64800000.00", "32400000.00", "10800000.00")
    across.spend("farmers", "1000000.00", 1, "10-23 11:00")
    lines = [
        {"no": 1, "category": "farmers", "item": "搬迁", "village": "某村", "amount": "64800000.00",
         "revitalisation": "yes"},
        {"no": 2, "category": "infrastructure", "item": "道路", "village": "某村", "amount": "32400000.00",
         "revitalisation": "no"},
        {"category": "aftercare", "item": "管护", "village": "某村", "amount": "10800000.00", "revitalisation": "no"},
    ]  # fmt: skip
    across.both(COUNTY, "plan.amend", "10-26 10:00", plan=lines)
    run_due(now=moment("2027-01-01 00:00"))
    when = "2027-01-05 10:00"
    text, _ = read(browser(across, PROVINCE), f"/desk/adjustments/{across.adjustment_id}/", when)
    for each in ("待备案的资金使用方案变更", "资金下达", "2026年度审计", "待审计"):
        assert each in text
    assert Spending.objects.get().voucher_no in text
    accept, _ = read(browser(across, PROVINCE), f"/desk/acts/plan.accept/{across.adjustment_id}/", when)
    assert 'value="2"' in accept
    quarter, _ = read(browser(across, COUNTY), f"/desk/acts/adjustment.quarter/{across.adjustment_id}/", when)
    assert "2026年第4季度" in quarter
    desk, _ = read(browser(across, COUNTY), "/desk/", when)
    assert f"/desk/acts/adjustment.quarter/{across.adjustment_id}/" in desk
    audit, _ = read(browser(across, AUDITOR), "/desk/", when)
    assert f"/desk/acts/funds.audit/{across.pool.pk}/" in audit
    across.both(
        AUDITOR, "funds.audit", "2027-01-04 10:00", subject=across.pool.pk, text="抽查", amount="0.00",
        movement_id=Spending.objects.get().movement_id,
    )  # fmt: skip
    audit, _ = read(browser(across, AUDITOR), "/desk/", when)
    assert f"/desk/acts/funds.audit/{across.pool.pk}/" not in audit
    public, queries = read(Client(), f"/cross-province/{across.adjustment_id}/", when)
    assert queries <= MOST_QUERIES
    assert AuditRound.objects.get(year=2026).secret in public
    assert Spending.objects.get().voucher_no not in public

    assert "1,000,000.00" in public
    figures, _ = read(Client(), "/cross-province/", when)
    assert "63,800,000.00" in figures  # left of the farmers' share


def test_the_form_of_an_application_says_how_much_of_each_batch_is_available() -> None:
    across = Across.certified()
    form, _ = read(browser(across, COUNTY), "/desk/acts/adjustment.draft/0/", "08-03 10:00")
    assert ">可用800.0000亩 " in form
