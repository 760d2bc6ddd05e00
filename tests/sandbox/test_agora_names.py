"""Paths and names, as the stand-in for Agora reads them off the wire."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.agora_by_hand import LIVE, PROJECT, TASKS, Caller, calling, message

NO_ROUTE = (404, "no Route matched with those values")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("a%20b", "a b"),
        ("a%2Fb", "a/b"),
        ("a%2fb", "a/b"),
        ("100%25", "100%"),
        ("%252F", "%2F"),
        ("%C3%BCn%C3%AF", "ünï"),
        ("a%3Fb%23c%26d%3De", "a?b#c&d=e"),
        ("a%2Bb", "a+b"),
        ("a:b@c!$'()*,;~", "a:b@c!$'()*,;~"),
    ],
)
async def test_names_are_decoded_once(call: Caller, raw: str, name: str) -> None:
    """
    A name arrives the same from the query and from the path, decoded exactly once.
    """
    asked = await call("PUT", f"{TASKS}?id={raw}")
    tasks = list(call.agora.entry_points["live"].tasks)
    stopped = await call("DELETE", f"{TASKS}/{raw}")

    assert [200, 200] == [asked.status_code, stopped.status_code]
    assert [("eu", name)] == tasks
    assert [name, name] == [one.stream for one in call.agora.calls]


async def test_plus(call: Caller) -> None:
    """
    A plus sign is a blank in the query and itself in the path.
    """
    await call("PUT", f"{TASKS}?id=a+b")
    refused = await call("DELETE", f"{TASKS}/a+b")

    assert [("eu", "a b")] == list(call.agora.entry_points["live"].tasks)
    assert 404 == refused.status_code


async def test_decoded_slash_in_path_is_another_call(call: Caller) -> None:
    """
    A name with a slash that is not encoded means another path, and there is none.
    """
    response = await call("DELETE", f"{TASKS}/a/b")

    assert NO_ROUTE == message(response)


@pytest.mark.parametrize("raw", ["%", "%2", "%zz", "%FF"])
async def test_bad_escapes(call: Caller, raw: str) -> None:
    """
    Escapes that are none, and bytes that are no UTF-8, are refused.
    """
    statuses = [
        (await call(method, target)).status_code
        for method, target in [("PUT", f"{TASKS}?id={raw}"), ("DELETE", f"{TASKS}/{raw}")]
    ]

    assert [400, 400] == statuses


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/"),
        ("GET", "/elsewhere"),
        ("GET", f"{PROJECT}/entry_points/"),
        ("GET", f"{PROJECT}/Entry_points"),
        ("GET", f"{PROJECT}//entry_points"),
        ("GET", f"{PROJECT}/domains"),
        ("POST", f"{PROJECT}/entry_points"),
        ("PUT", f"{LIVE}/settings/transfer"),
        ("POST", f"{LIVE}/settings/transfer"),
        ("GET", TASKS),
        ("PUT", f"{TASKS}/main-stage"),
        ("DELETE", f"{TASKS}/"),
        ("DELETE", f"{TASKS}?id=main-stage"),
        ("GET", f"{LIVE}/reports/online_streams/"),
        ("GET", f"{LIVE}/../sports/settings/transfer"),
        ("HEAD", f"{PROJECT}/entry_points"),
    ],
)
async def test_no_route(call: Caller, method: str, target: str) -> None:
    """
    Any other path or method is answered as a gateway would.
    """
    response = await call(method, target)

    assert 404 == response.status_code
    assert method == "HEAD" or NO_ROUTE == message(response)
