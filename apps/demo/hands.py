"""What anybody of the demonstration does: one act, prepared and released; files; money that arrives and leaves."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

from django.conf import settings

from apps.demo.organisations import Organisations
from apps.documents.commands import attach_made
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.land.names import PROJECT_RECORD
from apps.land.queries import with_polygons
from apps.land.rules import Ground, as_reported
from apps.listings.models import Listing
from apps.money.models import Purpose
from apps.money.names import MONEY_ANSWER, MONEY_COVER, MONEY_LINE
from apps.money.queries import span_of, sub_account
from apps.stages.review.names import REVIEW_DECIDE
from kernel.access import commands as access
from kernel.access.queries import waiting
from kernel.actors import PUBLIC, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, digest_waiting, perform
from kernel.clock import beijing, iso
from kernel.clock import now as clock_now
from kernel.money import Yuan

Facts = Mapping[str, object]


def carry_out(
    organisations: Organisations,
    name: str,
    key: str,
    data: Facts | None = None,
    *,
    subject: int = 0,
    turn: int = 0,
) -> Done:
    """One act, prepared and released where it takes two persons; approvers take turns by `turn`."""
    done = prepare(organisations, name, key, data, subject=subject)
    act = act_called(name)
    if act.two_persons:
        approver, given = _approver(organisations, name, key, subject, turn), dict(data or {})
        seen = digest_waiting(act, subject_id=subject, data=given, by=approver)
        done = perform(act, subject_id=subject, data=given, by=approver, now=clock_now(), seen=seen)
    return done


def prepare(
    organisations: Organisations,
    name: str,
    key: str,
    data: Facts | None = None,
    *,
    subject: int = 0,
    duty: Duty = Duty.OPERATOR,
) -> Done:
    """One person's part of an act: done where it takes one, left for the approver where it takes two."""
    act = act_called(name)
    by = PUBLIC if act.anonymous else organisations.actor(key, duty)
    return perform(act, subject_id=subject, data=dict(data or {}), by=by, now=clock_now())


def send_back(
    organisations: Organisations, name: str, key: str, *, subject: int = 0, slot: str = "", remark: str
) -> None:
    """An approver sends what waits of an act back to its operator."""
    approver = organisations.actor(key, Duty.APPROVER)
    for prepared in waiting(approver).filter(act=name, subject_id=subject, slot=slot):
        access.send_back(preparation_id=prepared.pk, remark=remark, by=approver, now=clock_now())


def _approver(organisations: Organisations, name: str, key: str, subject: int, turn: int) -> Actor:
    """Approvers take turns; in a review, one who has not given an opinion yet."""
    turns = [organisations.actor(key, Duty.APPROVER, turn + more) for more in range(3)]
    return next(each for each in turns if name != REVIEW_DECIDE or _may_give(subject, each.person_id))


def _may_give(listing_id: int, person_id: int) -> bool:
    return not Listing.objects.get(pk=listing_id).opinions.filter(decided_by_id=person_id).exists()


@cache
def _evidence(label: str, name: str) -> bytes:
    return small_pdf(label, [name, "演示材料"])


def attach(
    organisations: Organisations, key: str, kinds: Mapping[str, str], *, listing_id: int, says: str = ""
) -> None:
    """Evidence of these kinds, each by its label; what it says tells it from another of its kind."""
    by = organisations.actor(key)
    for kind, label in kinds.items():
        attach_made(
            kind=AttachmentKind(kind),
            name=f"{label}.pdf",
            content=_evidence(label, f"{by.organisation_name} {says}".rstrip()),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            case_id=listing_id,
            now=clock_now(),
        )


