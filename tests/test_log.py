"""The log: one line an event, whoever logs it, and never a secret."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot import log
from bot.redaction import Redactor

SECRET = "customer-secret-for-tests"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put logging back as it was: it is the interpreter's, not ours."""
    handlers, level = logging.root.handlers, logging.root.level
    levels = {name: logging.getLogger(name).level for name in (*log.OWN, *log.LIBRARIES)}
    yield
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    for name in log.ACCESS:
        logging.getLogger(name).disabled = False
    structlog.reset_defaults()


class Lines:
    """What was written, read back."""

    def __init__(self, layout: log.Layout, level: str = "info") -> None:
        self.stream = io.StringIO()
        log.configure(level, layout, [SECRET], stream=self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def test_json_is_one_object_a_line() -> None:
    """
    In JSON, an event is an object with its fields, level, logger and time in UTC.
    """
    lines = Lines("json")
    structlog.get_logger("bot.app").info("command.finished", command="record on", streams=["a", "b"], count=2)

    [event] = lines.events
    stamp = event.pop("timestamp")
    assert stamp.endswith("Z")
    assert {
        "event": "command.finished",
        "level": "info",
        "logger": "bot.app",
        "command": "record on",
        "streams": ["a", "b"],
        "count": 2,
    } == event


def test_text_is_one_line_without_colours() -> None:
    """
    In text, an event is one readable line; off a terminal there are no colours.
    """
    lines = Lines("text")
    structlog.get_logger("bot.app").info("command.finished", command="record on", outcome="ok")

    [line] = lines.text.splitlines()
    assert line.endswith("[info     ] command.finished [bot.app] command='record on' outcome=ok")
    assert "\x1b" not in line


def test_context_is_bound_once() -> None:
    """
    What is bound at the edge stands in every event below it.
    """
    lines = Lines("json")
    with structlog.contextvars.bound_contextvars(operation="op-1"):
        structlog.get_logger("bot.app").info("card.posted")
    structlog.get_logger("bot.app").info("server.stopped")

    assert ["op-1", None] == [event.get("operation") for event in lines.events]


def test_level_holds_for_the_whole_package() -> None:
    """
    The level counts for every module of the bot, and what is below it is dropped.
    """
    debug = Lines("json", level="debug")
    structlog.get_logger("bot.slack.cards").debug("card.rendered")
    warning = Lines("json", level="warning")
    structlog.get_logger("bot.slack.cards").info("card.posted")

    assert ["card.rendered"] == [event["event"] for event in debug.events]
    assert [] == warning.events


@pytest.mark.parametrize("name", ["slack_bolt.AsyncApp", "slack_sdk.web.async_base_client", "docket.worker", "httpx"])
def test_libraries_are_heard_from_warning_on(name: str) -> None:
    """
    A library's warning is an event like ours; its debug and info lines, which hold bodies, are never written.
    """
    lines = Lines("json", level="debug")
    logging.getLogger(name).debug("body %s", "x")
    logging.getLogger(name).info("body %s", "x")
    logging.getLogger(name).warning("rate limited for %d s", 3)

    assert [("rate limited for 3 s", "warning", name)] == [
        (event["event"], event["level"], event["logger"]) for event in lines.events
    ]


def test_slack_loggers_have_a_level_of_their_own() -> None:
    """
    Bolt and slack_sdk look at a logger's own level; none of those that they ask counts as DEBUG.
    """
    Lines("json", level="debug")

    names = ["slack_bolt", "slack_sdk.web.async_base_client", "slack_sdk.webhook.async_client", None]
    assert [logging.WARNING] * 4 == [logging.getLogger(name).level for name in names]


@pytest.mark.parametrize("name", ["uvicorn.access", "aiohttp.access"])
def test_there_is_no_access_log(name: str) -> None:
    """
    Requests are not logged by the servers: their addresses hold tokens.
    """
    lines = Lines("text")
    logging.getLogger(name).error("GET /agora/transfer/token-for-tests")

    assert "" == lines.text


LEAKS = [
    ("a known secret", f"key {SECRET}!", "key •••!"),
    ("a bot token", "xoxb-1-2-abc, and", "•••, and"),
    ("an app token", "'xapp-1-A-2-abc'", "'•••'"),
    ("a rotated token", "xoxe.xoxb-1-abc", "•••"),
    (
        "a response URL",
        "POST https://hooks.slack.com/commands/T1/2/abc failed",
        "POST https://hooks.slack.com/••• failed",
    ),
    (
        "a response URL elsewhere",
        "{'response_url': 'http://127.0.0.1/r/abc', 'x': 1}",
        "{'response_url': '•••', 'x': 1}",
    ),
    ("an hmac header", 'Authorization: hmac username="a", signature="b="', "Authorization:•••"),
    ("a header as bytes", "[(b'authorization', b'Basic abcdefgh1=')]", "[(b'authorization',•••"),
    ("a basic credential", "sent Basic YWJjZGVmZ2g=", "sent Basic •••"),
    ("a bearer credential", "Bearer abcdefgh12345", "Bearer •••"),
    ("a stream key", "to rtmp://live.example.com/app/key-1?sign=2 now", "to rtmp://live.example.com/app/••• now"),
    ("a stream key with slashes", "rtmps://live.example.com:443/app/key/more", "rtmps://live.example.com:443/app/•••"),
    ("a stream key without an app", "rtmp://live.example.com/key", "rtmp://live.example.com/•••"),
    ("a passphrase", "srt://live.example.com:9000?passphrase=abc", "srt://live.example.com:9000?•••"),
    ("a callback token", "GET /agora/transfer/abc-1?entry_point=live", "GET /agora/transfer/•••?entry_point=live"),
    ("a store's password", "redis://bot:abc@redis.example.com/0", "redis://•••@redis.example.com/0"),
    (
        "a socket's ticket",
        "wss://wss.example.com/link?ticket=abc&app_id=1",
        "wss://wss.example.com/link?ticket=•••&app_id=1",
    ),
]


@pytest.mark.parametrize(("text", "left"), [leak[1:] for leak in LEAKS], ids=[leak[0] for leak in LEAKS])
@pytest.mark.parametrize("layout", ["text", "json"])
def test_secret_is_left_out_wherever_it_stands(layout: log.Layout, text: str, left: str) -> None:
    """
    A secret is masked in events, fields, values inside of fields, messages of libraries and tracebacks.
    """
    lines = Lines(layout)
    ours = structlog.get_logger("bot.app")
    ours.info(text)
    ours.info("request.failed", field=text, inner={"list": [text, (text,)], text: 1}, error=ValueError(text))
    logging.getLogger("slack_bolt.App").error("failed: %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        ours.exception("operation.failed")

    assert left == Redactor([SECRET]).text(text)
    assert text not in lines.text
    assert [] == [secret for secret in (SECRET, "xoxb-", "xapp-", "abc") if secret in lines.text]


@pytest.mark.parametrize(
    "text", ["record on live eu main-stage", "https://docs.agora.io/en/x?y=1", "basic or hmac", "U012"]
)
def test_other_text_stays(text: str) -> None:
    """
    What is no secret is written as it is.
    """
    assert text == Redactor([SECRET, "", "abc"]).text(text)


@pytest.mark.parametrize(
    "field",
    ["response_url", "Authorization", "proxy-authorization", "token", "bot_token", "secretKey", "password", "Cookie"],
)
def test_field_of_a_secret_is_left_out(field: str) -> None:
    """
    Some fields hold a secret, whatever it looks like, also inside of others.
    """
    lines = Lines("json")
    structlog.get_logger("bot.app").info("request.sent", **{field: "planted"}, headers={field: ["planted"]})

    [event] = lines.events
    assert ("•••", {field: "•••"}) == (event[field], event["headers"])


def test_secret_in_an_address_is_left_out() -> None:
    """
    A known secret is found percent-encoded too, and a secret that holds another one is taken out whole.
    """
    redactor = Redactor(["pass/word", "pass", "word-and-more", "word"])

    assert "a=•••, b=•••, c=•••" == redactor.text("a=pass%2Fword, b=pass/word, c=word-and-more")


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_value_brings_a_secret_through(value: object) -> None:
    """
    However a value is nested, a secret in it does not come out.
    """
    redactor = Redactor([SECRET])

    assert SECRET not in repr(redactor.value({"a": value, "b": [value, SECRET], SECRET: {"c": SECRET}}))


def test_endless_value_ends() -> None:
    """
    A list that holds itself is written, without its secret.
    """
    endless: list[object] = [SECRET]
    endless.append(endless)

    assert SECRET not in repr(Redactor([SECRET]).value(endless))


def test_secret_type_is_not_opened() -> None:
    """
    A SecretStr in a field is not shown.
    """
    lines = Lines("text")
    structlog.get_logger("bot.app").info("settings.read", value=SecretStr("planted"))

    assert "planted" not in lines.text


@pytest.mark.parametrize("layout", ["text", "json"])
def test_traceback_has_no_local_variables(layout: log.Layout) -> None:
    """
    A traceback shows the code and not what its variables held.
    """
    lines = Lines(layout)
    held = f"plan{layout[:0]}ted"
    try:
        len(held) / 0
    except ZeroDivisionError:
        structlog.get_logger("bot.app").exception("operation.failed")

    assert "ZeroDivisionError" in lines.text
    assert "planted" not in lines.text


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\x1b[2Ktwo", "one\u2028two\x85"])
def test_text_can_not_start_a_line(text: str) -> None:
    """
    Line breaks and escape sequences in what was logged are escaped: nobody can forge a line or hide one.
    """
    lines = Lines("text")
    structlog.get_logger("bot.app").info(text, field=text)
    logging.getLogger("docket").warning(text)

    assert 2 == len(lines.text.splitlines())
    assert "\x1b" not in lines.text


def test_line_that_can_not_be_made_shows_no_arguments() -> None:
    """
    A log call with wrong arguments is named, and its arguments are not printed.
    """
    lines = Lines("text")
    logging.getLogger("docket").warning("%d of %d", "planted")  # noqa: PLE1206 - the mistake is the point

    assert lines.text.startswith("log.failed logger=docket line=")
    assert lines.text.endswith("error=TypeError\n")
    assert "planted" not in lines.text


def test_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Standard output belongs to what a command prints.
    """
    log.configure("info", "text", [SECRET])
    structlog.get_logger("bot.app").info("server.started", key=SECRET)

    out, err = capsys.readouterr()
    assert "" == out
    assert "server.started" in err
    assert SECRET not in err
