"""Documents in the database: issued once, made once, never changed; and what verification tells."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from apps.documents import commands, queries, rules, tasks
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind, DocumentKind
from kernel.errors import Code, Refused
from kernel.outbox.models import Message
from tests.factories import samples, uploads
from tests.factories.cases import open_cases

NOW = datetime(2026, 3, 5, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def issued(
    kind: DocumentKind = DocumentKind.ANNOUNCEMENT,
    *,
    number: str = "豫指交告〔2026〕83号",
    public: bool = True,
    visible_to: int | None = None,
) -> Document:
    """A document issued with the sample facts of its kind."""
    open_cases([448])
    return commands.issue(
        kind=kind,
        facts=samples.bare(kind),
        number=number,
        case_id=448,
        issued_by_id=1,
        issued_by_name=samples.CENTRE,
        public=public,
        visible_to=visible_to,
        now=NOW,
    )


def raw(sql: str, *values: int | str) -> None:
    """Run a statement in a savepoint, as the runtime role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_a_document_of_any_kind_is_issued_and_opened(kind: DocumentKind) -> None:
    document = issued(kind)
    assert not document.file
    opened = commands.open_document(document_id=document.pk, now=NOW)
    document.refresh_from_db()
    assert opened.content.startswith(b"%PDF-1.7")
    assert opened.sha256 == rules.sha256(opened.content) == document.sha256
    assert opened.name == f"{kind.label}-豫指交告〔2026〕83号.pdf"
    assert document.rendered_at == NOW


def test_the_worker_is_asked_through_the_outbox_and_makes_the_file() -> None:
    document = issued()
    asked = Message.objects.get(topic="render", payload__document_id=document.pk)
    assert (asked.sent_at, document.sha256) == (None, None)
    tasks.render_document(document_id=document.pk)
    document.refresh_from_db()
    assert document.sha256


def test_the_task_of_a_document_that_never_came_to_be_does_nothing() -> None:
    tasks.render_document(document_id=987_654)


