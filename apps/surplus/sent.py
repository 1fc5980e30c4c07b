"""What of a verification goes to the ministry for its record (报部备案): as the province passed it, nothing later."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from apps.documents.enclosed import paths_of
from apps.documents.models import Attachment
from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind as K
from apps.land.reclaimed import ReclaimedParcel
from apps.surplus import queries
from apps.surplus.evidence import BEFORE_ACT
from apps.surplus.formulas import Account
from apps.surplus.models import Measurement, Opinion, Verification
from apps.surplus.names import VERIFICATION_SUBMIT
from apps.surplus.reclaimed import parcels_of
from apps.surplus.states import Level, Outcome


@dataclass(frozen=True)
class Sent:
    """One verification: its measured set, what that comes to, who passed it when, its papers."""

    verification: Verification
    measured: Measurement
    account: Account
    passed: dict[Level, Opinion]
    papers: tuple[Attachment, ...]

    @property
    def parcels(self) -> list[ReclaimedParcel]:
        """Every parcel of the measured set."""
        return parcels_of(self.verification, self.measured)

    @property
    def folder(self) -> str:
        """Where its papers lie in the package."""
        return f"papers/{self.verification.pk}"

    @property
    def papers_by_path(self) -> dict[str, Attachment]:
        """Its papers by where they lie."""
        return paths_of(self.papers, self.folder)


def sent_of(found: Verification) -> Sent:
    """What is sent of a verification that the province has passed. Refuses: not_found (nothing was measured)."""
    measured = queries.reported(found)
    queries.parts_of(measured)
    passed = found.opinions.filter(review_round=found.review_round, outcome=Outcome.PASS).order_by("id")
    return Sent(
        verification=found,
        measured=measured,
        account=queries.account_of(measured),
        passed={Level(each.level): each for each in passed},
        papers=(*papers_of(found), *_report_of(measured)),
    )


def papers_of(found: Verification) -> Sequence[Attachment]:
    """What the county and its bureau had to hand in, as it was when they submitted: later none is taken."""
    kinds = [str(each) for each in BEFORE_ACT[VERIFICATION_SUBMIT]]
    county = Q(organisation_id__in=(found.holder_id, found.filed_by_id))
    return list(attachments_of(case_id=found.pk).filter(county, kind__in=kinds))


def _report_of(measured: Measurement) -> Sequence[Attachment]:
    """The report that the figures are of: of several, the one that was handed in with this set."""
    reports = attachments_of(case_id=measured.verification_id).filter(
        organisation_id=measured.by_id, kind=K.MEASUREMENT_REPORT, sha256=measured.report_sha256
    )
    return list(reports[:1])
