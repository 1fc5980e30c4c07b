"""Packages as they were sent (报送包): kept under their own digest, and opened as they were, whatever changes since."""

from apps.documents import rules
from apps.documents.commands import Damaged, keep_file, kept_file


def keep_sent(content: bytes) -> str:
    """Keep what is sent; gives its SHA-256."""
    sha256 = rules.sha256(content)
    keep_file(_path(sha256), content)
    return sha256


def sent(sha256: str) -> bytes:
    """What was sent under this digest; `Damaged` when that is not what is kept."""
    content = kept_file(_path(sha256))
    if rules.sha256(content) != sha256:
        raise Damaged(f"the package {sha256} is not the one that was sent")
    return content


def _path(sha256: str) -> str:
    return f"sent/{sha256[:2]}/{sha256}.zip"
