"""Evidence and documents of these tests lie in a folder of their own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path
