"""What goes to the ministry."""

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from apps.crossprovince.national import system
from apps.documents.commands import Damaged
from apps.documents.models import IncomingDocument
from kernel import clock
from tests.factories.across import PROVINCE, Across, moment

pytestmark = pytest.mark.django_db


def test_the_package_has_every_parcel_and_the_digests_of_all_files() -> None:
    across = Across.with_ministry()
    content = system().package(across.adjustment)
    assert hashlib.sha256(content).hexdigest() == across.adjustment.package_sha256
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = files.pop("SHA256SUMS").decode().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    consent = IncomingDocument.objects.get(act="adjustment.consent").attachment
    papers = sorted(name for name in files if name.startswith("papers/"))
    assert [name.partition("-")[0] for name in papers] == [f"papers/{place:02d}" for place in range(1, 6)]
    (entered,) = [name for name in papers if name.endswith("-incoming_document.pdf")]
    assert hashlib.sha256(files[entered]).hexdigest() == consent.sha256
    areas = list(csv.DictReader(io.StringIO(files["areas.csv"].decode("utf-8-sig"))))
    assert [each["area_mu"] for each in areas] == ["242.8200", "149.5100", "411.8100", "13.2600"]
    assert (areas[0]["area_ha"], areas[0]["town"], areas[0]["village"]) == ("16.1880", "板当镇", "演示村")
    assert len(json.loads(files["parcels.geojson"])["features"]) == 4
    manifest = json.loads(files["manifest.json"])
    assert (manifest["case"], manifest["lines"][0]["area_ha"]) == (across.adjustment.case.number, "53.3333")


def test_what_was_sent_is_opened_as_it_was_sent_whatever_changes_since(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    across = Across.with_ministry()
    sent = hashlib.sha256(system().package(across.adjustment)).hexdigest()
    consent = IncomingDocument.objects.get(act="adjustment.consent")
    across.both(
        PROVINCE, "incoming.correct", "04-23 10:00", subject=consent.pk, body=consent.body,
        document_no="黔府函〔2026〕7号", document_date=consent.document_date.isoformat(), reason="录入有误",
    )  # fmt: skip
    assert hashlib.sha256(system().package(across.adjustment)).hexdigest() != sent
    browser = Client()
    person = across.people[PROVINCE][0].person
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/desk/adjustments/{across.adjustment_id}/package.zip"
    with clock.simulated(moment("04-23 11:00")):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == across.adjustment.package_sha256 == sent
        (kept,) = tmp_path.glob("sent/*/*.zip")
        kept.write_bytes(b"another")
        with pytest.raises(Damaged):
            browser.get(address)
