"""Evidence of a verification comes in through its page, by commits, from each side in its turn."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind as K
from kernel import clock
from tests.factories.ziyun import CITY, COUNTY, FAR_PROVINCE, MEASURER, PROVINCE, Ziyun, at, report
from tests.surplus.test_pages import page


def test_what_a_verification_needs_is_handed_in_on_its_page_by_each_side_in_its_turn(
    committed_db: str, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-05 09:00")) as moved:
        made = Ziyun.settled()
        made.clock = moved
        made.draft()
        _handed_in(made, COUNTY, K.ACCEPTANCE_CERTIFICATE, K.RETIREMENT_SUMMARY, K.VILLAGE_MINUTES)
        _send_files(made, COUNTY, K.MEASUREMENT_REPORT, status=404)  # the measurer's to hand in
        _commissioned(made)
        _handed_in(made, MEASURER, K.MEASUREMENT_REPORT)
        made.both(MEASURER, "verification.report", "01-20 09:00", **report(made.parts()))
        made.both(COUNTY, "verification.submit", "03-02 10:00")
        address = f"/desk/verifications/{made.verification_id}/"
        for key in (COUNTY, MEASURER, CITY, PROVINCE):
            assert "上传材料" not in page(made, key, address), key
        made.decide(CITY, "pass", "03-10 10:00")
        made.decide(PROVINCE, "pass", "03-20 10:00")
        _handed_in(made, PROVINCE, K.INCOMING_DOCUMENT)
        assert "上传材料" not in page(made, CITY, address)
        _send_files(made, FAR_PROVINCE, K.INCOMING_DOCUMENT, status=404)
    kinds = Attachment.objects.order_by("id").values_list("kind", "organisation_id")
    assert [(kind, made.organisation_id(key)) for kind, key in _HANDED_IN] == list(kinds)


_HANDED_IN = [
    (K.ACCEPTANCE_CERTIFICATE, COUNTY),
    (K.RETIREMENT_SUMMARY, COUNTY),
    (K.VILLAGE_MINUTES, COUNTY),
    (K.MEASUREMENT_REPORT, MEASURER),
    (K.INCOMING_DOCUMENT, PROVINCE),
]


def _commissioned(ziyun: Ziyun) -> None:
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip


def _send_files(ziyun: Ziyun, key: str, *kinds: K, status: int = 200) -> str:
    browser = Client()
    browser.force_login(ziyun.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    typed: dict[str, Any] = {}
    for row, kind in enumerate(kinds):
        content = small_pdf(kind.label, ["演示材料"])
        typed |= {f"kind-{row}": str(kind), f"file-{row}": SimpleUploadedFile(f"{kind.label}.pdf", content)}
    answer = browser.post(f"/desk/verifications/{ziyun.verification_id}/evidence/", typed, follow=True)
    assert answer.status_code == status, (key, kinds)
    return answer.content.decode()


def _handed_in(ziyun: Ziyun, key: str, *kinds: K) -> None:
    """A form on the page offers these kinds; what is sent is said to be there and can be opened by a link."""
    before = page(ziyun, key, f"/desk/verifications/{ziyun.verification_id}/")
    assert f'action="/desk/verifications/{ziyun.verification_id}/evidence/"' in before
    for kind in kinds:
        assert f'<option value="{kind}"' in before, (key, kind)
    said = _send_files(ziyun, key, *kinds)
    for kind in kinds:
        assert f"已上传：{kind.label}（{kind.label}.pdf）。" in said
    assert said.count("/desk/attachments/") >= len(kinds)
