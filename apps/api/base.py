"""What every address of the API shares: who asks, when, and how lists are paged."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotAuthenticated, NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.titles import Titled
from apps.listings.models import Listing
from apps.listings.queries import listing_for, require_visible
from apps.parties.web import actor_of_request
from kernel import clock
from kernel.access.checks import require_capability
from kernel.actors import PUBLIC, Actor
from kernel.capabilities import Capability
from kernel.deadlines import runner
from kernel.errors import Code, Refused
from kernel.web.acts import require_possible_id
from kernel.web.filters import whole_number
from kernel.web.opaque import meant, shown
from kernel.web.strict_json import StrictJSONParser

_M = TypeVar("_M", bound=Model)
_PAGE_SIZE = "每页条数须为1至200的整数。"


class ApiView(APIView):
    """A view that knows who asks (`by`), read anew, and when (`now`), read once.

    `capability` says who may ask at all; None is everybody, signed in or not. Which rows they see is the query's
    business.
    """

    schema = Titled()
    permission_classes = (AllowAny,)
    parser_classes: Sequence[type[BaseParser]] = (StrictJSONParser,)
    capability: Capability | None = None
    by: Actor
    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the clock and the actor, and turn away who may not ask."""
        super().initial(request, *args, **kwargs)
        self.now = clock.now()
        self.by = actor_of_request(request)
        if self.capability is not None:
            require_of(self.by, self.capability, request=request)


def settled_listing(listing_id: int, *, by: Actor, now: datetime) -> Listing:
    """A lot that the asker may know of, with everything due on it settled: nobody reads what should be past.

    Refuses: not_found.
    """
    require_possible_id(listing_id, what="挂牌项目")
    require_visible(listing_id, by=by)
    runner.run_due(now=now, case_id=listing_id)
    return listing_for(listing_id, by=by)


class OfListing(ApiView):
    """A view below one listing that the asker may know of."""

    listing: Listing

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound for any other."""
        super().initial(request, *args, **kwargs)
        self.listing = settled_listing(kwargs["listing_id"], by=self.by, now=self.now)


def require_of(by: Actor, capability: Capability, *, request: Request) -> None:
    """Refuse not_permitted unless the actor has the capability; somebody who is not signed in is told to."""
    if not by.is_person and not PUBLIC.can(capability):
        if request.user.is_authenticated:
            raise Refused.because(
                Code.NOT_PERMITTED, "您在所选单位没有有效的岗位，请重新选择岗位或联系平台管理人员。"
            )
        raise NotAuthenticated
    require_capability(by, capability)


class Pages(CursorPagination):
    """Pages by cursor, ordered by something unique, so that new rows never shift a page."""

    ordering = "-pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    cursor_query_description = "分页游标，取自上一次响应的next或previous"
    page_size_query_description = "每页条数，最多200"

    of = ""
    """Whose rows are paged: a cursor means nothing in another list."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        """The rows of the page that is asked for."""
        self.of = f"cursor:{queryset.model._meta.label_lower}"
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the request; NotFound for one that we did not give out."""
        try:
            cursor = super().decode_cursor(request)
        except (ValueError, TypeError) as error:
            raise NotFound from error
        if cursor is None or cursor.position is None:
            return cursor
        return cursor._replace(position=self._meant(str(cursor.position)))

    def encode_cursor(self, cursor: Cursor) -> str:
        """The address of another page; a row's own id never stands in it."""
        if cursor.position is not None:
            cursor = cursor._replace(position=self._shown(str(cursor.position)))
        return super().encode_cursor(cursor)

    def _meant(self, position: str) -> Any:
        """The position that a cursor stands for. NotFound for one that we did not give out."""
        number = whole_number(position)
        found = 0 if number is None else meant(number, self.of)
        if not found:
            raise NotFound
        return str(found)

    def _shown(self, position: str) -> Any:
        return str(shown(int(position), self.of))

    def get_page_size(self, request: Request) -> int:
        """How many rows a page has: as many as were asked for, at most `max_page_size`. Refuses what is no number."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        size = whole_number(asked)
        if not size:
            raise ValidationError({self.page_size_query_param: [_PAGE_SIZE]})
        return min(size, self.max_page_size)


class OldestFirst(Pages):
    """The same, the oldest first."""

    ordering = "id"


class ListView(ApiView, ListModelMixin, GenericAPIView[_M], ABC):
    """A list: a named query of what the asker may see, filtered, a page at a time."""

    pagination_class: type[Pages] = Pages
    title: str

    @abstractmethod
    def rows(self) -> QuerySet[_M]:
        """What the asker may see."""

    def get_queryset(self) -> QuerySet[_M]:
        """For the schema an empty set; else the rows."""
        if getattr(self, "swagger_fake_view", False):
            model: type[_M] = self.schema_model()
            return model._default_manager.none()
        return self.rows()

    @abstractmethod
    def schema_model(self) -> type[_M]:
        """Whose rows these are, for the schema."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        """One page of rows."""
        return self.list(request, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The same."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        self.look_up(page or [])
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def look_up(self, page: Any) -> None:
        """Fetch what the rows of one page need beside themselves, in a fixed number of queries."""


class NotFoundView(ApiView):
    """Whatever address there is not."""

    schema = None  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound, before anything else is asked."""
        raise NotFound
