"""What hangs on who runs the site: the foot of its pages, its map, its administration, what search engines read."""

import gzip
import json
import os
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from pytest_django import Settings
from shapely.geometry import shape

from apps.parties.boundaries import boundaries_of
from apps.portal.schematic import schematic_of
from config.env import ROOT
from tests.factories.deal import A, at
from tests.factories.journey import announced, bidding_lot
from tests.factories.visitors import PAGES, fetched, read, signed_in

pytestmark = pytest.mark.django_db
NOW = at("03-28 12:00")
_LABELS = ("主办单位", "联系电话", "ICP备案号", "公安备案号", "隐私声明", "无障碍声明")


def test_the_foot_says_what_is_set_and_nothing_else(settings: Settings) -> None:
    page = read("/", now=NOW)
    assert not [label for label in _LABELS if label in page]
    assert "foot-site" not in page
    settings.SITE_DETAILS = dict.fromkeys(settings.SITE_DETAILS, "") | {"icp_number": "豫ICP备00000000号-1"}
    page = read("/", now=NOW)
    assert "豫ICP备00000000号-1" in page
    assert [label for label in _LABELS if label in page] == ["ICP备案号"]
    settings.SITE_DETAILS = {
        "organiser": "某省自然资源交易中心", "icp_number": "甲", "police_number": "乙", "telephone": "0371-60000000",
        "privacy_url": "/privacy/", "accessibility_url": "/accessibility/",
    }  # fmt: skip
    for address in PAGES:
        page = read(address, now=NOW)
        assert all(label in page for label in _LABELS), address
        assert "某省自然资源交易中心" in page


def test_borders_are_drawn_under_an_approval_number_alone(settings: Settings) -> None:
    drawn = boundaries_of("410000")
    assert drawn is not None
    announced()
    settings.MAP_APPROVAL_NUMBER = settings.MAP_SOURCE = ""
    plain = json.loads(fetched("/market/boundaries/410000.geojson", now=NOW).body)
    counties = {each["id"]: each["properties"]["name"] for each in json.loads(drawn)["features"]}
    assert {each["id"]: each["properties"]["name"] for each in plain["features"]} == counties
    squares = [shape(each["geometry"]) for each in plain["features"]]
    assert all(each.equals(each.envelope) and round(each.area, 6) == 0.008464 for each in squares)
    assert not [True for one, other in pairwise(squares) if one.intersects(other)]
    page = read("/market/?province=410000", now=NOW)
    assert "不表示行政区域界线" in page
    assert "审图号" not in page
    settings.MAP_APPROVAL_NUMBER, settings.MAP_SOURCE = "豫S〔2026〕000号", "某省自然资源厅标准地图"
    assert fetched("/market/boundaries/410000.geojson", now=NOW).body == drawn
    page = read("/market/?province=410000", now=NOW)
    assert "审图号：豫S〔2026〕000号" in page
    assert "界线来源：某省自然资源厅标准地图" in page
    assert schematic_of("990000") is None


def test_djangos_administration_is_on_no_server() -> None:
    """The desk is where administrators work; what looks at registers stays on a developer's machine."""
    environment = dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT))),
        "SECRET_KEY": "x" * 50, "SEALING_KEY": "y" * 50, "DATABASE_URL": "postgresql://a@127.0.0.1/b",
        "REDIS_URL": "redis://127.0.0.1/0", "COLLECTION_ACCOUNT_NAME": "a", "COLLECTION_ACCOUNT_BANK": "b",
        "COLLECTION_ACCOUNT_NUMBER": "1", "ALLOWED_HOSTS": "x", "SITE_URL": "https://x", "CLOCK": "machine",
    }  # fmt: skip
    asked = (
        "import django; django.setup()\n"
        "from django.urls import Resolver404, resolve\n"
        "from apps.desks.menu import menu_of\n"
        "from apps.parties.roles import Role\n"
        "from kernel.actors import Actor, Duty\n"
        "resolve('/desk/people/')\n"
        "by = Actor(1, '', 1, '', Role.PLATFORM, Duty.OPERATOR)\n"
        "print([each.url for _, entries in menu_of(by) for each in entries])\n"
        "try:\n    resolve('/admin/')\nexcept Resolver404:\n    print('nowhere')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    menu, last = done.stdout.splitlines()
    assert "/desk/people/" in menu
    assert "/admin/" not in menu
    assert last == "nowhere"


def test_search_engines_find_lots_and_stay_out_of_desks(settings: Settings) -> None:
    settings.SITE_URL = "https://jy.example.gov.cn"
    deal = announced()
    robots = read("/robots.txt", now=NOW)
    assert "Disallow: /desk/" in robots
    assert "Sitemap: https://jy.example.gov.cn/sitemap.xml" in robots
    found = ET.fromstring(fetched("/sitemap.xml", now=NOW).body)
    places = [each.text for each in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"https://jy.example.gov.cn/listings/{deal.listing_id}/" in places
    for address in PAGES:
        if address != "/login/":
            assert f"https://jy.example.gov.cn{address}" in places
        assert '<meta name="description" content="' in read(address, now=NOW)
    lot = read(f"/listings/{deal.listing_id}/", now=NOW)
    said = lot.partition('<meta name="description" content="')[2].partition('"')[0]
    assert deal.listing.title in said
    assert str(deal.listing.number) in said


def test_pages_for_strangers_are_compressed_and_those_for_people_are_not() -> None:
    """A compressed length would tell of what stands in an answer beside what its asker chose (BREACH)."""
    deal = bidding_lot()
    takes = {"Accept-Encoding": "gzip"}
    for address in (
        "/",
        "/market/",
        "/open-data/listings.csv",
        "/feeds/results.xml",
        "/live.json",
        "/robots.txt",
    ):
        plain, packed = fetched(address, now=NOW), fetched(address, now=NOW, headers=takes)
        if len(plain.body) < 1000 or address == "/robots.txt":
            continue  # up to 100 random signs are packed along: what is short may not get shorter, and goes as it is
        assert packed.headers["Content-Encoding"] == "gzip", address
        assert "Accept-Encoding" in packed.headers["Vary"], address
        assert len(gzip.decompress(packed.body)) > 100
        if len(plain.body) > 5000:
            assert len(packed.body) < len(plain.body) / 2, address
    somebody = signed_in(deal.people[A][0])
    for address in ("/", "/market/", "/desk/"):
        answer = fetched(address, now=NOW, headers=takes, client=somebody)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers, address
    key = fetched("/api/v1/listings/", now=NOW, headers=takes | {"Authorization": "Token x"})
    assert "Content-Encoding" not in key.headers
