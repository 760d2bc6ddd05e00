"""The server: starting, stopping, and its answers where there is no route."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.metrics import Metrics
from bot.settings import BadSettings
from bot.web.server import WebServer, bind
from bot.web.site import site
from tests.web.conftest import Serve

GRACE = timedelta(seconds=5)


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def broken(_: Request) -> Response:
    raise RuntimeError("customer-secret-for-tests")


ECHO = Route("/slack/events", echo, methods=["POST"])


@contextlib.asynccontextmanager
async def started(*routes: Route) -> AsyncIterator[tuple[WebServer, httpx.AsyncClient]]:
    server = WebServer(site(routes=routes, checks={}, metrics=Metrics()), host="127.0.0.1", port=0)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield server, client
    await server.stop(GRACE)


async def test_route_of_somebody_else_is_served(serve: Serve) -> None:
    """
    The routes handed in are served beside health and metrics.
    """
    client = await serve(routes=[ECHO])
    response = await client.post("/slack/events", content=b"payload")

    expected = (200, "payload")
    assert expected == (response.status_code, response.text)


@pytest.mark.parametrize("path", ["/", "/nothing", "/slack/events/", "/healthz/", "/%2e%2e/etc"])
async def test_unknown_path_is_not_found(serve: Serve, path: str) -> None:
    """
    A path that is none gets 404 in JSON, not a page and not a redirect.
    """
    client = await serve(routes=[ECHO])
    response = await client.get(path)

    expected = (404, {"error": "Not Found"})
    assert expected == (response.status_code, response.json())


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_other_method_is_not_allowed(serve: Serve, method: str) -> None:
    """
    A route that takes POST answers everything else with 405 and says what it takes.
    """
    client = await serve(routes=[ECHO])
    response = await client.request(method, "/slack/events")

    expected = (405, "POST")
    assert expected == (response.status_code, response.headers["allow"])


async def test_bug_is_not_shown(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """
    What broke in a route is logged and not told to whoever asked.
    """
    client = await serve(routes=[Route("/broken", broken)])
    response = await client.get("/broken")

    expected = (500, {"error": "Something broke here; the log says what."})
    assert expected == (response.status_code, response.json())
    loggers = ["uvicorn.error"]
    assert loggers == [record.name for record in caplog.records if record.exc_info]


async def test_server_does_not_name_itself(serve: Serve) -> None:
    """
    No header tells which server this is.
    """
    client = await serve()
    response = await client.get("/healthz")

    assert "server" not in response.headers


async def test_port_in_use_is_a_wrong_setting() -> None:
    """
    A port that another process has stops the start with a line that names the setting.
    """
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        server = WebServer(site(routes=[], checks={}, metrics=Metrics()), host="127.0.0.1", port=port)
        with pytest.raises(BadSettings) as caught:
            await server.start()

    expected = (f"PORT is in use: another process listens on {port}. Stop it, or set PORT to another number.",)
    assert expected == caught.value.problems


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_foreign_address_is_a_wrong_setting(host: str) -> None:
    """
    An address that this machine does not have names HOST (192.0.2.0/24 and .invalid are nobody's: RFC 5737, RFC 6761).
    """
    with pytest.raises(BadSettings, match=r"^HOST is not an address of this machine\."):
        bind(host, 0)


async def test_bound_port_is_served() -> None:
    """
    A port can be taken first and served later; nobody else gets it in between.
    """
    bound = bind("127.0.0.1", 0)
    port = bound.getsockname()[1]
    server = WebServer(site(routes=[], checks={}, metrics=Metrics()), host="127.0.0.1", port=0, bound=bound)
    await server.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(f"http://127.0.0.1:{port}/healthz")
    await server.stop(GRACE)

    assert (port, 200) == (server.port, response.status_code)


async def test_signals_stay_with_the_process() -> None:
    """
    The server does not take SIGTERM and SIGINT: the process decides in which order it stops.
    """
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    async with started():
        while_serving = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    assert before == while_serving


async def test_running_request_is_finished() -> None:
    """
    A request that runs when the server is stopped gets its answer; a new one finds no server.
    """
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        arrived.set()
        await may_answer.wait()
        return PlainTextResponse("done")

    async with started(Route("/slow", slow)) as (server, client):
        running = asyncio.create_task(client.get("/slow"))
        await arrived.wait()
        stopping = asyncio.create_task(server.stop(GRACE))
        await closed(server.port)
        may_answer.set()
        response = await running
        await stopping

    expected = (200, "done")
    assert expected == (response.status_code, response.text)


async def test_request_without_end_is_cancelled() -> None:
    """
    A request that is not finished within the grace is cancelled, and the server stops.
    """
    arrived, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(_: Request) -> Response:
        arrived.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    async with started(Route("/endless", endless)) as (server, client):
        running = asyncio.create_task(client.get("/endless"))
        await arrived.wait()
        await server.stop(timedelta(seconds=1))
        await cancelled.wait()
        response = await running

    assert response.status_code == 500


async def test_idle_connection_does_not_hold_the_server() -> None:
    """
    A connection that is kept open for later is closed at once when the server stops.
    """
    async with started() as (server, client):
        await client.get("/healthz")
        await server.stop(timedelta(minutes=5))

        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")


async def test_stop_twice_is_once() -> None:
    """
    Stopping a server that was stopped, or never started, does nothing.
    """
    server = WebServer(site(routes=[], checks={}, metrics=Metrics()), host="127.0.0.1", port=0)
    await server.stop(GRACE)
    await server.start()
    await server.stop(GRACE)
    await server.stop(GRACE)

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0


async def closed(port: int) -> None:
    """Wait until nobody listens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        writer.close()
        await writer.wait_closed()
