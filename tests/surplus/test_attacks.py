"""What is refused to who would cheat in a verification: land twice, quota from nothing, one hand in two places."""

import hashlib
import json
import re
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.documents.states import AttachmentKind as K
from apps.land import parcels as drawn_parcels
from apps.parties import rivals
from apps.parties.models import Membership, Organisation, Region
from apps.parties.queries import actor_of
from apps.quota.batch_models import Batch, BatchLine
from apps.rulebook import surplus
from apps.rulebook.commands import install
from apps.surplus import queries
from apps.surplus.certificates import _certificate_number
from apps.surplus.imports import parts_from_map
from apps.surplus.models import Measurement, Part, Verification
from apps.surplus.queries import faults as surplus_faults
from apps.surplus.states import MOVES
from apps.surplus.states import VerificationStatus as S
from kernel.access.models import Preparation
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import bound_of
from kernel.errors import Code
from tests.factories.ziyun import (
    BUREAU,
    CITY,
    COUNTY,
    MEASURER,
    PROVINCE,
    TO_SUBMIT,
    Ziyun,
    at,
    facts,
    parcel,
    parcels,
    report,
)
from tests.surplus.test_chain import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ziyun() -> Ziyun:
    return Ziyun.settled()


def body(ziyun: Ziyun, key: str, **changes: Any) -> Organisation:
    """An organisation of the cast, changed; actors are read anew."""
    found = Organisation.objects.get(pk=ziyun.organisation_id(key))
    for name, value in changes.items():
        setattr(found, name, value)
    found.save()
    for each in ziyun.people[key]:
        each.refresh_from_db()
    return found


def commissioned(ziyun: Ziyun) -> Any:
    """The refusal of a commission to the measurer."""
    return refused(
        lambda: ziyun.both(
            COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
            contract_no="1号", contract_price="1.00",
        )
    )  # fmt: skip


# --- who holds it ---


def test_a_bureau_without_its_county_holds_nothing_itself(ziyun: Ziyun) -> None:
    body(ziyun, BUREAU, superior=None)
    no = refused(lambda: ziyun.alone(BUREAU, "verification.draft", "01-06 09:00", **facts()))
    assert no.code is Code.INVALID


def test_a_bureau_under_the_citys_office_does_not_make_that_office_the_holder(ziyun: Ziyun) -> None:
    body(ziyun, BUREAU, superior=body(ziyun, CITY))
    no = refused(lambda: ziyun.alone(BUREAU, "verification.draft", "01-06 09:00", **facts()))
    assert no.code is Code.INVALID


def test_a_county_under_another_government_holds_its_own(ziyun: Ziyun) -> None:
    body(ziyun, COUNTY, superior=body(ziyun, PROVINCE))
    ziyun.draft()
    assert ziyun.verification.holder_id == ziyun.organisation_id(COUNTY)


def test_a_bureau_of_another_county_does_not_file_for_its_superiors(ziyun: Ziyun) -> None:
    body(ziyun, BUREAU, region=Region.objects.get(pk="520422"))
    no = refused(lambda: ziyun.alone(BUREAU, "verification.draft", "01-06 09:00", **facts()))
    assert no.code is Code.INVALID


# --- who measures ---


def test_a_measurer_with_the_countys_contact_is_tied_to_it(ziyun: Ziyun) -> None:
    body(ziyun, COUNTY, contact="演示联系人")
    body(ziyun, MEASURER, contact="演示联系人")
    ziyun.draft()
    assert commissioned(ziyun).code is Code.SELF_DEALING


@pytest.mark.parametrize("written", ["0851－35230001", "（0851）3523 0001", "+86 851 3523 0001"])
def test_a_telephone_is_the_same_however_it_is_written(ziyun: Ziyun, written: str) -> None:
    body(ziyun, COUNTY, phone="085135230001")
    body(ziyun, MEASURER, phone=written)
    ziyun.draft()
    assert commissioned(ziyun).code is Code.SELF_DEALING


def test_a_measurer_tied_to_the_bureau_is_refused_where_the_county_files(ziyun: Ziyun) -> None:
    body(ziyun, BUREAU, address="板当路1号")
    body(ziyun, MEASURER, address="板当路１号")
    ziyun.draft()
    assert commissioned(ziyun).code is Code.SELF_DEALING


@pytest.mark.parametrize("key", [COUNTY, BUREAU, CITY, PROVINCE])
def test_nobody_measures_for_whom_they_work(ziyun: Ziyun, key: str) -> None:
    Membership.objects.create(
        person=ziyun.people[MEASURER][0].person, organisation_id=ziyun.organisation_id(key), duty="approver"
    )
    ziyun.draft()
    assert commissioned(ziyun).code is Code.SELF_DEALING


