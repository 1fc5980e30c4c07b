"""What the schema promises to programs: every refusal, every answer's type, one language of names."""

import re
from typing import Any, get_type_hints, is_typeddict

import jsonschema  # type: ignore[import-untyped]
import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from apps.api.schema import MadeOnce
from kernel.acts.act import _no_answer, all_acts
from tests.api.market import Market
from tests.api.test_secrecy import patterns

_REFUSALS = {"400", "401", "403", "404", "405", "409", "415", "429", "503"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema, made anew."""
    MadeOnce._made.clear()
    made: dict[str, Any] = MadeOnce().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def _operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    }


def test_every_operation_declares_every_refusal_and_how_to_sign_in(schema: dict[str, Any]) -> None:
    operations = _operations(schema)
    assert len(operations) > 110
    for name, operation in operations.items():
        assert set(operation["responses"]) >= _REFUSALS, name
        for status in _REFUSALS:
            content = operation["responses"][status]["content"]
            assert content == {
                "application/json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
            }, name
        assert "WWW-Authenticate" in operation["responses"]["401"]["headers"], name
        assert "Retry-After" in operation["responses"]["429"]["headers"], name


def test_who_is_not_signed_in_is_told_so_and_how(bidding: Market) -> None:
    """401 and how to sign in; 403 is for whoever is known and has no right."""
    stranger, seller, asked = bidding.asked_by("public"), bidding.asked_by("seller"), 0
    for pattern in patterns():
        if pattern.name in ("logout", "token-revoke"):
            continue  # it would end the token that the others are asked with
        address = "/api/v1/" + re.sub(r"<[^>]+>", "1", str(pattern.pattern))
        for client in (stranger, seller):
            for answer in (client.get(address), client.post(address, {}, format="json")):
                if answer.status_code == 401:
                    assert client is stranger, address
                    assert answer.headers["WWW-Authenticate"] == "Token", address
                    assert answer.json()["code"] == "not_signed_in", address
                    asked += 1
                if client is stranger:
                    assert answer.status_code != 403, address
    assert asked > 80
    stranger.credentials(HTTP_AUTHORIZATION="Token no-such-token")
    answer = stranger.get("/api/v1/listings/")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Token")


def test_the_live_process_and_its_ticket_are_in_it(schema: dict[str, Any]) -> None:
    operations = _operations(schema)
    for name in (
        "post /api/v1/listings/{listing_id}/bid-ticket/",
        "post /live/lots/{listing_id}/bids",
        "get /live/lots/{listing_id}",
        "get /live/wall",
        "get /live/time",
    ):
        assert name in operations
    assert operations["post /live/lots/{listing_id}/bids"]["security"] == [{"ticketAuth": []}]


def test_names_are_of_one_language_and_make_a_package(schema: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Za-z ]+", schema["info"]["title"])
    declared = {each["name"] for each in schema["tags"]}
    used = {tag for operation in _operations(schema).values() for tag in operation["tags"]}
    assert used <= declared, used - declared
    assert all(re.fullmatch(r"[a-z-]+", tag) for tag in declared)
    assert all(re.search("[\u4e00-\u9fff]", each["description"]) for each in schema["tags"])


def test_the_schemas_file_has_a_plain_name(bidding: Market) -> None:
    said = bidding.asked_by("public").get("/api/v1/schema/").headers["Content-Disposition"]
    assert re.fullmatch(r'inline; filename="[\x20-\x7e]+"', said), said


def test_files_are_declared_to_come_under_their_names(schema: dict[str, Any]) -> None:
    files = [
        operation
        for operation in _operations(schema).values()
        if any("json" not in kind and "event-stream" not in kind
               for kind in operation["responses"].get("200", {}).get("content", {}))
    ]  # fmt: skip
    assert len(files) == 3
    for operation in files:
        assert operation["responses"]["200"]["headers"]["Content-Disposition"]["schema"] == {"type": "string"}


def test_it_is_made_without_a_warning() -> None:
    """Two forms of one name would be described as one of them."""
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_every_act_says_what_it_answers(schema: dict[str, Any]) -> None:
    for act in all_acts():
        assert act.answer is _no_answer or is_typeddict(get_type_hints(act.answer)["return"]), act.name
    operations = _operations(schema)
    bodies = schema["components"]["schemas"]
    for name, operation in operations.items():
        if "/acts/" not in name:
            continue
        ref = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        detail = bodies[ref.rpartition("/")[2]]["properties"]["detail"]
        if detail.get("additionalProperties") == {"type": "string"}:
            assert ref.endswith("NothingDoneBody"), name
            continue
        ref = (detail.get("$ref") or detail["allOf"][0]["$ref"]).rpartition("/")[2]
        assert bodies[ref]["properties"], (name, ref)


def _resolved(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """A component as JSON Schema: every property that there is must be declared."""
    component = dict(schema["components"]["schemas"][name]) | {"additionalProperties": False}
    return component | {"components": {"schemas": {
        key: dict(value) | ({"additionalProperties": False} if value.get("type") == "object" else {})
        for key, value in schema["components"]["schemas"].items()
    }}}  # fmt: skip


def _nullable(value: Any) -> Any:
    """OpenAPI 3.0 `nullable` as JSON Schema says it."""
    if isinstance(value, dict):
        found = {key: _nullable(each) for key, each in value.items()}
        if found.pop("nullable", False):
            return {"anyOf": [found, {"type": "null"}]}
        return found
    return [_nullable(each) for each in value] if isinstance(value, list) else value


def test_terms_and_manifest_are_as_the_schema_says(done: Market, schema: dict[str, Any]) -> None:
    client = done.asked_by("trading_centre")
    for address, name in (("contract", "ContractBody"), ("filing", "FilingBody")):
        answer = client.get(f"{done.root}{address}/")
        assert answer.status_code == 200, address
        jsonschema.validate(answer.json(), _nullable(_resolved(schema, name)))
