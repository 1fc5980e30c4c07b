"""What only a demonstration has, and what every visitor may choose."""

from datetime import timedelta
from importlib import reload
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client, override_settings
from django.urls import clear_url_caches

import config.urls
from apps.demo.organisations import LOGINS, login_names, settle_organisations
from kernel import clock
from kernel.availability.models import Heartbeat, Outage
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration() -> Any:
    """The site on the clock that it keeps in the database."""
    with override_settings(CLOCK="shared"):
        _addresses()
        yield
    _addresses()


def _addresses() -> None:
    reload(config.urls)
    clear_url_caches()


def test_a_real_site_has_neither_the_clock_nor_the_logins() -> None:
    client = Client()
    for address in ("/clock/", "/logins/", "/styleguide/"):
        assert client.get(address).status_code == 404
    assert client.post("/logins/play/", {"username": "centre-op"}).status_code == 404
    assert "演示环境" not in client.get("/").content.decode()


def test_a_real_site_refuses_to_start_on_a_clock_that_visitors_move() -> None:
    with override_settings(CLOCK="shared"), pytest.raises(SystemCheckError, match=r"config\.E003"):
        call_command("check", fail_level="ERROR")


def test_the_clock_moves_on_for_everybody_and_what_falls_due_is_handled(demonstration: None) -> None:
    before = clock.now()
    Heartbeat.objects.update_or_create(pk=1, defaults={"alive_at": before})
    row = Deadline.objects.create(
        kind="bar_end",
        concerns_id=1,
        triggered_at=before,
        unit=Unit.CALENDAR_DAYS,
        due_at=before + timedelta(days=3),
        try_at=before + timedelta(days=3),
    )
    client = Client()
    page = client.get("/clock/").content.decode()
    assert "限制竞买期满" in page
    answer = client.post("/clock/", {"deadline": str(row.pk)}, follow=True)
    assert "已处理 1 项" in answer.content.decode()
    assert timedelta(days=3) <= clock.now() - before < timedelta(days=3, minutes=1)
    assert not Outage.objects.exists()
    client.post("/clock/", {"step": "1d"})
    assert clock.now() - before >= timedelta(days=4)
    for elsewhere in ("https://example.org/", "//example.org/", "/\\example.org/"):
        answer = client.post("/clock/", {"step": "10m", "next": elsewhere})
        assert answer.headers["Location"] == "/clock/"


@pytest.mark.parametrize("sent", [{}, {"step": "-1d"}, {"deadline": "9"}, {"deadline": "x"}])
def test_the_clock_does_not_move_for_anything_else(demonstration: None, sent: dict[str, str]) -> None:
    before = clock.now()
    answer = Client().post("/clock/", sent, follow=True)
    assert "未调整" in answer.content.decode()
    assert clock.now() - before < timedelta(minutes=1)


def test_one_plays_whom_the_demonstration_names_and_nobody_else(demonstration: None) -> None:
    settle_organisations(now=clock.now())
    client = Client()
    page = client.get("/logins/").content.decode()
    for name in login_names():
        assert f">{name}<" in page
    for other in ("seller9-op", "hunan-seller9-op", "hunan-platform-op"):
        assert client.post("/logins/play/", {"username": other}).status_code == 404
    client.post("/logins/play/", {"username": "centre-op"})
    assert "交易中心经办" in client.get("/desk/").content.decode()
    client.post("/logins/play/", {"username": "hunan-centre-op"})
    assert "湖南交易中心经办" in client.get("/desk/").content.decode()


def test_logins_are_grouped_by_province_and_the_main_one_keeps_its_names() -> None:
    provinces = [province for province, _ in LOGINS]
    assert provinces == ["河南省", "湖南省", "全平台"]
    henan, hunan, _ = (dict(groups) for _, groups in LOGINS)
    assert henan["交易机构"] == ("centre-op", "centre-ap", "centre-ap2", "centre-ap3")
    assert set(henan) == set(hunan)
    for group, names in henan.items():
        assert hunan[group] == tuple(f"hunan-{name}" for name in names)


def test_a_visitor_chooses_large_text_and_english_and_stays_on_the_page() -> None:
    client = Client()
    answer = client.post("/display/", {"text": "large", "next": "/rules/"})
    assert answer.headers["Location"] == "/rules/"
    assert '<html lang="zh-Hans" class="large">' in client.get("/rules/").content.decode()
    client.post("/display/", {"language": "en", "next": "/rules/"})
    page = client.get("/rules/")
    assert '<html lang="en"' in page.content.decode()
    assert page.headers["Content-Language"] == "en"


@pytest.mark.parametrize("onward", ["//elsewhere.example/", "https://elsewhere.example/", "javascript:x", ""])
def test_a_choice_leads_to_no_other_site_and_knows_no_other_value(onward: str) -> None:
    client = Client()
    answer = client.post("/display/", {"text": "huge", "language": "fr", "next": onward})
    assert answer.headers["Location"] == "/"
    assert not {"display", "language"} & set(answer.cookies)


def test_a_browsers_own_language_changes_nothing() -> None:
    page = Client().get("/", headers={"accept-language": "en-US,en;q=0.9"})
    assert '<html lang="zh-Hans"' in page.content.decode()
