"""What the schema says of our own fields, and the names of its enumerations."""

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from apps.documents.states import AttachmentKind
from kernel.quantity import QuotaKind


def without_docstrings(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Leave out descriptions of components that were written for those who read the code."""
    for component in result.get("components", {}).get("schemas", {}).values():
        if not any("\u4e00" <= sign <= "\u9fff" for sign in component.get("description", "")):
            component.pop("description", None)
    return result


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a program shows its token, for generated clients."""

    target_class = "apps.parties.tokens.TokenAuthentication"
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """As RFC 9110 has an authorization header, with our own scheme `Token`."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <令牌>"}


class MadeOnce(SchemaGenerator):
    """The schema, made once a process: it is the same for everybody and takes its time."""

    _made: ClassVar[dict[str, Any]] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The schema as a dict."""
        if not self._made:
            self._made.update(super().get_schema(request=request, public=public))  # type: ignore[no-untyped-call]
        return self._made


class Schema(SpectacularAPIView):
    """The schema, as this module teaches it."""

    generator_class = MadeOnce


QUOTA_KINDS = [(str(each), each.label) for each in QuotaKind]
ATTACHMENT_KINDS = [(str(each), each.label) for each in AttachmentKind]


class _Exact:
    pattern = r"^-?\d+$"
    example = "0"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Exact numbers travel as text."""
        return {"type": "string", "format": "decimal", "pattern": self.pattern, "example": self.example}


class YuanSchema(_Exact, OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An amount in yuan."""

    target_class = "kernel.web.fields.YuanInput"
    pattern = r"^\d{1,14}(\.\d{1,2})?$"
    example = "50000.00"


class AreaSchema(_Exact, OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An area in mu."""

    target_class = "kernel.web.fields.AreaInput"
    pattern = r"^\d{1,12}(\.\d{1,4})?$"
    example = "20.0000"


class CapacitySchema(_Exact, OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A capacity in kg."""

    target_class = "kernel.web.fields.CapacityInput"
    pattern = r"^\d{1,16}$"
    example = "18000"
