"""The server of a translator's page: whom it answers, what it refuses, and that tokens leave as they are made."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit.corpus.texts import characters

import contextlib
import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

import numpy as np
import pytest

from autograder.learner.own_translator import OwnTranslator
from autograder.learner.translator_server import PortInUse, TranslatorServer, _steps, listening
from autograder.tests.tiny_translator import PAIRS, SAMPLE, references, trained

ANSWERS = ("standardize", "encode", "alignment")


class Watched(OwnTranslator):
    """Waits before each token as long as it is told, and counts how many sentences are in work at once, and tokens."""

    def __init__(self, *given):
        super().__init__(*given)
        self.go_on, self.at_work, self.most_at_work, self.made = threading.Event(), 0, 0, 0
        self.go_on.set()

    def written(self, words):
        self.at_work += 1
        self.most_at_work = max(self.at_work, self.most_at_work)
        try:
            for token in super().written(words):
                assert self.go_on.wait(60)
                self.made += 1
                yield token
        finally:
            self.at_work -= 1


@pytest.fixture(scope="module")
def model():
    return trained()


@pytest.fixture
def translator(model):
    answer = references()
    return Watched(model, SAMPLE, {name: answer(name) for name in ANSWERS})


@pytest.fixture
def server(translator):
    """A server of this translator, in a thread, until the end of the test."""
    server = TranslatorServer(translator, listening(0))
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    translator.go_on.set()
    server.end()
    thread.join(20)
    assert not thread.is_alive()


@contextlib.contextmanager
def asked(server, method, path, body=None, **headers):
    """The answer to a request, while it may still be arriving."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        yield connection.getresponse()
    finally:
        connection.close()


def translated(server, sentence, **headers):
    """The status, and all steps of a translation."""
    body = json.dumps({"sentence": sentence})
    with asked(server, "POST", "/translate", body, **{"X_Token": server.token, **headers}) as answer:
        return answer.status, [json.loads(line) for line in answer.read().splitlines()]


def path_of(server):
    parts = urlsplit(server.address)
    return f"{parts.path}?{parts.query}"


def tokens_in(steps):
    return [step["token"] for step in steps if "token" in step]


def test_a_sentence_comes_back_token_by_token_with_its_weights(server, model):
    status, steps = translated(server, SAMPLE)
    source, target, weights = references()("alignment")(model, SAMPLE)
    assert status == 200
    assert steps[0] == {"source": [{"text": word, "known": True} for word in source]}
    assert steps[1:-1] == [{"token": token} for token in target]
    np.testing.assert_allclose(steps[-1]["weights"], weights, rtol=1e-5, atol=1e-6)


def test_a_token_leaves_before_the_next_is_made(server, translator):
    translator.go_on.clear()
    body = json.dumps({"sentence": SAMPLE})
    with asked(server, "POST", "/translate", body, X_Token=server.token) as answer:
        assert "source" in json.loads(answer.readline())
        for number in range(1, 4):
            translator.go_on.set()
            while translator.made < number:
                time.sleep(0.001)
            translator.go_on.clear()
            assert "token" in json.loads(answer.readline())
        translator.go_on.set()
        assert "weights" in json.loads(answer.read().splitlines()[-1])


