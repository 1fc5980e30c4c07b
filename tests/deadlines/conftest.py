"""Evidence and documents of these tests lie in a folder of their own."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path
