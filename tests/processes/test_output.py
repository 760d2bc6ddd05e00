"""What processes write: events, one a line, and no secret among them."""

from tests.harness import ADMIN, LIVE, MANAGER, STRANGER
from tests.outside.acts import confirmed
from tests.processes.running import Machine, Process, jsons
from tests.redis_server import RedisServer

SECRETS = {
    "AGORA_CUSTOMER_SECRET": "customer-secret-for-tests",
    "SLACK_BOT_TOKEN": "xoxb-for-tests",
    "SLACK_SIGNING_SECRET": "signing-secret-for-tests",
    "SECRET_KEY": "planted-key-for-tests-0123456789abcdef",
    "AGORA_NOTIFY_SECRET": "planted-notify-for-tests",
}
# Secrets in what people type, and in what Agora and Slack send; the last two are what a body would be known by.
TYPED = ["planted-callback-token", "storage-secret-key-for-tests", "/response/", "trigger_id", "api_app_id"]


async def busy_day(machine: Machine, process: Process) -> None:
    """All kinds of things: outcomes good and bad, a question, a refusal, a slip, a forgery, garbage."""
    stage = machine.stage
    await stage.grant(MANAGER, "manager")
    await stage.outcome("/record on live eu main-stage", MANAGER)
    await confirmed(stage, "/transfer set live on https://hooks.example.com/planted-callback-token")
    await stage.outcome("/record config live eu", MANAGER)
    stage.agora.fault("garbage")
    stage.agora.fault("500")
    for _ in range(2):
        await stage.outcome("/record on live eu other", MANAGER)
    stage.slack.fail("chat.postMessage", error="internal_error")
    await stage.outcome("/record on live eu told-later", MANAGER)
    await stage.slash("/record on live eu main-stage", STRANGER)
    await stage.slash("/record planted-callback-token", MANAGER)
    forged = b"command=/record&text=planted-callback-token&user_id=" + ADMIN.encode() + b"&channel_id=" + LIVE.encode()
    for headers in ({}, {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"}):
        assert 401 == (await stage.slack.post(forged, headers)).status
    assert (
        400 == (await stage.slack.post(b"planted-callback-token", stage.slack.sign(b"planted-callback-token"))).status
    )
    assert 200 == (await process.get("/metrics")).status_code


def safe(written: str) -> None:
    assert [] == [secret for secret in [*SECRETS.values(), *TYPED] if secret in written]
    assert "Traceback" not in written


async def test_json_is_one_event_a_line(machine: Machine) -> None:
    """
    With LOG_FORMAT=json, at the lowest level too, each line is an event, and none has a secret, a body or a traceback.
    """
    process = await machine.serve(LOG_LEVEL="debug", **SECRETS)
    await busy_day(machine, process)
    assert 0 == await process.stop()

    safe(process.output)
    events = jsons(process)
    assert all({"event", "level", "timestamp"} <= set(event) for event in events)
    names = [event["event"] for event in events]
    assert ("bot.started", "bot.stopped") == (names[0], names[-1])
    assert {"agora.tried", "operation.finished", "request.refused"} <= set(names)


async def test_text_is_as_careful(machine: Machine) -> None:
    """
    With LOG_FORMAT=text the same holds.
    """
    process = await machine.begin("serve", LOG_FORMAT="text", **SECRETS)
    process.port = int((await process.said(lambda line: "bot.started" in line)).split("port=")[1].split()[0])
    await process.ready()
    machine.listens(process)
    await busy_day(machine, process)
    assert 0 == await process.stop()

    safe(process.output)
    for event in ("bot.started", "agora.tried", "operation.finished", "request.refused", "bot.stopped"):
        assert event in process.output


async def test_password_of_redis_is_not_written(machine: Machine) -> None:
    """
    A Redis that does not take the password, or is gone, is named without its address.
    """
    server = RedisServer.start("--requirepass", "planted-right", ready=False)
    server.wait(password="planted-right")
    try:
        url = f"unix://:planted-wrong@{server.folder}/store.sock"
        ended_shell = await machine.run("roles", "list", environ={"REDIS_URL": url})
        process = await machine.listen(REDIS_URL=url)
        answer = await machine.stage.slash("/record on live eu main-stage", ADMIN)
        await process.ready(status=503)
        status = await process.stop()
    finally:
        server.stop()

    assert answer.message is not None
    assert "Nothing was done" in answer.message.text
    assert 0 == status
    assert 0 != ended_shell.status
    for written in (ended_shell.said, process.output):
        assert "planted" not in written
