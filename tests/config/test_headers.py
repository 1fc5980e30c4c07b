"""What every address says: no cache keeps a private page, no sensor, no server's name; and what leads nowhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver
from pytest_django import Settings

from apps.documents.models import Attachment
from apps.process import uploads
from config import health, meters, protected_logs
from config.env import ROOT, Environment
from config.headers import _is_private
from kernel import clock, proofs
from kernel.audit.models import AuditEntry
from kernel.sealing import open_sealed
from tests.factories.deal import A, at
from tests.factories.journey import announced

pytestmark = pytest.mark.django_db


def _addresses() -> Iterator[str]:
    """Every address of the URL configuration, with something in the place of each parameter."""

    def walk(patterns: list[URLPattern | URLResolver], start: str) -> Iterator[str]:
        for each in patterns:
            if not isinstance(each.pattern, RoutePattern):
                continue
            route = str(each.pattern)
            for name, converter in each.pattern.converters.items():
                kind = type(converter).__name__
                value = "1" if kind == "IntConverter" else "x"
                for shape in (
                    f"<int:{name}>",
                    f"<str:{name}>",
                    f"<path:{name}>",
                    f"<slug:{name}>",
                    f"<{name}>",
                ):
                    route = route.replace(shape, value)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, start + route)
            else:
                yield start + route

    yield from walk(get_resolver().url_patterns, "/")


def test_every_address_says_what_it_must_signed_in_or_not() -> None:
    deal = announced()
    somebody = Client(raise_request_exception=False)
    somebody.force_login(deal.people[A][0].person, backend="django.contrib.auth.backends.ModelBackend")
    nobody = Client(raise_request_exception=False)
    asked = 0
    for address in sorted(set(_addresses())):
        for client in (nobody, somebody):
            answer = client.get(address)
            said = answer.headers
            assert answer.status_code < 500, address
            assert "camera=()" in said["Permissions-Policy"], address
            assert said["X-Content-Type-Options"] == "nosniff", address
            assert said["Server"] == "", address
            assert "Content-Security-Policy" in said, address
            if client is somebody or _is_private(answer.wsgi_request):
                assert "no-store" in said["Cache-Control"], address
            asked += 1
    assert asked > 200


@pytest.mark.parametrize(
    "path",
    [
        "/%00", "/announcements/%00/", "/documents/%00/", "/verify/%00", "/rules/%00/1/", "/calendar/%00.ics",
        "/market/boundaries/%00.geojson", "/api/v1/rulebooks/in-force/%00/", "/desk/acts/%00/1/", "/%0a", "/%C2%85",
    ],
)  # fmt: skip
def test_an_address_with_a_sign_that_cannot_be_written_leads_nowhere(path: str) -> None:
    """Also where it would reach the database, which cannot take a NUL: it did, and the answer was 500."""
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code == 404
    if path.startswith("/api/"):
        assert answer.json()["code"] == "not_found"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is written into the access log."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(protected_logs, "write", lambda name, line: found.append(line))
    return found


def test_each_request_is_logged_with_person_address_and_duration(lines: list[dict[str, Any]]) -> None:
    deal = announced()
    person = deal.people[A][0].person
    client = Client(REMOTE_ADDR="203.0.113.5")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/desk/?a=1")
    line = lines[-1]
    assert (line["person"], line["address"], line["path"], line["query"]) == (
        person.pk,
        "203.0.113.5",
        "/desk/",
        "a=1",
    )
    assert line["milliseconds"] > 0
    client.get("/calendar/verysecret.ics")
    assert "verysecret" not in json.dumps(lines[-1])


def test_whoever_objects_stands_in_no_log(
    lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    deal = announced()
    client = Client(REMOTE_ADDR="203.0.113.5")
    now = at("03-12 10:00")
    given = proofs.challenge(about=f"objection:{deal.listing_id}", now=now)
    sent = {
        "text": "等别有误", "name": "赵先生", "contact": "13800000000", "key": "k",
        "challenge": given.text, "answer": proofs.answer_to(given),
    }  # fmt: skip
    with clock.simulated(now), caplog.at_level("DEBUG"):
        assert client.post(f"/listings/{deal.listing_id}/objections/", sent).status_code == 302
        assert (
            client.post(
                f"/listings/{deal.listing_id}/objections/", sent | {"name": "", "key": "k2"}
            ).status_code
            == 400
        )
    text = caplog.text + json.dumps(lines, ensure_ascii=False)
    for secret in ("赵先生", "13800000000", "203.0.113.5"):
        assert secret not in text, secret
    line = next(each for each in lines if each["path"].endswith("/objections/"))
    assert open_sealed(line["address"]) == "203.0.113.5"


def test_no_line_of_the_access_log_tells_who_asked_or_objected(lines: list[dict[str, Any]]) -> None:
    deal = announced()
    person = deal.people[A][0].person
    client = Client(REMOTE_ADDR="203.0.113.5")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    lot = f"/listings/{deal.listing_id}/"
    said = {"text": "请问指标划转后多久可以使用？", "key": "q"}
    objected = {"text": "等别有误", "name": "赵先生", "contact": "13800000000", "key": "o"}
    with clock.simulated(at("03-12 10:00")):
        client.get(lot)
        assert client.post(f"{lot}questions/", said, follow=True).status_code == 200
        assert client.post(f"{lot}objections/", objected, follow=True).status_code == 200
        client.post("/receipts/", {"code": "0" * 16})
        client.get(f"/api/v1{lot}question-challenge/")
        client.get(f"/api/v1{lot}objection-challenge/")
    plain, sealed = lines[0], lines[1:]
    assert (plain["person"], plain["address"]) == (person.pk, "203.0.113.5")
    assert [each["path"].rsplit("/", 2)[-2] for each in sealed] == [
        "questions", str(deal.listing_id), "objections", str(deal.listing_id), "receipts", "question-challenge",
        "objection-challenge",
    ]  # fmt: skip
    assert {open_sealed(each["address"]) for each in sealed} == {"203.0.113.5"}
    assert not [each for each in sealed if each["person"] == person.pk]


@pytest.mark.parametrize(
    "address",
    ["/login/?receipt=1", "/desk/?objected=1", "/desk/listings/7/bid/?receipt=3", "/api/v1/audit/?receipt=1"],
)
def test_nobody_hides_in_the_access_log_by_what_stands_in_a_query(
    lines: list[dict[str, Any]], address: str
) -> None:
    Client(REMOTE_ADDR="203.0.113.5").get(address)
    assert lines[0]["address"] == "203.0.113.5"


def test_old_logs_go_after_half_a_year_and_not_before(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protected_logs, "folder", lambda: tmp_path)
    today = at("09-30 10:00").date()
    for day in ("2026-03-29", "2026-03-30", "2026-09-29"):
        (tmp_path / f"access-{day}.jsonl").write_text("{}\n")
    gone = protected_logs.remove_old("access", today=today, keep_days=184)
    assert [each.name for each in gone] == ["access-2026-03-29.jsonl"]
    assert Environment.model_fields["access_log_days"].default >= 184


def test_metrics_say_what_they_are_and_are_reached_inside(settings: Settings) -> None:
    """Every number stands behind its HELP and TYPE, requests and their durations among them."""
    meters.count("GET", 200, 0.03)
    said = [*health._described(health._gauges()), *meters.lines()]
    told = {line.split()[2] for line in said if line.startswith("# HELP")}
    assert told == {line.split()[2] for line in said if line.startswith("# TYPE")}
    for line in said:
        if not line.startswith("#"):
            name = re.split(r"[{ ]", line)[0]
            assert name in told or re.sub(r"_(bucket|sum|count)$", "", name) in told, line
    assert {"exchange_requests_total", "exchange_request_seconds", "exchange_pulse_age_seconds"} - told <= {
        "exchange_pulse_age_seconds"
    }
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
    assert Client().get("/metrics").status_code == 404, "without the token, and no redirect"
    text = (ROOT / "platform" / "config" / "settings" / "production.py").read_text()
    assert 'r"^metrics$"' in text


def test_reading_an_applicants_evidence_is_recorded() -> None:
    deal = announced()
    found = Attachment.objects.filter(organisation_id=deal.organisation(A).pk).first()
    assert found is not None
    uploads.note_reading(found, by=deal.operator("centre"), now=at("03-12 10:00"))
    uploads.note_reading(found, by=deal.operator(A), now=at("03-12 10:00"))
    entry = AuditEntry.objects.get(verb="attachment.read")
    assert entry.organisation_name == deal.organisation("centre").name