def test_making_the_file_twice_changes_nothing() -> None:
    document = issued()
    first = commands.render(document_id=document.pk, now=NOW)
    second = commands.render(document_id=document.pk, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert (second.sha256, second.rendered_at, second.file.name) == (first.sha256, NOW, first.file.name)


def test_a_lost_or_changed_file_is_made_again_with_the_same_bytes() -> None:
    document = issued()
    first = commands.open_document(document_id=document.pk, now=NOW)
    document.refresh_from_db()
    path = Path(document.file.path)
    path.write_bytes(b"%PDF-forged")
    assert commands.open_document(document_id=document.pk, now=NOW) == first
    path.unlink()
    assert commands.open_document(document_id=document.pk, now=NOW) == first
    assert path.read_bytes() == first.content


def test_a_number_is_used_once() -> None:
    issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        issued(DocumentKind.SUSPENSION_NOTICE)


def test_a_kind_that_is_not_declared_or_states_other_facts_is_not_issued() -> None:
    open_cases([448])
    for kind in ("farewell", DocumentKind.SUSPENSION_NOTICE):
        with pytest.raises(ValueError, match="no kind of document that states AnnouncementFacts"):
            commands.issue(
                kind=kind,  # type: ignore[arg-type]
                facts=samples.bare(DocumentKind.ANNOUNCEMENT),
                number="豫指交告〔2026〕84号",
                case_id=448,
                issued_by_id=1,
                issued_by_name=samples.CENTRE,
                public=True,
                now=NOW,
            )
    assert not Document.objects.exists()


def test_facts_that_no_font_can_print_are_refused_and_nothing_is_issued() -> None:
    kind = DocumentKind.TERMINATION_NOTICE
    facts = samples.bare(kind).model_copy(update={"reason": "因😀终止"})
    with pytest.raises(Refused) as refused:
        commands.issue(
            kind=kind,
            facts=facts,
            number="豫指交告〔2026〕99号",
            case_id=None,
            issued_by_id=1,
            issued_by_name=samples.CENTRE,
            public=True,
            now=NOW,
        )
    assert refused.value.refusal.code is Code.INVALID
    assert not Document.objects.exists()


def test_a_document_that_follows_money_is_issued_whether_it_can_be_printed_or_not() -> None:
    open_cases([448])
    kind = DocumentKind.QUALIFICATION_CERTIFICATE
    for reason, name in (("", "甲县人民政府"), ("U+2A6A5", "\U0002a6a5县人民政府")):
        made = commands.issue_unproven(
            kind=kind,
            facts=samples.bare(kind).model_copy(update={"bidder": name}),
            number=f"号{len(name)}{name}",
            case_id=448,
            registration_id=1,
            issued_by_id=1,
            issued_by_name=samples.CENTRE,
            visible_to=1,
            now=NOW,
        )
        assert bool(made.fault) is bool(reason)
        assert made.document.facts["bidder"] == name
        if not reason:
            assert commands.open_document(document_id=made.document.pk, now=NOW).content.startswith(b"%PDF")
            continue
        with pytest.raises(Refused) as no:
            commands.open_document(document_id=made.document.pk, now=NOW)
        assert no.value.refusal.code is Code.WRONG_STATUS
        assert made.document.number in no.value.refusal.sentence
    assert Document.objects.count() == 2


def test_a_document_that_does_not_exist_is_not_found() -> None:
    for attempt in (commands.open_document, commands.render):
        with pytest.raises(Refused) as refused:
            attempt(document_id=987_654, now=NOW)
        assert refused.value.refusal.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    "change",
    [
        "number = 'x'",
        "facts = '{}'",
        "issued_at = now()",
        "verification_code = 'AAAA-AAAA-AAAA-AAAA'",
        "visible_to = 5",
        "case_id = 5",
        "issued_by_name = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(change: str) -> None:
    document = issued()
    with pytest.raises(DatabaseError):
        raw(f"UPDATE documents_document SET {change} WHERE id = %s", document.pk)


def test_the_database_refuses_to_change_a_made_file_to_unmake_it_and_to_make_it_by_halves() -> None:
    document = issued()
    with pytest.raises(IntegrityError):
        raw("UPDATE documents_document SET sha256 = %s WHERE id = %s", "a" * 64, document.pk)
    commands.render(document_id=document.pk, now=NOW)
    for change in (
        "sha256 = repeat('b', 64)",
        "file = 'other.pdf'",
        "sha256 = NULL, file = '', rendered_at = NULL",
    ):
        with pytest.raises(IntegrityError, match="immutable"):
            raw(f"UPDATE documents_document SET {change} WHERE id = %s", document.pk)


@pytest.mark.parametrize("table", ["documents_document", "documents_attachment"])
def test_the_database_refuses_to_delete_documents_and_evidence(table: str) -> None:
    issued()
    attached()
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(DatabaseError):
            raw(statement)


def test_a_document_becomes_public_later() -> None:
    document = issued(DocumentKind.AWARD_CONFIRMATION, public=False)
    assert not queries.public_of(448).exists()
    commands.make_public(document_id=document.pk)
    commands.make_public(document_id=document.pk)
    assert queries.public_of(448).get() == document


def test_an_organisation_sees_public_documents_and_its_own() -> None:
    announcement = issued()
    mine = issued(DocumentKind.QUALIFICATION_CERTIFICATE, number="确1", public=False, visible_to=7)
    issued(DocumentKind.QUALIFICATION_CERTIFICATE, number="确2", public=False, visible_to=8)
    assert list(queries.visible_to(448, organisation_id=7)) == [announcement, mine]
    assert list(queries.public_of(448)) == [announcement]
    assert queries.all_of(448).count() == 3
    assert queries.latest(case_id=448, kind=DocumentKind.ANNOUNCEMENT) == announcement


def test_verification_by_number_by_code_and_by_file_tells_what_a_public_document_is() -> None:
    document = issued()
    content = commands.open_document(document_id=document.pk, now=NOW).content
    document.refresh_from_db()
    for found in (
        queries.verify(f" {document.number} "),
        queries.verify(document.verification_code),
        queries.verify(document.verification_code.lower().replace("-", "")),
        queries.verify_file(content),
    ):
        assert found == queries.Verification(
            DocumentKind.ANNOUNCEMENT,
            document.number,
            NOW,
            issued_by_name=samples.CENTRE,
            document_id=document.pk,
            case_id=448,
            process="listing",
            sha256=document.sha256,
        )
        assert found.is_public


def test_one_changed_byte_unknown_numbers_and_nonsense_are_not_verified() -> None:
    document = issued()
    content = commands.open_document(document_id=document.pk, now=NOW).content
    assert queries.verify_file(content[:-1] + b"\x00") is None
    for typed in ("", "豫指交告〔2026〕84号", "AAAA-AAAA-AAAA-AAAA", "x\x00y", "9" * 500):
        assert queries.verify(typed) is None


def test_a_document_that_is_not_public_shows_only_kind_number_and_date() -> None:
    document = issued(
        DocumentKind.TRIPARTITE_CONTRACT, number="豫指合〔2026〕31号", public=False, visible_to=7
    )
    content = commands.open_document(document_id=document.pk, now=NOW).content
    expected = queries.Verification(DocumentKind.TRIPARTITE_CONTRACT, "豫指合〔2026〕31号", NOW)
    for found in (
        queries.verify(document.number),
        queries.verify(document.verification_code),
        queries.verify_file(content),
    ):
        assert found == expected
        assert not found.is_public


def test_bidders_cannot_be_counted_by_trying_the_numbers_of_certificates() -> None:
    document = issued(
        DocumentKind.QUALIFICATION_CERTIFICATE, number="豫指资〔2026〕1号", public=False, visible_to=7
    )
    assert queries.verify(document.number) is None
    found = queries.verify(document.verification_code)
    assert found == queries.Verification(DocumentKind.QUALIFICATION_CERTIFICATE, document.number, NOW)


def attached(name: str = "验收报告.pdf", content: bytes | None = None, **subject: int) -> Attachment:
    """An upload of organisation 7."""
    open_cases([subject["case_id"]] if "case_id" in subject else [])
    return commands.attach(
        kind=AttachmentKind.ACCEPTANCE_REPORT,
        name=name,
        content=uploads.pdf() if content is None else content,
        organisation_id=7,
        uploaded_by_id=70,
        now=NOW,
        **subject,
    )


def test_an_upload_is_kept_by_its_content_and_opened_as_it_was() -> None:
    attachment = attached(case_id=448)
    opened = commands.open_attachment(attachment_id=attachment.pk)
    assert opened.content == uploads.pdf()
    assert (opened.name, opened.content_type) == ("验收报告.pdf", "application/pdf")
    assert attachment.file.name == f"attachments/{opened.sha256[:2]}/{opened.sha256}.pdf"
    assert attached(case_id=449).file.name == attachment.file.name


def test_a_refused_upload_leaves_nothing_behind(settings: Settings) -> None:
    with pytest.raises(Refused) as refused:
        attached(content=uploads.pdf_with_script())
    assert refused.value.refusal.code is Code.INVALID
    assert not Attachment.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).iterdir())


def test_the_evidence_of_a_listing_and_of_an_application_to_bid_are_apart() -> None:
    of_case = attached(case_id=448)
    of_registration = attached(case_id=448, registration_id=9)
    assert list(queries.attachments_of(case_id=448)) == [of_case]
    assert list(queries.attachments_of(registration_id=9)) == [of_registration]
    with pytest.raises(ValueError, match="name a case"):
        queries.attachments_of()


def test_an_upload_that_was_changed_on_disk_is_not_given_out() -> None:
    attachment = attached()
    Path(attachment.file.path).write_bytes(b"%PDF-forged")
    with pytest.raises(commands.Damaged):
        commands.open_attachment(attachment_id=attachment.pk)
    with pytest.raises(Refused):
        commands.open_attachment(attachment_id=987_654)
