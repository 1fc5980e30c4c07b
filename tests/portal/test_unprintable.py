"""A document that cannot be printed yet is a page that says so, not an error."""

import pytest
from django.test import Client

from apps.documents import commands, printing
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from tests.factories.journey import announced

pytestmark = pytest.mark.django_db


def test_opening_a_document_that_no_font_can_print_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = announced()
    found = Document.objects.get(case_id=deal.listing_id, kind=DocumentKind.ANNOUNCEMENT)
    assert found.sha256 is None

    def no_sign(document: Document) -> bytes:
        raise printing.Unprintable(f"no sign for U+2A6A5 in {document.number}")

    monkeypatch.setattr(commands, "_printed", no_sign)
    address = f"/documents/{found.verification_code}/"
    page = Client().get(address)
    assert page.status_code == 409
    assert f"文书“{found.number}”已生效" in page.content.decode()
    monkeypatch.undo()
    assert Client().get(address)["Content-Type"] == "application/pdf"
