"""Reading bodies with files strictly: their size is known before they are read."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

from apps.documents.uploads import MOST_UPLOAD_BYTES

_ROOM_FOR_FIELDS_BYTES = 1024 * 1024


class StrictMultiPartParser(MultiPartParser):
    """A form with one file of bounded size; whatever is wrong with it is a ParseError."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        """Fields and files."""
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if not str(length).isdecimal() or len(str(length)) > 12:
            raise ParseError
        if int(length) > MOST_UPLOAD_BYTES + _ROOM_FOR_FIELDS_BYTES:
            raise ParseError("上传内容过大，单个文件不得超过 20 MB。")
        try:
            return super().parse(stream, media_type, parser_context)
        except (SuspiciousOperation, ValueError) as error:
            raise ParseError from error
