"""LibreOffice, without a window: what a table program makes of our files. Installed when it is missing."""

import subprocess
from pathlib import Path

from tests.browser.debian import program

_PACKAGES = ("libreoffice-calc-nogui",)
# Comma, double quote, UTF-8, from the first line: what a person accepts in the dialogue on opening a CSV file.
_CSV = "CSV:44,34,76,1,,0,false,true,false"


def opened_and_saved(content: bytes, *, name: str, folder: Path) -> bytes:
    """The workbook (.xlsx) that LibreOffice saves after it has opened `name`, with the content."""
    office = program("soffice", "libreoffice", packages=_PACKAGES)
    source, out = folder / name, folder / "saved"
    source.write_bytes(content)
    filters = [f"--infilter={_CSV}"] if name.endswith(".csv") else []
    subprocess.run(
        [
            office, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", *filters,
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )  # fmt: skip
    return (out / f"{source.stem}.xlsx").read_bytes()
