"""What a county's finance and auditors see of proceeds on their desks and by the API; nobody else sees anything."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from kernel import clock
from kernel.access.models import Preparation
from kernel.web.opaque import shown
from tests.factories.actors import token_for
from tests.factories.deal import FINANCE, SELLER, A, at
from tests.factories.desk_site import form_of
from tests.factories.proceeds import (
    AUDITOR,
    COUNTY_FINANCE,
    FAR_AUDITOR,
    FAR_FINANCE,
    NEXT_FINANCE,
    Proceeds,
)

pytestmark = pytest.mark.django_db
PAGE = "/desk/funds/"


@pytest.fixture
def proceeds(own_media: None) -> Iterator[Proceeds]:
    """The pool waits, on 23 April."""
    made = Proceeds.of_sale()
    made.received()
    with clock.simulated(at("04-23 09:00")):
        yield made


def browser_of(proceeds: Proceeds, key: str, duty: int = 0) -> Client:
    browser = Client()
    browser.force_login(
        proceeds.people[key][duty].person, backend="django.contrib.auth.backends.ModelBackend"
    )
    return browser


def page(proceeds: Proceeds, key: str, address: str = PAGE, *, status: int = 200, duty: int = 0) -> str:
    answer = browser_of(proceeds, key, duty).get(address)
    assert answer.status_code == status, f"{key} {address}: {answer.status_code}"
    return answer.content.decode()


def seen(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def test_the_countys_finance_sees_the_pool_its_deadline_and_what_is_left(proceeds: Proceeds) -> None:
    before = seen(page(proceeds, COUNTY_FINANCE))
    assert "20,500,000.00" in before
    assert "尚未分配" in before
    assert f"/desk/acts/funds.distribute/{proceeds.pool.pk}/" in page(proceeds, COUNTY_FINANCE)
    proceeds.distributed()
    after = seen(page(proceeds, COUNTY_FINANCE))
    for text in ("农户补偿 12,300,000.00", "村集体公共服务 6,150,000.00", "乡镇统筹 2,050,000.00"):
        assert text in after
    assert "/desk/acts/funds.distribute/" not in page(proceeds, COUNTY_FINANCE)


def test_an_auditor_sees_it_and_distributes_nothing(proceeds: Proceeds) -> None:
    said = page(proceeds, AUDITOR)
    assert "20,500,000.00" in said
    assert "/desk/acts/funds.distribute/" not in said


@pytest.mark.parametrize("key", [NEXT_FINANCE, FAR_FINANCE, FAR_AUDITOR])
def test_others_of_the_same_roles_see_an_empty_ledger(proceeds: Proceeds, key: str) -> None:
    assert "20,500,000.00" not in page(proceeds, key)
    if key != FAR_AUDITOR:
        page(proceeds, key, f"/desk/acts/funds.distribute/{proceeds.pool.pk}/", status=404)


@pytest.mark.parametrize("key", [FINANCE, SELLER, A])
def test_other_roles_have_no_such_page(proceeds: Proceeds, key: str) -> None:
    page(proceeds, key, status=403)
    page(proceeds, key, f"/desk/acts/funds.distribute/{proceeds.pool.pk}/", status=403)


def test_it_is_a_task_with_its_deadline_for_the_countys_finance_alone(proceeds: Proceeds) -> None:
    said = page(proceeds, COUNTY_FINANCE, "/desk/")
    assert f"/desk/acts/funds.distribute/{proceeds.pool.pk}/" in said
    assert "2026-05-22" in said
    for key in (NEXT_FINANCE, AUDITOR):
        assert "funds.distribute" not in page(proceeds, key, "/desk/")


def test_the_form_begins_with_shares_that_keep_the_rules_and_the_approver_reads_them(
    proceeds: Proceeds,
) -> None:
    address = f"/desk/acts/funds.distribute/{proceeds.pool.pk}/"
    browser = browser_of(proceeds, COUNTY_FINANCE)
    answer = browser.get(address)
    form = answer.content.decode()
    for text in ("12300000.00", "6150000.00", "2050000.00", "不低于12,300,000.00元（60%）"):
        assert text in form, text
    posted = browser.post(address, form_of(answer))
    assert posted.status_code == 302
    waiting = Preparation.objects.get(act="funds.distribute")
    read = seen(
        page(proceeds, COUNTY_FINANCE, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", duty=1)
    )
    for text in ("12,300,000.00", "壹仟贰佰叁拾万元整", "农户补偿", "紫云苗族布依族自治县人民政府"):
        assert text in read, text
    assert "贰仟零伍拾万元整" in read
    assert proceeds.balances()["pool"] == "20500000.00"


def test_the_page_takes_a_dozen_queries_at_most(proceeds: Proceeds) -> None:
    browser = browser_of(proceeds, COUNTY_FINANCE)
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        browser.get(PAGE)
    assert len(queries) <= 12, [each["sql"] for each in queries]


@pytest.mark.parametrize(
    ("key", "rows"),
    [(COUNTY_FINANCE, 2), (AUDITOR, 2), (NEXT_FINANCE, 0), (FAR_FINANCE, 0), (FAR_AUDITOR, 0)],
)
def test_the_api_lists_the_accounts_of_ones_own_reach(proceeds: Proceeds, key: str, rows: int) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(proceeds.people[key][0].person)}")
    found = client.get("/api/v1/funds/", {"listing": proceeds.listing_id}).json()["results"]
    assert len(found) == rows
    if rows:
        assert {each["bucket"]: each["balance"] for each in found} == {
            "external": "-20500000.00",
            "pool": "20500000.00",
        }
    for other in (SELLER, FINANCE):
        client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(proceeds.people[other][0].person)}")
        assert client.get("/api/v1/funds/").status_code == 403


def test_the_contract_says_how_the_proceeds_are_shared(proceeds: Proceeds) -> None:
    said = " ".join(proceeds.listing.contract.terms["clauses"])
    assert "自划付到账之日起20个工作日内分配：农户补偿不低于60%，村集体公共服务不高于30%" in said
