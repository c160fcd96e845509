"""The local page: one file of HTML, the state of the board pushed to it, and plays pressed on it."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import Final

import orjson
from aiohttp import web

from models.events import Origin
from streams.demo.board import Board, Wish
from streams.demo.players import display_name

HOST: Final = "127.0.0.1"
PUSH_SECONDS: Final = 0.25
TEMPLATE: Final = Path(__file__).with_name("page.html")
POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Serves the page in a thread, to this machine only; where `port` is taken, on another."""

    def __init__(self, board: Board, *, port: int) -> None:
        self._board = board
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        served: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, args=(port, served), name="page", daemon=True)
        self._thread.start()
        self.address = served.result()

    def stop(self) -> None:
        """End every connection and the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, port: int, served: Future[str]) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._serve(port, served))
            except Exception as error:
                # Raised in the thread that waits for the address.
                if not served.done():
                    served.set_exception(error)

    async def _serve(self, port: int, served: Future[str]) -> None:
        app = web.Application(middlewares=[_only_this_machine])
        app.add_routes(
            [web.get("/", self._page), web.get("/live", self._live), web.post("/plays", self._play)]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            served.set_result(await _listen(runner, port))
            await self._stopping.wait()
        finally:
            await runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        html = TEMPLATE.read_text(encoding="utf-8").replace("{{nonce}}", nonce)
        headers = {"Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Push a listener's shelves when they change, and the figures all the time (server-sent events)."""
        user = request.query.get("user") or self._board.users[0]
        if user not in self._board.users:
            raise web.HTTPNotFound(text="There is no such listener here.")
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        sent = ""
        try:
            while not self._stopping.is_set():
                document, sent = self._document(user, sent)
                await response.write(b"data: " + orjson.dumps(document) + b"\n\n")
                await asyncio.sleep(PUSH_SECONDS)
        except ConnectionResetError:
            # The browser went away: there is nobody left to tell.
            return response
        return response

    async def _play(self, request: web.Request) -> web.Response:
        """Let a listener play an item of a slate that they were shown."""
        # Another site can make a browser send a form here, but not JSON.
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            wish = _wish(orjson.loads(await request.read()))
        except (KeyError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=f"not a play: {error}") from error
        if not self._board.ask(wish):
            raise web.HTTPConflict(
                text="This listener is not shown that item, or does not live in this demo."
            )
        return web.Response(status=202)

    def _document(self, user: str, sent: str) -> tuple[dict[str, object], str]:
        """What to push: without the slate where it is the one that was sent."""
        snapshot = self._board.snapshot(user, time.monotonic())
        document: dict[str, object] = asdict(snapshot)
        document["listeners"] = [{"user": one, "name": display_name(one)} for one in self._board.users]
        document["name"] = display_name(user)
        recommendation = snapshot.slate.recommendation if snapshot.slate else ""
        if recommendation == sent:
            del document["slate"]
        return document, recommendation


def _wish(document: dict[str, object]) -> Wish:
    origin = Origin(str(document["recommendation"]), str(document["shelf"]), int(str(document["position"])))
    return Wish(user=str(document["user"]), item=str(document["item"]), origin=origin)


async def _listen(runner: web.AppRunner, port: int) -> str:
    for number in (port, 0):
        site = web.TCPSite(runner, HOST, number)
        try:
            await site.start()
        except OSError:
            # Taken: any free one will do, and its number is printed.
            if number == 0:
                raise
        else:
            break
    return f"http://{HOST}:{runner.addresses[0][1]}"


@web.middleware
async def _only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer to this machine's names only: another site's may be made to lead here (DNS rebinding)."""
    if request.url.host not in (HOST, "localhost"):
        raise web.HTTPForbidden
    return await handler(request)
