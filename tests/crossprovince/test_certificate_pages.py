"""Quota that left for another province is not sold: its certificate says that it was adjusted."""

import re

import pytest
from django.test import Client

from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.quota.batch_models import Source
from apps.quota.queries import standings
from tests.crossprovince.test_money import transferred
from tests.crossprovince.test_pages import read

pytestmark = pytest.mark.django_db


def test_what_left_for_another_province_is_adjusted_and_not_sold() -> None:
    across = transferred()
    certified = across.ziyun.verification_id
    stands = standings(Source.VERIFICATION, [certified])[certified]
    assert (str(stands.adjusted), str(stands.sold), str(stands.left)) == ("800.0000", "0.0000", "0.0000")
    extracts = list(
        Document.objects.filter(case=certified, kind=DocumentKind.CERTIFICATE_EXTRACT).order_by("id")
    )
    assert extracts[-1].facts["adjusted"]["value"] == "800.0000"
    assert extracts[-1].facts["sold"]["value"] == "0.0000"
    page, _ = read(Client(), f"/certificates/{certified}/", "11-02 10:00")
    figures = re.sub(r"<[^>]+>|\s", "", page)
    assert re.search(r"已售0\.0000亩?已调剂800\.0000", figures), figures[:2_000]
    places = [page.index(each.number) for each in extracts]
    assert places == sorted(places)
    listed, _ = read(Client(), "/certificates/", "11-02 10:00")
    assert "已调剂（亩）" in listed
