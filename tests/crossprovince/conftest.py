"""A media folder of the test's own, for papers and packages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path) -> Iterator[None]:
    """Papers go to a folder of this test's own."""
    with override_settings(MEDIA_ROOT=tmp_path):
        yield