def test_two_at_once_are_translated_one_after_the_other(server, translator):
    found = {}

    def ask(english):
        found[english] = translated(server, english)[1]

    threads = [threading.Thread(target=ask, args=[english]) for english, _ in PAIRS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [" ".join(tokens_in(found[english])) for english, _ in PAIRS] == [
        "el gato duerme .",
        "la vaca canta .",
        "comemos una manzana .",
    ]
    assert translator.most_at_work == 1


def test_who_leaves_lets_the_next_one_in(server, translator):
    translator.go_on.clear()
    body = json.dumps({"sentence": SAMPLE})
    with asked(server, "POST", "/translate", body, X_Token=server.token) as answer:
        answer.readline()
    time.sleep(0.3)  # until the server has noticed
    translator.go_on.set()
    assert tokens_in(translated(server, PAIRS[1][0])[1]) == ["la", "vaca", "canta", "."]
    assert translator.made < 2 * 4  # the rest of the first was not translated any more


def test_words_that_it_does_not_know_are_named(server):
    _, steps = translated(server, "The zebra sleeps <b>.")
    assert steps[0]["source"][1] == {"text": "zebra", "known": False}
    assert steps[0]["source"][3] == {"text": "<b>", "known": False}
    assert "weights" in steps[-1]


def test_chinese_is_read_by_its_characters():
    answer = references()
    model = trained([(characters("猫在睡觉。"), "The cat sleeps."), (characters("牛在唱歌。"), "The cow sings.")])
    translator = OwnTranslator(model, "", {name: answer(name) for name in ANSWERS}, ("zh", "en"))
    steps = list(_steps(translator, "牛在睡觉。"))
    assert [(word["text"], word["known"]) for word in steps[0]["source"]] == [(one, True) for one in "牛在睡觉。"]
    assert np.shape(steps[-1]["weights"]) == (len(steps) - 2, 5)


@pytest.mark.parametrize(
    ("sentence", "says"),
    [("", "nothing to translate"), ("cat " * 9, "9 tokens"), ("a" * 5000, "5000 characters"), ("\ud800", None)],
)
def test_what_cannot_be_translated_is_told(server, sentence, says):
    status, steps = translated(server, sentence)
    assert status == 200
    assert (says in steps[-1]["error"]) if says else "weights" in steps[-1]


def test_an_answer_that_stops_is_named(server, translator):
    def stops(*given):
        raise KeyError("cat")

    translator._answers["alignment"] = stops
    _, steps = translated(server, SAMPLE)
    assert steps[-1] == {"error": "Your `alignment` stops with KeyError: 'cat'"}
    assert len(tokens_in(steps)) == 4


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.168.0.7", "localhost.evil"]
)
def test_another_hosts_name_is_refused(server, host):
    for method, path in (("GET", path_of(server)), ("POST", "/translate")):
        with asked(server, method, path, "{}", Host=host, X_Token=server.token) as answer:
            assert answer.status == 403
            assert f"asked for '{host}'" in json.loads(answer.read())["error"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:9999"])
def test_this_machines_names_are_answered_behind_any_forwarded_port(server, host):
    with asked(server, "GET", path_of(server), Host=host) as answer:
        assert answer.status == 200
    assert translated(server, SAMPLE, Host=host, Origin=f"http://{host}")[0] == 200


def test_without_the_token_nothing_is_shown_or_translated(server):
    for method, path, headers in (
        ("GET", "/", {}),
        ("GET", "/?token=guessed", {}),
        ("GET", "/?token=%C3%A9", {}),
        ("POST", f"/translate?token={server.token}", {}),
        ("POST", "/translate", {"X_Token": "guessed"}),
    ):
        with asked(server, method, path, json.dumps({"sentence": SAMPLE}), **headers) as answer:
            assert answer.status == 403
            assert "Open the address that the command has printed" in json.loads(answer.read())["error"]


def test_another_sites_page_is_refused_even_with_the_token(server):
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        status, steps = translated(server, SAMPLE, Origin=origin)
        assert (status, "Only this page may ask" in steps[0]["error"]) == (403, True)


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"sentence": 3}', '"a"', b"\xff"])
def test_what_is_no_sentence_is_refused(server, body):
    with asked(server, "POST", "/translate", body, X_Token=server.token) as answer:
        assert answer.status == 400
        assert "A sentence is asked for as JSON" in json.loads(answer.read())["error"]


def test_the_page_lets_nothing_run_or_load_but_its_own(server):
    policies = set()
    for _ in range(2):
        with asked(server, "GET", path_of(server)) as answer:
            policy, page = answer.headers["Content-Security-Policy"], answer.read().decode()
            policies.add(policy)
            nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
            assert policy.startswith("default-src 'none'; ")
            assert page.count(f'nonce="{nonce}"') == page.count("<script") + page.count("<style") == 2
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            for word in ("http:", "https:", "innerHTML", "unsafe-", " style=", "onclick"):
                assert word not in page, word
    assert len(policies) == 2


def test_a_sample_is_text_on_the_page(server, translator):
    translator.sample = "</textarea><script>alert(1)</script>"
    with asked(server, "GET", path_of(server)) as answer:
        assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in answer.read().decode()


def test_the_page_names_the_languages(server, translator):
    translator.languages = "es", "en"
    with asked(server, "GET", path_of(server)) as answer:
        page = answer.read().decode()
    assert "A Spanish sentence" in page
    assert '<textarea id="sentence" rows="1" lang="es"' in page
    assert '<ol class="written" lang="en"' in page


def test_a_server_that_is_ended_while_it_begins_ends(translator):
    sys.setswitchinterval(1e-6)  # `serve` and `end` meet in all orders
    try:
        for _ in range(30):
            server = TranslatorServer(translator, listening(0))
            thread = threading.Thread(target=server.serve, daemon=True)
            thread.start()
            server.end()
            thread.join(20)
            assert not thread.is_alive()
    finally:
        sys.setswitchinterval(0.005)


def test_it_listens_on_this_machine_alone_and_says_when_a_port_is_taken(server):
    (one,) = server._sockets
    assert one.getsockname()[0] == "127.0.0.1"
    with pytest.raises(PortInUse, match=f"Port {one.getsockname()[1]} cannot be had here. Name another one"):
        listening(one.getsockname()[1])


def test_an_end_in_the_middle_of_a_translation_ends(translator):
    server = TranslatorServer(translator, listening(0))
    thread = threading.Thread(target=server.serve)
    thread.start()
    body = json.dumps({"sentence": SAMPLE})
    translator.go_on.clear()
    with asked(server, "POST", "/translate", body, X_Token=server.token) as answer:
        answer.readline()
        server.end()
        translator.go_on.set()
        with contextlib.suppress(http.client.HTTPException, ConnectionError):
            answer.read()
    thread.join(20)
    assert not thread.is_alive()
