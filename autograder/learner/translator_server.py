"""The page on which a learner shows their translator: it is served to this machine alone, and translates as it writes.

Tornado serves it, as it serves JupyterLab: the library brings streams that notice when a reader has gone, templates
that escape, and limits on what comes in.
"""

import asyncio
import contextlib
import hmac
import json
import secrets
import signal
import socket
import threading
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from autograder.learner.own_translator import NotTranslated, OwnTranslator
from autograder.seam.errors import describe

USUAL_PORT = 8765
_ADDRESS = "127.0.0.1"
_OURS = (_ADDRESS, "localhost")  # names of this machine: any other one was made to lead here (DNS rebinding)
_LANGUAGES = {"en": "English", "es": "Spanish", "zh": "Chinese"}
_LARGEST = 1_000_000  # bytes of a request
_POLICY = (
    "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class PortInUse(ValueError):
    """The port that was asked for is taken; the message says what to do."""


def listening(port: int | None) -> list[socket.socket]:
    """Listen at the port that is asked for, else at the usual one, or any that is free. Raises `PortInUse`."""
    with contextlib.suppress(OSError):
        return bind_sockets(USUAL_PORT if port is None else port, _ADDRESS)
    if port is None:
        return bind_sockets(0, _ADDRESS)
    raise PortInUse(f"Port {port} cannot be had here. Name another one, or leave --port out and a free one is taken.")


class TranslatorServer:
    """Serves one translator until it is told to end. `address` is where, with the token that lets one in."""

    def __init__(self, translator: OwnTranslator, sockets: list[socket.socket]):
        self.translator, self.token, self._sockets = translator, secrets.token_urlsafe(24), sockets
        self.address = f"http://{_ADDRESS}:{sockets[0].getsockname()[1]}/?token={self.token}"
        self._end, self._runner = asyncio.Event(), asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()  # made here: `serve` and `end`, in two threads, would make one each

    def serve(self) -> None:
        """Serve until `end`, or Ctrl and C, or SIGTERM; the second of these ends the process at once."""
        with contextlib.suppress(ValueError):  # signals belong to the main thread
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._on_signal)
        with self._runner:
            self._runner.run(self._serve())

    def end(self) -> None:
        """Let `serve` return; from any thread."""
        self._loop.call_soon_threadsafe(self._end.set)

    def _on_signal(self, number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        self.end()

    async def _serve(self) -> None:
        with ThreadPoolExecutor(1) as executor:
            run = _OneAtATime(self.translator, executor)
            shared = {"translator": self.translator, "run": run, "token": self.token}
            pages = [("/", _Page, shared), ("/translate", _Translate, shared)]
            settings = {"template_path": str(Path(__file__).parent), "log_function": lambda handler: None}
            server = HTTPServer(Application(pages, **settings), max_body_size=_LARGEST)
            server.add_sockets(self._sockets)
            await self._end.wait()
            server.stop()
            await server.close_all_connections()
            executor.shutdown(wait=False, cancel_futures=True)


def opened_in_a_browser(address: str) -> None:
    """Open a page without waiting: some browsers run in the terminal until they are left."""
    threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()


class _OneAtATime:
    """Translates for one reader after the other, in a thread of its own, since the model computes for a while."""

    def __init__(self, translator: OwnTranslator, executor: ThreadPoolExecutor):
        self._translator, self._executor, self._turn = translator, executor, asyncio.Lock()

    async def __call__(self, sentence: str, tell: Callable[[dict], Awaitable[bool]]) -> None:
        """Tell of each step as soon as it is made: `tell` is awaited, and gives False when nobody reads any more."""
        async with self._turn:
            steps, loop = _steps(self._translator, sentence), asyncio.get_running_loop()
            while (step := await loop.run_in_executor(self._executor, next, steps, None)) and await tell(step):
                pass


def _steps(translator: OwnTranslator, sentence: str) -> Iterator[dict]:
    """What the page is told, in order: the source, each token of the translation, and the weights; or what is wrong."""
    tokens, doing = [], "Your translator"
    sentence = translator.spaced(sentence)
    try:
        words = translator.read(sentence)
        yield {"source": [word._asdict() for word in words]}
        for token in translator.written(words):
            tokens.append(token)
            yield {"token": token}
        doing = "Your `alignment`"
        yield {"weights": translator.weights(sentence, tokens) if tokens else []}
    except NotTranslated as error:
        yield {"error": str(error)}
    except Exception as error:
        yield {"error": f"{doing} stops with {describe(error).message}"}


class _Guarded(RequestHandler):
    """Answers this machine alone, and who has the token."""

    def initialize(self, translator: OwnTranslator, run: _OneAtATime, token: str) -> None:
        self.translator, self.run, self.token = translator, run, token

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    def prepare(self) -> None:
        if self.request.host_name not in _OURS:
            self.refuse(403, f"This page is for this machine alone, as {_ADDRESS}; asked for {self.request.host!r}.")
        elif not hmac.compare_digest(self.given_token().encode(), self.token.encode()):
            self.refuse(403, "The token is missing or another one. Open the address that the command has printed.")

    def given_token(self) -> str:
        return self.get_query_argument("token", "")

    def refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps({"error": message}) + "\n")


class _Page(_Guarded):
    def get(self) -> None:
        nonce, model = secrets.token_urlsafe(16), self.translator.model
        self.set_header("Content-Security-Policy", _POLICY.format(nonce))
        config = model.get_config()
        facts = {name: config[name] for name in ("num_layers", "num_heads")} | {"parameters": model.count_params()}
        words = sorted(word for word in model.source_vocabulary[4:] if word[:1].isalnum())
        source, target = ((tag, _LANGUAGES.get(tag, tag)) for tag in self.translator.languages)
        facts |= {"sample": self.translator.sample, "words": words, "source": source, "target": target}
        self.render("translator_page.html", nonce=nonce, **facts)


class _Translate(_Guarded):
    """Answers a sentence with lines of JSON, each sent when it is known."""

    _gone = False

    def given_token(self) -> str:
        return self.request.headers.get("X-Token", "")  # what no other site may send

    def prepare(self) -> None:
        origin = self.request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.request.host:
            self.refuse(403, f"Only this page may ask; this came from {origin!r}.")
        else:
            super().prepare()

    def on_connection_close(self) -> None:
        self._gone = True

    async def post(self) -> None:
        try:
            sentence = json.loads(self.request.body)["sentence"]
            if not isinstance(sentence, str):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            self.refuse(400, 'A sentence is asked for as JSON: {"sentence": "The cat sleeps."}')
            return
        self.set_header("Content-Type", "application/x-ndjson; charset=utf-8")
        await self.run(sentence, self._tell)

    async def _tell(self, step: dict) -> bool:
        try:
            self.write(json.dumps(step) + "\n")
            await self.flush()
        except StreamClosedError:
            self._gone = True
        return not self._gone
