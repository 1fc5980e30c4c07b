"""What a request says in its headers and after the question mark; read as little as is needed, ten thousand times."""

from starlette.datastructures import QueryParams
from starlette.types import Scope

_NOTHING = QueryParams()


def header(scope: Scope, name: bytes) -> str:
    """The header of that lower-case name, several of them joined by commas; empty where there is none."""
    return ",".join(value.decode("latin-1") for given, value in scope["headers"] if given == name)


def query(scope: Scope) -> QueryParams:
    """What stands after the question mark."""
    return QueryParams(scope["query_string"]) if scope["query_string"] else _NOTHING