def record_project(
    organisations: Organisations, key: str, *, name: str, number: str, grounds: Sequence[Ground]
) -> int:
    """A consolidation project of a county, with its parcels drawn somewhere in it; gives its id."""
    organisation = organisations.by_key[key]
    sign, year = organisations.province.sign, beijing(clock_now()).year
    parts = [
        {
            "kind": str(each.kind),
            "land_class": each.land_class,
            "quantity": str(each.area_mu),
            "grade_before": each.grade_before,
            "grade_after": each.grade_after,
        }
        for each in grounds
    ]
    facts = {
        "name": name,
        "approval_no": f"演示{sign}立〔{year}〕{number}号",
        "acceptance_no": f"演示{sign}验〔{year}〕{number}号",
        "region": organisation.region_id,
        **as_reported(grounds),
        "parts": parts,
    }
    return int(carry_out(organisations, PROJECT_RECORD, key, with_polygons(facts)).answer["project"])


def certificate_no(organisations: Organisations, number: str) -> str:
    """The number of a certificate of the reserve."""
    return f"演示{organisations.province.sign}库〔{beijing(clock_now()).year}〕{number}号"


def own_account(organisations: Organisations, key: str) -> str:
    """The number of the account that an organisation pays from."""
    organisation = organisations.by_key[key]
    return f"62{organisation.region_id}{organisation.pk:010d}"


def pay_in(
    organisations: Organisations,
    key: str,
    purpose: Purpose,
    amount: Yuan,
    *,
    listing_id: int,
    payer_name: str = "",
    payer_account: str = "",
) -> None:
    """Money of an organisation arrives in its sub-account, and the statements that hold it are closed."""
    organisation, now = organisations.by_key[key], clock_now()
    opened = sub_account(case_id=listing_id, organisation_id=organisation.pk, purpose=purpose)
    if opened is None:
        raise LookupError(f"{key} has no sub-account for {purpose}")
    line(
        organisations,
        # As a bank's own, it tells nothing of who pays.
        reference=f"DEMO-{now:%Y%m%d%H%M}-{opened.number[-8:]}",
        number=opened.number,
        amount=amount,
        payer_name=payer_name or organisation.name,
        payer_account=payer_account or own_account(organisations, key),
    )
    close_statement(organisations, opened.number)
    close_common_statement(organisations)


def line(
    organisations: Organisations,
    *,
    reference: str,
    number: str,
    amount: Yuan,
    payer_name: str,
    payer_account: str,
) -> None:
    """One line of a bank statement, imported as it arrives."""
    entry = {
        "reference": reference,
        "credited_number": number,
        "amount": str(amount),
        "payer_name": payer_name,
        "payer_account": payer_account,
        "arrived_at": iso(clock_now()),
    }
    carry_out(organisations, MONEY_LINE, "finance", entry)


def close_common_statement(organisations: Organisations) -> None:
    """Close the statement of the account that all sub-accounts are parts of, up to a minute ago."""
    _close(organisations, settings.COLLECTION_ACCOUNT["number"], minutes_ago=1)


def close_statement(organisations: Organisations, account: str) -> None:
    """Two persons of finance close an account's statement; nothing where it is closed so far."""
    _close(organisations, account)


def _close(organisations: Organisations, account: str, minutes_ago: int = 0) -> None:
    until = clock_now() - timedelta(minutes=minutes_ago)
    span = span_of(account=account, province=organisations.province.code, until=until)
    if span.since is not None and until <= span.since:
        return
    statement = {
        "account": account,
        "covers_until": iso(until),
        "opening_balance": str(span.opening or Yuan(0)),
        "debit_total": str(span.debits),
        "closing_balance": str(span.closing),
    }
    carry_out(organisations, MONEY_COVER, "finance", statement)


def bank_answers(
    organisations: Organisations, payments: Sequence[Mapping[str, str]], *, outcome: str = "paid"
) -> None:
    """The bank's file says what became of payments, and the statement that holds its lines is closed."""
    until = clock_now() - timedelta(minutes=1)
    for each in payments:
        answer = {
            "reference": f"DEMO-OUT-{each['request_id'][:18]}",
            "account": settings.COLLECTION_ACCOUNT["number"],
            "request_id": each["request_id"],
            "outcome": outcome,
            "amount": each["amount"],
            "at": iso(until),
        }
        carry_out(organisations, MONEY_ANSWER, "finance", answer)
    close_common_statement(organisations)
