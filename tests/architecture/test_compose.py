"""docker-compose.yml is the same system as `make demo`, on PostgreSQL and Redis images."""

import re
from typing import Any

import compose_spec
import pytest
import yaml

from config.env import ROOT, Environment

TEXT = (ROOT / "docker-compose.yml").read_text()
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
OURS = ("migrate", "web", "live", "worker", "trials", "scheduler", "beat")


def _filled_in(text: str) -> str:
    """As compose does it: a default where one is given, here the variable's name where it must be set."""
    text = _VARIABLE.sub(lambda found: (found[3] or "") if found[2] == "-" else found[1].lower(), text)
    return text.replace("$$", "$")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services, after merges and variables."""
    found: dict[str, Any] = yaml.safe_load(_filled_in(TEXT))["services"]
    return found


def _read(text: str) -> compose_spec.PyCompose:
    return compose_spec.PyOptions(apply_merge=True).from_yaml(text)


def test_it_follows_the_compose_specification() -> None:
    compose = _read(_filled_in(TEXT))
    compose.validate()
    assert {"postgres", "redis", "proxy", *OURS} == set(compose.services or ())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("depends_on:", "depend_on:"),
        ("condition: service_healthy", "condition: healthy"),
        ("interval: 5s", "interval: soon"),
    ],
)
def test_a_slip_in_it_would_be_found(right: str, wrong: str) -> None:
    assert right in TEXT
    with pytest.raises((ValueError, TypeError)):
        _read(_filled_in(TEXT.replace(right, wrong))).validate()


def test_everything_that_stays_up_has_a_health_check(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]


def test_every_service_of_ours_is_the_one_image(services: dict[str, Any]) -> None:
    assert {services[name]["image"] for name in OURS} == {"quota-exchange"}
    assert all(services[name]["build"] == "." for name in OURS)


def test_data_outlives_the_containers(services: dict[str, Any]) -> None:
    volumes = yaml.safe_load(TEXT)["volumes"]
    mounted = {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", ())}
    assert set(volumes) <= mounted


def test_only_the_one_that_migrates_knows_the_owners_password(services: dict[str, Any]) -> None:
    knowing = {name for name, service in services.items() if "exchange_owner_password" in str(service)}
    assert knowing == {"postgres", "migrate"}
    assert "exchange_app:" in services["web"]["environment"]["DATABASE_URL"]


def test_the_site_starts_on_a_migrated_database_only(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_what_believes_a_proxy_is_reached_from_this_machine_only_unless_another_address_is_named(
    services: dict[str, Any],
) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:8000:8080"]}
    assert TEXT.count('"${PUBLISH_ON:-127.0.0.1}:') == 1


def test_the_proxy_waits_for_nobody_and_tells_whom_it_answered(services: dict[str, Any]) -> None:
    """Half-open requests end in time, bodies come whole, connections are limited, streams are not held back."""
    shipped = "./platform/config/compose/nginx.conf:/etc/nginx/nginx.conf:ro"
    assert shipped in services["proxy"]["volumes"]
    text = (ROOT / "platform" / "config" / "compose" / "nginx.conf").read_text()
    said = dict(re.findall(r"^\s*(\w+) ([^;{]+);$", text, re.MULTILINE))
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert int(said[name].removesuffix("s")) <= 30, name
    assert said["limit_conn"].startswith("connections ")
    assert said["proxy_request_buffering"] == "on"
    assert said["server_tokens"] == "off"
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in text
    assert "non_idempotent" not in text, "a bid is never sent twice by the proxy"
    live = text[text.index("location /live/") :]
    assert "proxy_buffering off;" in live[: live.index("}")]
    assert text.count("{") == text.count("}")


def test_every_variable_is_explained_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert {found[0] for found in _VARIABLE.findall(TEXT)} <= explained
    understood = {name.upper() for name in Environment.model_fields}
    given = set(yaml.safe_load(_filled_in(TEXT))["services"]["migrate"]["environment"])
    assert given <= understood


def test_postgres_keeps_what_it_has_answered(services: dict[str, Any]) -> None:
    assert {"fsync=on", "full_page_writes=on", "synchronous_commit=on"} <= set(
        services["postgres"]["command"]
    )
    assert services["postgres"]["image"] == "postgres:18"
