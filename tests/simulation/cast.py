"""Who takes part in a simulation, and the evidence they bring."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from apps.documents.commands import attach
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Organisation
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.rehearsal.furnishing import furnish
from kernel.actors import SYSTEM, Actor, Duty
from tests.factories.papers import TO_BID, TO_LIST

SELLER, CENTRE, PROVINCE, FINANCE = "seller", "centre", "province", "finance"
BIDDERS = ("a", "b", "c", "d")
_WHO = {
    CENTRE: (Role.TRADING_CENTRE, "河南省自然资源交易中心", "410000"),
    PROVINCE: (Role.PROVINCIAL_DNR, "河南省自然资源厅", "410000"),
    FINANCE: (Role.FINANCE, "河南省财政厅", "410000"),
    "supervisor": (Role.SUPERVISOR, "河南省监督办公室", "410000"),
    "platform": (Role.PLATFORM, "平台管理办公室", "410000"),
    "far_centre": (Role.TRADING_CENTRE, "湖南省自然资源交易中心", "430000"),
    SELLER: (Role.COUNTY_GOVERNMENT, "通许县人民政府", "410222"),
    "rival": (Role.COUNTY_GOVERNMENT, "杞县人民政府", "410221"),
    "a": (Role.COUNTY_GOVERNMENT, "金丝雀甲市人民政府", "410184"),
    "b": (Role.SITE_PROJECT_UNIT, "金丝雀乙水厂建设单位", "410122"),
    "c": (Role.COUNTY_GOVERNMENT, "金丝雀丙市人民政府", "410181"),
    "d": (Role.SITE_PROJECT_UNIT, "金丝雀丁机场建设单位", "410100"),
    "branch": (Role.SITE_PROJECT_UNIT, "通许县下属建设单位", "410222"),
}
_DUTIES = (Duty.OPERATOR, Duty.APPROVER, Duty.APPROVER, Duty.APPROVER)


@dataclass
class Cast:
    """Organisations and their people by a short key: one who prepares (number 0) and three who release (1 to 3)."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, list[Actor]] = field(default_factory=dict)
    evidence: Attachment | None = None

    @classmethod
    def assembled(cls, *, now: datetime) -> "Cast":
        """Everybody registered; the body `branch` is the seller's own."""
        cast = cls()
        for key, (role, name, region) in _WHO.items():
            superior = cast.organisations[SELLER] if key == "branch" else None
            body = register_organisation(
                kind=role, name=name, region=region, superior=superior, by=SYSTEM, now=now
            )
            furnish(body, now=now)
            cast.organisations[key] = body
            cast.people[key] = [
                actor_of(
                    register_person(
                        username=f"{key}{place}",
                        name=f"{key}{place}",
                        organisation=body,
                        duty=duty,
                        by=SYSTEM,
                        now=now,
                    )
                )
                for place, duty in enumerate(_DUTIES)
            ]
        cast.evidence = cast._upload(now=now)
        return cast

    def _upload(self, *, now: datetime) -> Attachment:
        by = self.people[SELLER][0]
        return attach(
            kind=AttachmentKind.LISTING_APPLICATION,
            name="材料.pdf",
            content=small_pdf("材料", ["演示"]),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            now=now,
        )

    def key_of(self, organisation_id: int) -> str:
        """The key of an organisation."""
        return next(key for key, body in self.organisations.items() if body.pk == organisation_id)

    def name_of(self, key: str) -> str:
        """The name of an organisation."""
        return self.organisations[key].name

    def retest(self, key: str, listing_id: int, *, now: datetime) -> None:
        """A retest report, as a row on the one file that was uploaded in the beginning."""
        self._rows(key, listing_id, ["retest_report"], now=now)

    def bring(self, key: str, listing_id: int, *, now: datetime) -> None:
        """Everything that an application asks for, as rows on the one file that was uploaded in the beginning."""
        self._rows(key, listing_id, TO_LIST if key in (SELLER, "rival") else TO_BID, now=now)

    def _rows(self, key: str, listing_id: int, kinds: Iterable[str], *, now: datetime) -> None:
        by, sample = self.people[key][0], self.evidence
        assert sample is not None
        Attachment.objects.bulk_create(
            [
                Attachment(
                    kind=kind,
                    name=sample.name,
                    organisation_id=by.organisation_id,
                    uploaded_by_id=by.person_id,
                    uploaded_at=now,
                    case_id=listing_id,
                    content_type=sample.content_type,
                    size=sample.size,
                    sha256=sample.sha256,
                    file=sample.file.name,
                )
                for kind in kinds
            ]
        )
