"""The papers of what crosses provinces are found by those whose business the case is, on its page and in 文书."""

import pytest

from apps.documents.models import Document
from kernel import clock
from kernel.deadlines.runner import run_due
from tests.crossprovince.test_pages import MOST_QUERIES, browser, read
from tests.factories.across import COUNTY, FAR_COUNTY, FAR_PROVINCE, FINANCE, PROVINCE, Across, moment
from tests.factories.taking import Taking

pytestmark = pytest.mark.django_db
WHEN = "2027-01-06 10:00"


def listed(across: Across, key: str, query: str = "") -> str:
    """What the list of documents of an operator's desk shows."""
    text, queries = read(browser(across, key), f"/desk/documents/{query}", WHEN)
    assert queries <= MOST_QUERIES
    return text


def test_county_and_province_find_every_paper_of_an_adjustment_and_others_find_none() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    across.distribute("129600000.00", "64800000.00", "21600000.00")
    across.transfer()
    run_due(now=moment("2027-01-01 00:00"))
    across.both(COUNTY, "adjustment.quarter", "2027-01-05 10:00", quarter="2026Q4", remarks="")
    issued = list(Document.objects.filter(case=across.adjustment_id))
    assert len({each.kind for each in issued}) > 2, [each.kind for each in issued]
    page = f"/desk/adjustments/{across.adjustment_id}/"
    for key in (COUNTY, PROVINCE, FINANCE):
        text, desk = listed(across, key), read(browser(across, key), page, WHEN)[0]
        for each in issued:
            assert f"/documents/{each.verification_code}/" in text, (key, each.kind)
            assert f"/documents/{each.verification_code}/" in desk, (key, each.kind)
        assert page in text
    for key in (FAR_PROVINCE, FAR_COUNTY):
        text = listed(across, key)
        assert not any(each.verification_code in text for each in issued), key
        with clock.simulated(moment(WHEN)):
            assert browser(across, key).get(page).status_code != 200
    for each in issued:
        of_kind = listed(across, COUNTY, f"?kind={each.kind}")
        assert each.verification_code in of_kind
        assert not any(other.verification_code in of_kind for other in issued if other.kind != each.kind)
    number = across.adjustment.case.number
    assert issued[0].verification_code in listed(across, COUNTY, f"?lot={number}&county=520425&q=紫云")
    assert issued[0].verification_code not in listed(across, COUNTY, "?lot=没有这一项")


def test_the_page_of_a_demand_has_a_place_for_its_papers() -> None:
    taking = Taking.with_ministry()
    desk, _ = read(browser(taking, PROVINCE), f"/desk/demands/{taking.demand_id}/", WHEN)  # type: ignore[arg-type]
    assert 'id="documents"' in desk
