"""Real sentence pairs from Tatoeba: downloaded once, verified, and kept."""

from course.toolkit.corpus.download import fetch

import os
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

Pair = tuple[str, str]


@dataclass(frozen=True)
class Archive:
    """A published archive: its address, the text in it that holds the pairs, and the SHA-256 of that text."""

    url: str
    text: str
    digest: str

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


# Pairs of tatoeba.org, collected by manythings.org/anki. Spanish: CC BY 2.0. Chinese: CC BY 2.0 FR, with the author
# of each sentence in the third column.
ARCHIVES = {
    "spa": Archive(
        "https://storage.googleapis.com/download.tensorflow.org/data/spa-eng.zip",
        "spa.txt",
        "6ec60e212f812ee3430f7568ea6f33b6fb080e32193c5952e8da0ee8ba45574c",
    ),
    "cmn": Archive(
        "https://www.manythings.org/anki/cmn-eng.zip",
        "cmn.txt",
        "aa264a2447b26ab7c9d413f8321f9e2a779fd134b5118306b6e26a3499b3926e",
    ),
}


def load_tatoeba(language: str) -> list[Pair]:
    """Load the pairs `(English, translation)` into `language`: "spa" Spanish, "cmn" Chinese.

    The folder named by the environment variable COURSE_DATA is looked in first, for the archive or the text in it;
    what lies there is taken as it is. Otherwise the archive is downloaded once: an interrupted download goes on
    where it stopped, and the text is verified and kept in the user's cache. Raises `ValueError` for an unknown
    language or a text other than the one this course was made with, and `ConnectionError` without a connection.
    """
    if language not in ARCHIVES:
        raise ValueError(f"language must be one of {', '.join(ARCHIVES)}; received {language!r}.")
    archive = ARCHIVES[language]
    text = _given(archive)
    return _pairs(_cached(archive) if text is None else text)


def cache_folder() -> Path:
    """Where downloads are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "transformers-in-keras")


def _given(archive: Archive) -> bytes | None:
    """The text in the folder COURSE_DATA, if there is one."""
    folder = os.environ.get("COURSE_DATA")
    if not folder:
        return None
    if Path(folder, archive.text).is_file():
        return Path(folder, archive.text).read_bytes()
    packed = Path(folder, archive.name)
    return _unpacked(packed, archive) if packed.is_file() else None


def _cached(archive: Archive) -> bytes:
    """The verified text, from the cache or, the first time, from its publisher."""
    kept = cache_folder() / archive.text
    if kept.is_file() and sha256(kept.read_bytes()).hexdigest() == archive.digest:
        return kept.read_bytes()
    text = _downloaded(archive)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(text)
    unfinished.replace(kept)  # whole or not at all
    return text


def _downloaded(archive: Archive) -> bytes:
    packed = cache_folder() / archive.name
    for resume in (True, False):  # a file that changed between two halves is fetched again from its start
        fetch(archive.url, packed, resume)
        try:
            text = _unpacked(packed, archive)
        except (ValueError, zipfile.BadZipFile):
            text = b""
        packed.unlink()
        if sha256(text).hexdigest() == archive.digest:
            return text
    raise ValueError(
        f"{archive.url} no longer holds the {archive.text} that this course was made with; its SHA-256 is "
        f"{sha256(text).hexdigest()[:12]}…, not {archive.digest[:12]}…. To use a copy of your own, "
        f"put {archive.name} into a folder and name that in COURSE_DATA."
    )


def _unpacked(packed: Path, archive: Archive) -> bytes:
    with zipfile.ZipFile(packed) as files:
        for name in files.namelist():
            if name.rpartition("/")[2] == archive.text:
                return files.read(name)
    raise ValueError(f"{packed} holds no {archive.text}.")


def _pairs(text: bytes) -> list[Pair]:
    """The first two columns of each line."""
    rows = (line.split("\t") for line in text.decode("utf-8-sig").replace("\r", "").split("\n"))
    return [(row[0], row[1]) for row in rows if len(row) >= 2]