# --- who reviews ---


@pytest.mark.parametrize("by", [COUNTY, MEASURER])
def test_nobody_reviews_what_they_filed_or_measured(ziyun: Ziyun, by: str) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    Membership.objects.create(
        person=ziyun.people[by][1].person, organisation_id=ziyun.organisation_id(CITY), duty="approver"
    )
    ziyun.people[CITY][1] = Membership.objects.latest("id")
    no = refused(lambda: ziyun.decide(CITY, "pass", "03-10 10:00"))
    assert no.code is Code.SELF_DEALING


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("by", [COUNTY, MEASURER])
def test_who_once_filed_or_measured_does_not_review_it_from_another_office(
    ziyun: Ziyun, by: str, place: int
) -> None:
    """Who prepared or released for a side left it since: what counts is what was done in this case."""
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    gone = ziyun.people[by][place]
    gone.active = False
    gone.save()
    ziyun.people[CITY][1] = Membership.objects.create(
        person=gone.person, organisation_id=ziyun.organisation_id(CITY), duty="approver"
    )
    no = refused(lambda: ziyun.decide(CITY, "pass", "03-10 10:00"))
    assert no.code is Code.SELF_DEALING
    assert "曾代表" in no.sentence


def test_an_office_of_the_county_is_not_the_citys(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    body(ziyun, CITY, region=Region.objects.get(pk="520425"))
    no = refused(lambda: ziyun.decide(CITY, "pass", "03-10 10:00"))
    assert no.code is Code.NOT_PERMITTED


# --- papers and numbers ---


def test_the_measurers_papers_are_not_the_countys(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.attach(MEASURER, *TO_SUBMIT, when="03-02 09:00")
    no = refused(lambda: ziyun.alone(COUNTY, "verification.submit", "03-02 10:00"))
    assert no.code is Code.MISSING_DOCUMENT


def test_a_record_number_is_used_once_however_it_is_written() -> None:
    first = Ziyun.recorded()
    second = Ziyun(people=first.people)
    second.draft(acceptance_no="2号", declared="20.0000", reserved="0", parts=parcels({"forest": "20.0000"}))
    second.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=second.organisation_id(MEASURER),
        contract_no="2号", contract_price="1.00",
    )  # fmt: skip
    second.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    second.both(MEASURER, "verification.report", "01-20 09:00", **report(second.parts(), declared="20.0000"))
    second.submit()
    second.decide(CITY, "pass", "03-10 10:00")
    second.decide(PROVINCE, "pass", "03-20 10:00")
    assert refused(lambda: second.record(number="部备[2026]１号")).code is Code.DUPLICATE_REQUEST
    second.record(number="部备〔2026〕2号")


def test_counties_of_one_name_do_not_share_a_certificates_number() -> None:
    found = [
        _certificate_number(Verification(region=Region.objects.get(pk=code)), now=at("03-27 10:00"))
        for code in ("110105", "220104")
    ]
    assert len(set(found)) == 2


def test_another_report_has_a_paper_of_its_own(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    again = report(ziyun.parts(), method="全站仪")
    no = refused(lambda: ziyun.alone(MEASURER, "verification.report", "01-21 09:00", **again))
    assert (no.code, no.detail["missing"]) == (Code.MISSING_DOCUMENT, "measurement_report")
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-21 09:00")
    ziyun.both(MEASURER, "verification.report", "01-21 10:00", **again)
    assert ziyun.verification.measurements.count() == 3


@pytest.mark.parametrize(("key", "level"), [(CITY, "市级初审"), (PROVINCE, "省级终审")])
def test_nothing_is_submitted_that_nobody_reviews(ziyun: Ziyun, key: str, level: str) -> None:
    ziyun.draft()
    ziyun.measure()
    body(ziyun, key, active=False)
    ziyun.attach(COUNTY, *TO_SUBMIT, when="03-02 09:00")
    no = refused(lambda: ziyun.alone(COUNTY, "verification.submit", "03-02 10:00"))
    assert no.code is Code.INVALID
    assert level in no.sentence


@pytest.mark.parametrize(
    ("said", "number", "code"),
    [("yes", "", Code.MISSING_DOCUMENT), ("no", "高标〔2025〕7号", Code.INVALID)],
)
def test_high_standard_farmland_has_an_acceptance_number_and_nothing_else_has_one(
    ziyun: Ziyun, said: str, number: str, code: Code
) -> None:
    parts = parcels({"dry": "20.0000"})
    parts[0] |= {"high_standard": said, "high_standard_no": number}
    no = refused(lambda: ziyun.draft(declared="20.0000", reserved="0", parts=parts))
    assert no.code is code
    assert parts[0]["parcel_no"] in no.sentence
    assert not Verification.objects.exists()


def test_a_map_that_says_high_standard_farmland_without_a_number_is_not_taken_for_other_land(
    ziyun: Ziyun,
) -> None:
    (part,) = parcels({"dry": "20.0000"})
    named = {"地块编号": "1", "所在村": "板当镇演示村", "复垦前类型": "农村宅基地", "复垦后地类": "旱地"}
    feature = {
        "type": "Feature",
        "geometry": part["geometry"],
        "properties": {**named, "面积（亩）": "20.0000", "复垦后质量等别": "10", "高标准农田": "是"},
    }
    read = parts_from_map(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
    assert read[0]["high_standard"] == "yes"
    no = refused(lambda: ziyun.draft(declared="20.0000", reserved="0", parts=read))
    assert (no.code, no.detail["missing"]) == (Code.MISSING_DOCUMENT, "high_standard_no")


# --- who releases reads every parcel ---


def parcels_read(ziyun: Ziyun, act: str) -> str:
    """The list of parcels on the approval page of what waits."""
    waiting = Preparation.objects.get(act=act, decided_at=None)
    found = bound_of(act_called(act), ziyun.verification_id, waiting.payload, by=actor_of_preparer(waiting))
    (reading,) = found.readings
    said = {each.value for each in found.facts}
    assert hashlib.sha256(reading.text.encode()).hexdigest() in said
    return reading.text


def actor_of_preparer(waiting: Preparation) -> Actor:
    return actor_of(
        Membership.objects.get(
            person_id=waiting.prepared_by_id, organisation_id=waiting.organisation_id, duty="operator"
        )
    )


def test_who_releases_a_report_reads_every_parcel_with_its_place_and_grade(ziyun: Ziyun) -> None:
    ziyun.draft(declared="20.0000", reserved="0", parts=parcels({"dry": "12.0000", "forest": "8.0000"}))
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="2号", contract_price="1.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    parts = ziyun.parts()
    parts[0]["high_standard_no"] = "高标〔2025〕7号"
    ziyun.alone(MEASURER, "verification.report", "01-20 09:00", **report(parts, declared="20.0000"))
    first, second = parcels_read(ziyun, "verification.report").splitlines()[1:]
    ring = parts[0]["geometry"]["coordinates"][0]
    west, east = min(each[0] for each in ring), max(each[0] for each in ring)
    cells = first.split("｜")
    assert [*cells[:5], *cells[7:10]] == [
        "1", "板当镇演示村", "农村宅基地", "旱地", "12.0000", "10", "高标〔2025〕7号", "120.0000",
    ]  # fmt: skip
    assert abs(Decimal(cells[5]) - 12) < Decimal("0.01")
    assert west <= float(cells[6].split("、")[0]) <= east
    assert second.split("｜")[7] == "—"


def test_what_the_measurer_was_shown_is_what_the_county_and_the_reviewers_are_shown(ziyun: Ziyun) -> None:
    read: dict[str, str] = {}

    def look(waiting: Preparation) -> None:
        if waiting.act != "verification.commission":
            read[waiting.act] = parcels_read(ziyun, waiting.act)

    ziyun.look = look
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.look = None
    ziyun.record()
    ziyun.look = look
    ziyun.certify()
    assert len(read) == 5
    assert len(set(read.values())) == 1


# --- land ---


def test_slivers_of_others_land_do_not_add_up(ziyun: Ziyun) -> None:
    big = parcels({"forest": "20.0000"})
    ziyun.draft(declared="20.0000", reserved="0", parts=big)
    west, south = (min(each) for each in zip(*big[0]["geometry"]["coordinates"][0], strict=True))
    side = 0.9**0.5 / 111_320
    found = []
    for place in range(25):
        left, low = west + (place % 5 + 1) * 3 * side, south + (place // 5 + 1) * 3 * side
        ring = [[left, low], [left + side, low], [left + side, low + side], [left, low + side], [left, low]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        found.append(parcel(str(place), "forest", f"{drawn_parcels.parcel(geometry).area_mu}", geometry))
    total = sum(Decimal(each["area"]) for each in found)
    no = refused(
        lambda: ziyun.draft(
            "01-08 09:00", acceptance_no="2号", declared=f"{total}", reserved="0", parts=found
        )
    )
    assert no.code is Code.PARCEL_CONFLICT


# --- the record rewritten ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE surplus_verification SET reserved = 0",
        "UPDATE surplus_verification SET region_id = '520422'",
        "UPDATE surplus_verification SET holder_id = filed_by_id, title = 'x'",
        "UPDATE surplus_verification SET certificate_no = 'x'",
        "UPDATE surplus_verification SET status = 'draft'",
        "DELETE FROM surplus_verification",
        "INSERT INTO surplus_part (measurement_id, ground_id, parcel_no, village, class_before, class_after, area,"
        " grade_after, high_standard_no, building_area, demolition) SELECT (SELECT max(id) FROM surplus_measurement),"
        " (SELECT min(id) FROM land_caseground), 'x', village, class_before, class_after, area, grade_after,"
        " high_standard_no, building_area, demolition FROM surplus_part LIMIT 1",
    ],
)
def test_a_certified_verification_is_not_rewritten(statement: str) -> None:
    ziyun = Ziyun.recorded()
    ziyun.certify()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)


def test_figures_under_review_are_not_rewritten(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    with pytest.raises(DatabaseError), transaction.atomic():
        Verification.objects.update(reserved=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Verification.objects.update(status="certified")
    assert Part.objects.count() == 8


def test_the_database_knows_the_moves_of_the_chain() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'surplus_verification_moves'")
        said = set(re.findall(r"\('(\w+)', '(\w+)'\)", cursor.fetchone()[0]))
    assert said == {(str(a), str(b)) for a in S for b in S if a != b and MOVES.allows(a, b)}


def test_the_rules_are_those_of_the_first_commission_and_not_of_an_old_draft(ziyun: Ziyun) -> None:
    ziyun.draft()
    now = at("01-06 12:00")
    stricter = surplus.parameters("baseline", {"base_required": True})
    install(
        province="520000", name="贵州省节余指标规则", legal_basis=["演示"], now=now, subject=surplus.SURPLUS,
        parameters=stricter,
    )  # fmt: skip
    assert not queries.parameters_of(ziyun.verification).base_required
    ziyun.measure()
    assert queries.parameters_of(ziyun.verification).base_required


def test_thousands_of_parcels_on_one_spot_end_with_the_first_pair(ziyun: Ziyun) -> None:
    geometry = parcels({"forest": "20.0000"})[0]["geometry"]
    many = [parcel(str(place), "forest", "20.0000", geometry) for place in range(1500)]
    began = time.monotonic()
    no = refused(lambda: ziyun.draft(declared="30000.0000", reserved="0", parts=many))
    assert no.code is Code.PARCEL_CONFLICT
    assert time.monotonic() - began < 10


def test_nobody_is_given_a_place_with_both_the_county_and_its_measurer(ziyun: Ziyun) -> None:
    ziyun.draft()
    county, measurer = ziyun.organisation_id(COUNTY), ziyun.organisation_id(MEASURER)
    assert not rivals.meet(county, measurer)
    ziyun.measure()
    assert rivals.meet(county, measurer)
    assert rivals.meet(measurer, county)


# --- quota from nothing, by hand in the database ---


def booked_by_hand(ziyun: Ziyun, **changes: Any) -> Batch:
    """A batch of the certified verification as the booking writes it, with something otherwise."""
    found = ziyun.verification
    amount = changes.pop("amount", Decimal("800.0000"))
    kind = changes.pop("kind", "construction_area")
    batch = Batch.objects.create(
        **{
            "owner_id": found.holder_id,
            "region_id": found.region_id,
            "title": found.title,
            "quota_class": "surplus",
            "source": "verification",
            "source_id": found.pk,
            "certificate_no": found.certificate_no or "手写证",
            "carried_farmland": Decimal("242.8200"),
            "carried_capacity": Decimal(145692),
            "circulation": "province",
            "booked_at": at("03-27 10:00"),
            **changes,
        }
    )
    BatchLine.objects.create(batch=batch, kind=kind, amount=amount)
    return batch


def committed(act: Any) -> None:
    """Run it as one transaction whose promises are asked for at its end."""
    with transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nothing_is_booked_of_a_verification_that_is_not_certified() -> None:
    ziyun = Ziyun.recorded()
    with pytest.raises(DatabaseError, match="not what a certified verification made"):
        committed(lambda: booked_by_hand(ziyun))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("800.0001")},
        {"carried_farmland": Decimal("242.8201")},
        {"carried_paddy": Decimal("1.0000")},
        {"carried_capacity": Decimal(145693)},
        {"high_standard": Decimal("0.0001")},
        {"circulation": "state"},
        {"certificate_no": "手写证"},
        {"region_id": "520422"},
    ],
)
def test_a_batch_is_what_its_verification_made_and_no_more(changes: dict[str, Any]) -> None:
    """The batch is written by hand in place of the booking; the same by hand but unchanged is taken."""
    ziyun = Ziyun.recorded()
    assert_taken(ziyun)
    with pytest.raises(DatabaseError, match="not what a certified verification made"):
        committed(lambda: certified_with(ziyun, **changes))


def certified_with(ziyun: Ziyun, **changes: Any) -> None:
    """Certified, with a batch written by hand in place of the booking."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "apps.surplus.certificates.quota.book_verified",
            lambda made, **_: booked_by_hand(ziyun, **{"certificate_no": made.certificate_no, **changes}),
        )
        ziyun.certify()


def assert_taken(ziyun: Ziyun) -> None:
    """What the booking itself would write passes."""

    class Undone(Exception):
        pass

    def once() -> None:
        certified_with(ziyun)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert surplus_faults() == []
        raise Undone

    with pytest.raises(Undone), transaction.atomic():
        once()


@pytest.mark.parametrize(
    "changes",
    [
        {"quota_class": "supplementary"},
        {"kind": "farmland_area"},
        {"source": "project"},
        {"source": "gift"},
    ],
)
def test_a_batch_is_of_the_class_that_its_source_makes(changes: dict[str, Any]) -> None:
    ziyun = Ziyun.recorded()
    with pytest.raises(DatabaseError, match=r"batch_of_a_project_or_a_case|no kind of the class"):
        committed(lambda: booked_by_hand(ziyun, **changes))


def test_nothing_is_measured_after_it_was_handed_in_and_by_nobody_else(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    newest = queries.reported(ziyun.verification)

    def another(**changes: Any) -> Measurement:
        said = {
            each.attname: getattr(newest, each.attname)
            for each in Measurement._meta.fields
            if each.name != "id"
        }
        return Measurement(**{**said, "version": newest.version + 1, "part_count": 0, **changes})

    with pytest.raises(DatabaseError, match="surplus_measurement: no report"), transaction.atomic():
        another(by_id=ziyun.organisation_id(COUNTY)).save(force_insert=True)
    ziyun.submit()
    with pytest.raises(DatabaseError, match="surplus_measurement: no report"), transaction.atomic():
        another().save(force_insert=True)
    with pytest.raises(DatabaseError, match="surplus_measurement: no draft"), transaction.atomic():
        another(origin="draft", by_id=ziyun.organisation_id(COUNTY), report_sha256="", measured_on=None).save(
            force_insert=True
        )


@pytest.mark.parametrize("status", ["province_review", "verified"])
def test_nobody_passes_a_review_by_hand(ziyun: Ziyun, status: str) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    if status == "verified":
        ziyun.decide(CITY, "pass", "03-10 10:00")
    with pytest.raises(DatabaseError, match="was not passed"), transaction.atomic():
        Verification.objects.update(status=status)


def test_no_certificate_without_its_numbers() -> None:
    Ziyun.recorded()
    with pytest.raises(DatabaseError, match="has not the numbers"), transaction.atomic():
        Verification.objects.update(status="certified")


def test_the_database_counts_what_a_report_makes_as_the_rules_do(ziyun: Ziyun) -> None:
    """With paddy, high-standard parcels and all that is taken off; 11.1111 × 7.4740 / 20.0000 = 4.1522 rounded down."""
    parts = parcels({"dry": "5.5555", "paddy": "5.5556", "forest": "8.8889"})
    for each in parts[:2]:
        each["high_standard_no"] = "高标〔2025〕7号"
    ziyun.draft(declared="20.0000", resettlement="3.3333", returned="5.0000", reserved="4.1927", parts=parts)
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="2号", contract_price="1.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    ziyun.both(
        MEASURER,
        "verification.report",
        "01-20 09:00",
        **report(parts, declared="20.0000", resettlement="3.3333"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM surplus_made(%s)", [ziyun.verification_id])
        made = cursor.fetchone()
    account = queries.account_of(queries.reported(ziyun.verification))
    assert account.high_standard == Decimal("4.1522")
    assert made == (
        account.tradeable, account.carried_farmland, account.carried_paddy, account.carried_capacity,
        account.high_standard,
    )  # fmt: skip
