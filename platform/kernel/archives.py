"""Files that leave together (压缩包): a ZIP with the digests of all of them, the same bytes for the same files."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

SUMS = "SHA256SUMS"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of the files by their paths, with SHA256SUMS over all of them as `sha256sum -c` reads it.

    In the order of their names, without dates: the same files give the same bytes.
    """
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests_of(files).items()))
    every = {**files, SUMS: sums.encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(every):
            made.writestr(zipfile.ZipInfo(name, _EPOCH), every[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file in hexadecimal, by its path."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def json_of(value: Mapping[str, Any]) -> bytes:
    """JSON to be read by people as well, its keys in order: the same value gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
