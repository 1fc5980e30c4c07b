"""The paper that a county shows for its answer to a finding: read by the auditor who concludes, used once."""

import pytest

from apps.funds.models import Answer
from kernel import clock
from kernel.access.models import Preparation
from kernel.acts.perform import approval_of
from kernel.errors import Code
from kernel.web.opaque import shown
from tests.factories import spent
from tests.factories.deal import A, at
from tests.factories.proceeds import AUDITOR, COUNTY_FINANCE, FAR_AUDITOR, NEXT_FINANCE, Proceeds
from tests.funds.test_audits import answered, no, raised
from tests.funds.test_fund_pages import address
from tests.funds.test_pages import browser_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def proceeds(own_media: None) -> Proceeds:
    """100,000.00 paid to farmers on 24 April."""
    made = Proceeds.of_sale()
    made.received()
    made.distributed()
    spent.spend(made)
    return made


def test_the_auditors_approver_reads_and_signs_the_paper_of_the_answer(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    paper = spent.copy_of(proceeds, "更正后的名册", when="05-08 09:00")
    answered(proceeds, finding, paper=paper)
    assert Answer.objects.get().attachment == paper
    facts = {"outcome": "in_order", "text": "已核对名册", "amount": "0.00"}
    proceeds.alone(AUDITOR, "funds.conclude", "05-11 09:00", subject=finding.pk, **facts)
    waiting = Preparation.objects.get(act="funds.conclude")
    read = approval_of(waiting, by=proceeds.approver(AUDITOR), now=at("05-11 09:30"))
    assert [(each.name, each.sha256) for each in read.bound.evidence] == [("更正后的名册.pdf", paper.sha256)]
    scan = f"/desk/attachments/{shown(paper.pk, 'attachment')}/"
    with clock.simulated(at("05-11 09:30")):
        approval = page(proceeds, AUDITOR, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", duty=1)
        assert scan in approval
        for key in (AUDITOR, COUNTY_FINANCE):
            assert scan in page(proceeds, key, address(proceeds))
            assert browser_of(proceeds, key).get(scan).status_code == 200
        for key in (NEXT_FINANCE, FAR_AUDITOR, A):
            assert browser_of(proceeds, key).get(scan).status_code == 404


def test_the_countys_approver_reads_it_before_it_is_answered(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    paper = spent.copy_of(proceeds, "更正后的名册", when="05-08 09:00")
    with clock.simulated(at("05-08 09:30")):
        form = page(proceeds, COUNTY_FINANCE, f"/desk/acts/funds.answer/{finding.pk}/")
    assert "更正后的名册.pdf" in form
    facts = {"text": "名册已更正", "attachment": shown(paper.pk, "attachment")}
    proceeds.alone(COUNTY_FINANCE, "funds.answer", "05-08 10:00", subject=finding.pk, **facts)
    waiting = Preparation.objects.get(act="funds.answer")
    read = approval_of(waiting, by=proceeds.approver(COUNTY_FINANCE), now=at("05-08 10:30"))
    assert [each.sha256 for each in read.bound.evidence] == [paper.sha256]


def test_a_paper_answers_or_is_a_voucher_once(proceeds: Proceeds) -> None:
    first, second = raised(proceeds), raised(proceeds, "04-27 11:00", text="另一项")
    paper = spent.copy_of(proceeds, "更正后的名册", when="05-08 09:00")
    voucher = spent.last().attachment
    assert no(lambda: answered(proceeds, first, paper=voucher)).code is Code.VOUCHER_USED
    answered(proceeds, first, paper=paper)
    assert no(lambda: answered(proceeds, second, paper=paper)).code is Code.VOUCHER_USED
    paid = no(
        lambda: spent.spend(proceeds, spent.WANG, when="05-09 10:00", copy=paper, voucher_no="记-2026-002")
    )
    assert paid.code is Code.VOUCHER_USED
    answered(proceeds, second)
    assert Answer.objects.latest("id").attachment is None
