"""Real pairs: looked for nearby first, downloaded once, resumed, verified, and told clearly when they cannot be had."""

from course.toolkit import corpus
from course.toolkit.corpus import tatoeba

import hashlib
import http.server
import io
import os
import re
import threading
import zipfile

import pytest

TEXT = "\ufeffGo.\tVe.\tCC-BY 2.0\nGo.\tVete.\tCC-BY 2.0\nI see.\tYa veo.\n\n".encode()
PAIRS = [("Go.", "Ve."), ("Go.", "Vete."), ("I see.", "Ya veo.")]
OWN = os.environ.get("COURSE_DATA")


def packed(text=TEXT, name="spa-eng/spa.txt"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("spa-eng/_about.txt", "about")
        archive.writestr(name, text)
    return buffer.getvalue()


class Publisher(http.server.BaseHTTPRequestHandler):
    """A server of one file that can resume, and that can be told to break off."""

    def do_GET(self):
        whole, start = self.server.content, re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(start.group(1)) if start else 0
        self.server.asked.append(start)
        if start >= len(whole):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(whole) - start))
        self.end_headers()
        self.wfile.write(whole[start : self.server.breaks_at])

    def log_message(self, *args):
        """Nobody reads it."""


@pytest.fixture
def publisher(monkeypatch, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.content, server.asked, server.breaks_at = packed(), [], None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/spa-eng.zip"
    archive = tatoeba.Archive(url, "spa.txt", hashlib.sha256(TEXT).hexdigest())
    monkeypatch.setitem(tatoeba.ARCHIVES, "spa", archive)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("name", "content"), [("spa.txt", TEXT), ("spa-eng.zip", packed())])
def test_a_folder_of_ones_own_is_looked_in_first(publisher, monkeypatch, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert corpus.load_tatoeba("spa") == PAIRS
    assert publisher.asked == []


def test_it_is_downloaded_once(publisher):
    assert corpus.load_tatoeba("spa") == PAIRS
    assert corpus.load_tatoeba("spa") == PAIRS
    assert publisher.asked == [0]
    assert [path.name for path in tatoeba.cache_folder().iterdir()] == ["spa.txt"]


def test_an_interrupted_download_goes_on_where_it_stopped(publisher):
    publisher.breaks_at = 100
    with pytest.raises(ConnectionError, match="what has arrived is kept"):
        corpus.load_tatoeba("spa")
    publisher.breaks_at = None
    assert corpus.load_tatoeba("spa") == PAIRS
    assert publisher.asked == [0, 100]


def test_a_beginning_of_another_file_is_thrown_away(publisher):
    tatoeba.cache_folder().mkdir(parents=True)
    (tatoeba.cache_folder() / "spa-eng.zip.part").write_bytes(b"else" * 50)
    assert corpus.load_tatoeba("spa") == PAIRS
    assert publisher.asked == [200, 0]


def test_a_complete_part_is_used(publisher):
    tatoeba.cache_folder().mkdir(parents=True)
    (tatoeba.cache_folder() / "spa-eng.zip.part").write_bytes(publisher.content)
    assert corpus.load_tatoeba("spa") == PAIRS


def test_a_damaged_cache_is_fetched_again(publisher):
    tatoeba.cache_folder().mkdir(parents=True)
    (tatoeba.cache_folder() / "spa.txt").write_bytes(TEXT[:-9])
    assert corpus.load_tatoeba("spa") == PAIRS


@pytest.mark.parametrize("content", [packed(TEXT + b"Hi.\tHola.\n"), packed(name="fra.txt"), b"no archive at all"])
def test_another_text_than_the_published_one_is_refused(publisher, content):
    publisher.content = content
    with pytest.raises(ValueError, match="SHA-256.*COURSE_DATA"):
        corpus.load_tatoeba("spa")
    assert list(tatoeba.cache_folder().iterdir()) == []


def test_without_a_connection_the_error_says_what_to_do(publisher, monkeypatch):
    nowhere = tatoeba.Archive("http://127.0.0.1:9/spa-eng.zip", "spa.txt", "")
    monkeypatch.setitem(tatoeba.ARCHIVES, "spa", nowhere)
    with pytest.raises(ConnectionError, match="spa-eng.zip could not be downloaded.*COURSE_DATA"):
        corpus.load_tatoeba("spa")


def test_an_unknown_language_is_told_with_the_known_ones():
    with pytest.raises(ValueError, match="spa, cmn; received 'xyz'"):
        corpus.load_tatoeba("xyz")


@pytest.mark.skipif(not OWN, reason="COURSE_DATA names no folder with the published archives")
@pytest.mark.parametrize("language", ["spa", "cmn"])
def test_the_published_archives_are_the_ones_the_course_was_made_with(language):
    archive = tatoeba.ARCHIVES[language]
    assert hashlib.sha256(tatoeba._given(archive)).hexdigest() == archive.digest
    assert len(corpus.load_tatoeba(language)) > 25_000
