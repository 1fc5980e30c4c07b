"""The province accepts the dossier that was filed: what came in later is no part of it and changes nothing."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.documents.commands import attach
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.process import dossier
from apps.stages.filing.models import Filing
from apps.stages.filing.queries import safe_name
from apps.stages.transfer import commands as transfer
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, bound_of, release
from tests.factories.deal import CENTRE, PROVINCE, B, Deal
from tests.factories.journey import act
from tests.money.test_remittance import now_of, paid

pytestmark = pytest.mark.django_db
_VOUCHER = small_pdf("付款凭证", ["1,001,500.00"])


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _upload(deal: Deal, kind: AttachmentKind, name: str, content: bytes, *, now: Any) -> Attachment:
    by = deal.operator(B)
    return attach(
        kind=kind, name=name, content=content, organisation_id=by.organisation_id, uploaded_by_id=by.person_id,
        case_id=deal.listing_id, now=now,
    )  # fmt: skip


@pytest.fixture
def filed() -> Deal:
    """A deal whose dossier was filed with one voucher."""
    deal = paid()
    now = now_of(deal)
    deal.remit(now=now)
    deal.do(PROVINCE, "transfer.execute", transfer.execute, now=now, listing_id=deal.listing_id)
    _upload(deal, AttachmentKind.PAYMENT_VOUCHER, "回单.pdf", _VOUCHER, now=now)
    for by in (deal.operator(CENTRE), deal.approver(CENTRE)):
        act(by, "filing.submit", deal.listing_id, now=now)
    return deal


def _later(deal: Deal, *, now: Any) -> set[str]:
    """A voucher, evidence and the filed voucher once more, uploaded after the filing; gives their names."""
    found = [
        _upload(deal, AttachmentKind.PAYMENT_VOUCHER, "补交.pdf", small_pdf("补交", ["1.00"]), now=now),
        _upload(
            deal, AttachmentKind.FUND_PROOF, "后补资金证明.pdf", small_pdf("资金证明", ["2.00"]), now=now
        ),
        _upload(deal, AttachmentKind.PAYMENT_VOUCHER, "回单副本.pdf", _VOUCHER, now=now),
    ]
    return {each.name for each in found}


def test_what_comes_in_after_the_filing_is_not_shown_and_does_not_make_the_acceptance_void(
    filed: Deal,
) -> None:
    deal, now = filed, now_of(filed) + timedelta(hours=1)
    made = act(deal.operator(PROVINCE), "filing.accept", deal.listing_id, now=now).answer["preparation"]
    waiting = Preparation.objects.get(pk=made)
    later = _later(deal, now=now)
    shown = approval_of(waiting, by=deal.approver(PROVINCE), now=now)
    names = {each.name for each in shown.bound.evidence}
    assert "回单.pdf" in names
    assert names & later == set()
    assert (shown.changed, shown.changes) == (False, [])
    release(preparation_id=made, seen=waiting.digest, by=deal.approver(PROVINCE), now=now)
    assert Filing.objects.get().accepted_at == now


def test_the_acceptance_shows_the_very_files_that_the_manifest_names(filed: Deal) -> None:
    manifest: dict[str, Any] = Filing.objects.get().manifest
    _later(filed, now=now_of(filed) + timedelta(hours=1))
    bound = bound_of(act_called("filing.accept"), filed.listing_id, {}, by=filed.operator(PROVINCE))
    named = [(each["name"], each["sha256"]) for each in [*manifest["vouchers"], *manifest["evidence"]]]
    assert [(each.name, each.sha256) for each in bound.evidence] == named
    assert len(named) > 3


def test_the_filed_dossier_is_the_same_bytes_after_another_upload(filed: Deal) -> None:
    manifest, now = Filing.objects.get().manifest, now_of(filed) + timedelta(hours=1)
    before = dossier.pack(filed.listing, manifest, now=now)
    _later(filed, now=now)
    assert dossier.pack(filed.listing, manifest, now=now) == before


def test_the_dossier_holds_the_papers_of_the_deal(filed: Deal) -> None:
    manifest: dict[str, Any] = Filing.objects.get().manifest
    numbers = {each["kind"]: each["number"] for each in manifest["documents"]}
    assert set(numbers) >= {
        "announcement",
        "award_confirmation",
        "tripartite_contract",
        "transfer_certificate",
    }
    with zipfile.ZipFile(io.BytesIO(dossier.pack(filed.listing, manifest, now=now_of(filed)))) as found:
        papers = [name for name in found.namelist() if name.startswith("文书/")]
    assert all(any(safe_name(number) in name for name in papers) for number in numbers.values())
