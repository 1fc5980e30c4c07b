"""A correction beside the acts that take the same lanes: each waits for the other, none is thrown out."""

from apps.crossprovince.models import Scheme
from apps.documents.models import IncomingCorrection
from apps.documents.states import AttachmentKind as K
from kernel import lanes
from kernel.acts.perform import Done
from tests.documents.test_incoming_corrections import entered, mended
from tests.factories.across import PROVINCE, Across
from tests.factories.actors import in_order, together
from tests.races.test_schemes import released, reported  # noqa: F401 - a fixture

ACT = "incoming.correct"


def test_a_receipt_number_is_mended_beside_an_import_that_takes_case_and_office(
    reported: Across,  # noqa: F811
) -> None:
    case = reported.adjustment_id
    row = entered(case, "adjustment.acknowledge")
    data = mended(row, register_no="受理〔2026〕11号")
    mend = released(reported, PROVINCE, ACT, "09-18 09:00", subject=row.pk, **data)
    reported.attach(PROVINCE, K.INCOMING_DOCUMENT, when="09-18 10:00")
    load = released(
        reported, PROVINCE, "scheme.import", "09-18 10:00", subject=0, rows=[reported.row()], body="自然资源部",
        document_no="自然资函〔2026〕9号", document_date="2026-09-17",
    )  # fmt: skip
    outcomes = in_order(lanes.CASE, case, mend, load)
    assert all(isinstance(each, Done) and each.outcome == "done" for each in outcomes), outcomes
    assert (IncomingCorrection.objects.count(), Scheme.objects.count()) == (1, 1)
    assert reported.adjustment.receipt_no == "受理〔2026〕11号"


def test_of_three_releases_of_one_correction_one_counts(reported: Across) -> None:  # noqa: F811
    row = entered(reported.adjustment_id, "adjustment.consent")
    data = mended(row, document_no="黔府函〔2026〕7号")
    mend = released(reported, PROVINCE, ACT, "09-19 09:00", subject=row.pk, **data)
    outcomes = together(mend, mend, mend)
    assert sum(isinstance(each, Done) and each.outcome == "done" for each in outcomes) == 1, outcomes
    assert IncomingCorrection.objects.count() == 1
