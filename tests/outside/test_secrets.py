"""Nothing that opens anything is ever shown, whatever is typed and whatever goes wrong."""

from __future__ import annotations

import pytest

from bot.sandbox.agora_memory import Transfer
from bot.store import Store
from tests.harness import ADMIN, Stage
from tests.outside.acts import confirm, trail, whole

HOOK = "https://hooks.example.com/transfer"
PLANTED = (
    "customer-secret-for-tests",
    "xoxb-for-tests",
    "signing-secret-for-tests",
    "storage-access-key-for-tests",
    "storage-secret-key-for-tests",
    "callback-key-for-tests",
    "older-key-for-tests",
)
# The customer's id and secret in one, as basic signing sends them.
BASIC = "ZXhhbXBsZS1jdXN0b21lci1pZDpjdXN0b21lci1zZWNyZXQtZm9yLXRlc3Rz"
LINES = ("/record on live eu main-stage", "/record config live eu", "/transfer get live", "/agora entries",
         "/record on lvie eu main-stage", "/agora roles")  # fmt: skip


@pytest.mark.parametrize("auth", ["hmac", "basic"])
@pytest.mark.parametrize("fault", [None, "401", "404", "500", "garbage", "html", "reset"])
async def test_no_secret_is_shown(
    world: Stage, store: Store, capfd: pytest.CaptureFixture[str], auth: str, fault: str | None
) -> None:
    """
    Tokens, secrets, storage keys and queries of callbacks are in no message, no call to Slack, no audit record, no log.
    """
    await world.start(AGORA_AUTH=auth)
    world.agora.entry_points["live"].transfer = Transfer(enabled=False, callback_url=f"{HOOK}?key=older-key-for-tests")
    prompt = await world.prompt(f"/transfer set live on {HOOK}?key=callback-key-for-tests", ADMIN)
    if fault:
        world.agora.fault(fault, times=None)

    await confirm(world, prompt, ADMIN)
    for line in LINES:
        await world.outcome(line, ADMIN)

    seen = "".join([
        *map(whole, world.slack.messages),
        *(str(call.arguments) for call in world.slack.calls),
        *map(str, await trail(store)),
        *capfd.readouterr(),
    ])  # fmt: skip
    assert "main-stage" in seen
    assert [] == [secret for secret in (*PLANTED, BASIC) if secret in seen]


async def test_token_goes_to_the_web_api_alone(stage: Stage) -> None:
    """
    Each call of the Web API carries the bot's token, and no answer through a response URL does.
    """
    await confirm(stage, await stage.prompt(f"/transfer set live on {HOOK}"))

    assert {"chat.postMessage", "response_url"} <= {call.method for call in stage.slack.calls}
    assert all(call.token_ok for call in stage.slack.calls)
