"""What was given or taken back stands on the page with its reason and what shows it, for those who may read that."""

import pytest
from django.test import Client

from apps.funds.models import Spending
from kernel import clock
from tests.crossprovince.test_money import transferred
from tests.factories.across import AUDITOR, COUNTY_FINANCE, Across, moment

pytestmark = pytest.mark.django_db


def page(across: Across, key: str, address: str) -> str:
    browser = Client()
    browser.force_login(across.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    with clock.simulated(moment("10-25 09:00")):
        answer = browser.get(address)
    assert answer.status_code == 200, (key, address)
    return answer.content.decode()


def test_a_reversal_and_a_giving_back_say_why_and_show_their_papers() -> None:
    across = transferred()
    across.spend("farmers", "1000000.00", 1, "10-22 10:00")
    paid = Spending.objects.get()
    across.both(
        COUNTY_FINANCE, "funds.reverse", "10-23 10:00", subject=paid.movement_id, reason="误付他人",
        attachment=across.copy("10-23 09:00"),
    )  # fmt: skip
    across.both(
        COUNTY_FINANCE, "funds.return", "10-24 10:00", subject=across.pool.pk, bucket="share:aftercare",
        amount="1.00", recipient="贵州省财政厅", reason="中央收回", attachment=across.copy("10-24 09:00"),
    )  # fmt: skip
    fund, payment = f"/desk/funds/{across.pool.pk}/", f"/desk/funds/payments/{paid.movement_id}/"
    for key in (COUNTY_FINANCE, AUDITOR):
        seen = page(across, key, fund)
        for said in ("误付他人", f"冲回记账号 {paid.movement_id}", "贵州省财政厅：中央收回"):
            assert said in seen, (key, said)
        papers = seen.count("/desk/attachments/")
        assert papers >= 2, (key, papers)
        assert "误付他人" in page(across, key, payment)


def test_the_auditors_form_says_what_was_drawn_and_what_is_taken_back() -> None:
    across = transferred()
    across.spend("farmers", "129600000.00", 1, "10-22 10:00")
    across.spend("infrastructure", "64800000.00", 2, "10-22 11:00")
    across.both(
        COUNTY_FINANCE, "funds.return", "10-22 12:00", subject=across.pool.pk, bucket="share:aftercare",
        amount="21600000.00", recipient="贵州省财政厅", reason="中央收回", attachment=across.copy("10-22 11:30"),
    )  # fmt: skip
    form = page(across, AUDITOR, f"/desk/acts/funds.audit/{across.pool.pk}/")
    options = [each.partition("</option>")[0] for each in form.split("<option")[1:]]
    offered = [each for each in options if "记账号" in each]
    assert "审计抽中" in offered[0]
    assert sum("审计抽中" in each for each in offered) < len(offered)
