"""How many queries the pages of the second market take, session, person, membership and unread notices among them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel import clock
from tests.crossprovince.test_audit_anew import all_spent
from tests.crossprovince.test_demand_pages import at_the_end
from tests.factories.across import AUDITOR, COUNTY, COUNTY_FINANCE, PROVINCE, Across, moment
from tests.factories.taking import FINANCE, Taking

pytestmark = pytest.mark.django_db


def signed_in(world: Across | Taking, key: str) -> Client:
    browser = Client()
    member = world.people[key][0]
    browser.force_login(member.person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def queries_of(browser: Client, address: str, when: str) -> int:
    """How many a page takes when it is opened again: what is kept in memory is there then."""
    with clock.simulated(moment(when)):
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200, address
    return len(queries)


def test_pages_of_a_case_whose_money_is_spent_take_few_queries() -> None:
    across = all_spent()
    verification, fund = across.ziyun.verification.pk, across.pool.pk
    most = {
        (COUNTY, f"/desk/adjustments/{across.adjustment_id}/"): 24,
        (PROVINCE, f"/desk/adjustments/{across.adjustment_id}/"): 25,
        (PROVINCE, f"/desk/verifications/{verification}/"): 15,
        (COUNTY_FINANCE, f"/desk/funds/{fund}/"): 13,
        (AUDITOR, f"/desk/funds/{fund}/"): 12,
        (PROVINCE, f"/cross-province/{across.adjustment_id}/"): 14,
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
    assert queries_of(signed_in(taking, key), f"/desk/demands/{taking.demand_id}/", "10-24 09:00") <= 14
