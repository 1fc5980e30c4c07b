"""Papers that go along in a package (随附材料), under names that tell nothing of what else was uploaded."""

from collections.abc import Iterable

from apps.documents.commands import open_attachment
from apps.documents.models import Attachment


def enclosed(papers: Iterable[Attachment], *, folder: str = "papers") -> dict[str, bytes]:
    """The files by their paths: their place and kind in a folder. `Damaged` for one that is not what was uploaded."""
    return {
        path: open_attachment(attachment_id=each.pk).content
        for path, each in paths_of(papers, folder).items()
    }


def paths_of(papers: Iterable[Attachment], folder: str) -> dict[str, Attachment]:
    """Where each paper lies: its key would tell how many there are of all the exchange's."""
    return {
        f"{folder}/{place:02d}-{each.kind}.{each.name.rpartition('.')[2].lower()}": each
        for place, each in enumerate(papers, start=1)
    }
