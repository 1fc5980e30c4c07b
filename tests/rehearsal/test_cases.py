"""Every case file comes to what its expectations, computed by hand, say: played directly and through the API."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string
from pytest_django import DjangoDbBlocker

from apps.rehearsal import scenario as scenarios
from apps.rehearsal.channels import Api, Channel, Direct
from apps.rehearsal.run import rehearse
from config import scratch
from tests.factories.kept import passing_database

CASES = Path(__file__).parent.parent / "cases"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in CASES.glob("*.expected.json"))


_LOT = json.loads((CASES / "henan-448.json").read_text())["listing"]


@contextmanager
def own_database(blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database for one rehearsal."""
    with blocker.unblock(), passing_database("case") as name, scratch.point_at(name):
        yield


def play(name: str, channel: Channel, blocker: DjangoDbBlocker, out: Path | None = None) -> dict[str, Any]:
    """The result of one case file."""
    with own_database(blocker):
        return rehearse(scenarios.read(CASES / f"{name}.json"), channel=channel, out=out)


def through(kind: str) -> Channel:
    """The way to act called `kind`."""
    return Api(import_string(settings.WSGI_APPLICATION)) if kind == "api" else Direct()


def contains(expected: Any, got: Any, path: str = "$") -> list[str]:
    """Where `got` lacks something that is expected; dicts are compared as subsets, also in lists of them."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            fault
            for key, value in expected.items()
            for fault in (
                contains(value, got[key], f"{path}.{key}") if key in got else [f"{path}.{key} is missing"]
            )
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = enumerate(zip(expected, got, strict=True))
        return [fault for n, each in pairs for fault in contains(*each, f"{path}[{n}]")]
    return [] if expected == got else [f"{path}: expected {expected!r}, got {got!r}"]


def faults(expected: dict[str, Any], result: dict[str, Any]) -> list[str]:
    """Every way in which a result is not what was expected of it."""
    rest = dict(expected)
    found: list[str] = []
    refused = [line for line in result["timeline"] if line["outcome"] == "refused"]
    if "refused" in rest:
        wanted = rest.pop("refused")
        found += (
            []
            if len(wanted) == len(refused)
            else [f"{len(refused)} refusals instead of {len(wanted)}: {refused}"]
        )
        for one, line in zip(wanted, refused, strict=False):
            found += contains(one, line, "refused")
    for key, due_at in rest.pop("deadlines", {}).items():
        kind, _, of = key.partition("/")
        rows = [row for row in result["deadlines"] if row["kind"] == kind and of in ("", row["of"])]
        found += [] if due_at in [row["due_at"] for row in rows] else [f"{key}: {due_at} is not in {rows}"]
    for kind, provisional in rest.pop("provisional", {}).items():
        last = [row["provisional"] for row in result["deadlines"] if row["kind"] == kind][-1]
        found += [] if last is provisional else [f"{kind}: provisional is {last}"]
    for at, do in rest.pop("system", []):
        done = [
            line for line in result["timeline"] if (line["at"], line["do"], line["by"]) == (at, do, "system")
        ]
        found += [] if done else [f"nothing does {do} at {at}"]
    for at, do, detail in rest.pop("answers", []):
        line = next(line for line in result["timeline"] if (line["at"], line["do"]) == (at, do))
        found += contains(detail, line.get("detail", {}), do)
    if "bids" in rest:
        bids = [bid["unit_price"] for bid in result["bids"]]
        found += contains(rest.pop("bids"), bids, "bids")
    return found + contains(rest, result)


@pytest.mark.parametrize("kind", ["direct", "api"])
@pytest.mark.parametrize("name", NAMES)
def test_the_case_comes_to_what_was_computed_by_hand(
    name: str, kind: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    expected = json.loads((CASES / f"{name}.expected.json").read_text())
    assert faults(expected, play(name, through(kind), django_db_blocker)) == []


def test_a_case_gives_the_same_result_every_time_and_either_way(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    for kind in ("direct", "api"):
        play("henan-448", through(kind), django_db_blocker, out=tmp_path / kind)
    texts = [(tmp_path / kind / "result.json").read_text() for kind in ("direct", "api")]
    assert texts[0] == texts[1]
    result = json.loads(texts[0])
    assert [each["kind"] for each in result["documents"]] == [
        "announcement",
        "qualification_certificate",
        "qualification_certificate",
        "award_confirmation",
        "tripartite_contract",
        "transfer_certificate",
        "result_publication",
    ]
    for each in result["documents"]:
        content = (tmp_path / "direct" / each["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]


def test_anybody_can_recompute_the_draw_at_the_ceiling(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    result = play("two-at-the-ceiling", Direct(), django_db_blocker)
    drawn = result["award"]["draw"]
    last_hash = result["bids"][-1]["hash"]
    digest = hmac.new(bytes.fromhex(drawn["secret"]), last_hash.encode(), hashlib.sha256).digest()
    at_the_ceiling = sorted(int(bid["paddle"]) for bid in result["bids"] if bid["unit_price"] == "60000.00")
    assert drawn["paddles"] == at_the_ceiling
    assert drawn["winner"] == at_the_ceiling[int.from_bytes(digest, "big") % 2]


def test_anybody_can_recompute_the_chain_of_bids(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    result = play("hunan-89-default", Direct(), django_db_blocker)
    previous = "0" * 64
    for bid in result["bids"]:
        instant = datetime.fromisoformat(bid["at"]).astimezone(UTC).isoformat()
        said = "|".join(
            [
                result["listing"]["number"],
                str(bid["sequence"]),
                bid["paddle"],
                bid["unit_price"],
                instant,
                previous,
            ]
        )
        assert bid["hash"] == hashlib.sha256(said.encode()).hexdigest()
        previous = bid["hash"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda data: data.update(extra=1), "$.extra"),
        (lambda data: data.pop("listing"), "$.listing"),
        (lambda data: data["script"][0].update(at="2020-01-01T00:00"), "$"),
        (lambda data: data["script"][0].update(by="nobody"), "$"),
        (lambda data: data["script"][0].update(do="listing.explode"), "$"),
        (lambda data: data["script"][0].update(do="quota.encumber", on="moon", data={}), "$"),
        (lambda data: data["script"][0].update(do="quota.encumber", on="batch", data={"at": "$moon"}), "$"),
        (lambda data: data["script"][0].update(do="quota.encumber", on="batch", spin=1), "$.script[0].spin"),
        (lambda data: data.update(process="moon"), "$.process"),
        (lambda data: data["script"][1].update(opinion="taste"), "$.script[1].opinion"),
        (lambda data: data["script"][1].update(opinionn="legality"), "$.script[1].opinionn"),
        (lambda data: data["listing"].update(grade="seven"), "$.listing.grade"),
        (lambda data: data["organisations"].pop("seller"), "$"),
        (lambda data: data["rulebook"].update(use="mars"), "$.rulebook.use"),
    ],
)
def test_a_bad_case_file_is_refused_with_its_path(change: Any, path: str) -> None:
    data = json.loads((CASES / "henan-448.json").read_text())
    change(data)
    with pytest.raises(scenarios.BadScenario) as bad:
        scenarios.parse(json.dumps(data))
    assert bad.value.path == path


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda data: data.update(listing=_LOT), "$.listing"),
        (lambda data: data.update(process="listing"), "$.project"),
        (
            lambda data: data["organisations"]["measurer"].update(kind="astronomer"),
            "$.organisations.measurer.kind",
        ),
        (lambda data: data["rulebooks"].update(surplus={"use": "mars"}), "$.rulebooks.surplus.use"),
        (lambda data: data["script"][0].update({"as": "county"}), "$"),
        (lambda data: data["script"][1]["data"].update(measurer_id="$surveyor"), "$"),
        (lambda data: data["script"][1].update(on="batch"), "$"),
        (lambda data: data["script"][0].update(documents="all"), "$.script[0].documents"),
    ],
)
def test_a_bad_case_file_of_surplus_quota_is_refused_with_its_path(change: Any, path: str) -> None:
    data = json.loads((CASES / "ziyun-sold.json").read_text())
    change(data)
    with pytest.raises(scenarios.BadScenario) as bad:
        scenarios.parse(json.dumps(data))
    assert bad.value.path == path


_ROW = {
    "quota_class": "surplus", "kind": "construction_area", "what": "lowest", "amount": "100000",
    "valid_from": "2026-01-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "changes", "path"),
    [
        ("surplus", {"measure_wd": "soon"}, "$.rulebooks.surplus.set.measure_wd"),
        ("surplus", {"no_such_rule": 1}, "$.rulebooks.surplus.set.no_such_rule"),
        ("prices", {"band_low": "9.00"}, "$.rulebooks.prices.set"),
        (
            "prices",
            {"rows": [_ROW | {"region": "52"}, _ROW | {"region": "520000"}]},
            "$.rulebooks.prices.set.rows",
        ),
    ],
)
def test_rules_that_are_none_are_named_before_anything_is_played(
    subject: str,
    changes: dict[str, Any],
    path: str,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    data = json.loads((CASES / "ziyun-sold.json").read_text())
    data["rulebooks"][subject] = {"use": "baseline", "set": changes}
    case = scenarios.parse(json.dumps(data))
    with own_database(django_db_blocker), pytest.raises(scenarios.BadScenario) as bad:
        rehearse(case, channel=Direct())
    assert bad.value.path == path


@pytest.mark.parametrize(
    ("region", "kind"),
    [("520400", "county_government"), ("529999", "county_government"), ("520425", "city_dnr")],
)
def test_who_sits_nowhere_is_named_before_anything_is_played(
    region: str, kind: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    data = json.loads((CASES / "ground-twice.json").read_text())
    data["organisations"]["other"] = {"kind": kind, "name": "演示单位", "region": region}
    case = scenarios.parse(json.dumps(data))
    with own_database(django_db_blocker), pytest.raises(scenarios.BadScenario) as bad:
        rehearse(case, channel=Direct())
    assert bad.value.path == "$.organisations.other"


def test_the_papers_of_every_case_are_written(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    result = play("ziyun-high-standard", Direct(), django_db_blocker, out=tmp_path)
    assert [each["kind"] for each in result["documents"]] == ["quota_certificate"]
    assert (tmp_path / result["documents"][0]["file"]).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"case": "a", "case": "b"}', "1e999", "\x00", '"' + "[" * 5000]
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(scenarios.BadScenario):
        scenarios.parse(text)
