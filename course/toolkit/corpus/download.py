"""Fetching a file in pieces that an interruption does not lose."""

import http.client
import urllib.error
import urllib.request
from pathlib import Path

_BLOCK = 1 << 16
_PATIENCE = 30  # seconds without a byte
_NOT_SATISFIABLE = 416  # nothing lies after what we have


def fetch(url: str, target: Path, resume: bool = True) -> None:
    """Download `url` to `target`; what arrives before an interruption is kept beside it, and the next call goes on.

    With `resume=False` it begins anew. Raises `ConnectionError` when the file cannot be had in whole.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    if not resume:
        part.unlink(missing_ok=True)
    try:
        _fill(url, part)
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(
            f"{target.name} could not be downloaded from {url} ({_reason(error)}). Try again when you are online: "
            f"what has arrived is kept. Or put {target.name} into a folder and name that in COURSE_DATA."
        ) from error
    part.replace(target)


def _fill(url: str, part: Path) -> None:
    """Append to `part` what is missing of it."""
    have = part.stat().st_size if part.exists() else 0
    # some servers refuse Python's own name
    request = urllib.request.Request(url, headers={"User-Agent": "transformers-in-keras"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = urllib.request.urlopen(request, timeout=_PATIENCE)
    except urllib.error.HTTPError as error:
        if have and error.code == _NOT_SATISFIABLE:
            return
        raise
    with response, part.open("ab" if response.status == http.client.PARTIAL_CONTENT else "wb") as file:
        expected = response.length
        start = file.tell()
        while block := response.read(_BLOCK):
            file.write(block)
        if expected is not None and file.tell() - start < expected:
            raise ConnectionError("the connection ended early")


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error or type(error).__name__)
