"""What can be looked at, and that it is shown to whoever asked and to nobody else."""

from __future__ import annotations

import pytest

from bot.sandbox.agora_memory import EntryPoint
from bot.store import Store
from tests.harness import ADMIN, MANAGER, OPERATOR, PRIVATE, SHOW, STRANGER, VIEWER, Stage
from tests.outside.acts import shown_after, trail

READS = ["/agora entries", "/agora whoami", "/agora roles", "/record config live eu", "/transfer get live"]


@pytest.mark.parametrize("line", READS)
async def test_read_is_answered_to_its_reader_alone(stage: Stage, store: Store, line: str) -> None:
    """
    A read is one private message and no more; it changes nothing, and the audit trail is silent.
    """
    message = await stage.outcome(line, ADMIN)

    assert ("ephemeral", ADMIN) == (message.kind, message.to)
    assert "response_url" == message.via
    assert [message] == list(await shown_after(stage))
    assert [] == stage.wire
    assert [] == await trail(store)


@pytest.mark.parametrize("channel", [SHOW, PRIVATE])
async def test_read_works_where_the_bot_is_not_a_member(stage: Stage, channel: str) -> None:
    """
    A read is answered in any channel, since Slack takes the answer to a command everywhere.
    """
    message = await stage.outcome("/agora entries", ADMIN, channel)

    assert ("ephemeral", ADMIN, channel) == (message.kind, message.to, message.channel)


async def test_entries_lists_all_of_them(stage: Stage) -> None:
    """
    The entry points of the project are listed as Agora has them.
    """
    stage.agora.entry_points["Łódź 100%"] = EntryPoint()

    message = await stage.outcome("/agora entries", VIEWER)

    for name in ("`live`", "`sports`", "`Łódź 100%`"):
        assert name in message.text


async def test_entries_shows_what_lies_inside_the_grants(stage: Stage) -> None:
    """
    Somebody whose role is narrowed to some entry points is shown those alone.
    """
    await stage.grant(STRANGER, "viewer on sp*")

    message = await stage.outcome("/agora entries", STRANGER)

    assert "`sports`" in message.text
    assert "`live`" not in message.text


async def test_entries_without_any_inside_the_grants(stage: Stage) -> None:
    """
    Somebody whose grants reach no entry point that there is, is told so.
    """
    await stage.grant(STRANGER, "viewer on other-*")

    message = await stage.outcome("/agora entries", STRANGER)

    assert STRANGER == message.to
    assert [] == [name for name in ("`live`", "`sports`") if name in message.text]


@pytest.mark.parametrize(
    ("user", "role"), [(ADMIN, "admin"), (MANAGER, "manager"), (OPERATOR, "operator"), (VIEWER, "viewer")]
)
async def test_whoami_names_the_role(stage: Stage, user: str, role: str) -> None:
    """
    Everybody learns their id, their role, and who gave it.
    """
    message = await stage.outcome("/agora whoami", user)

    assert f"`{user}`" in message.text
    assert role in message.text
    assert user == ADMIN or f"<@{ADMIN}>" in message.text


async def test_whoami_of_a_stranger_names_who_can_help(stage: Stage) -> None:
    """
    Somebody without a role may ask too, and learns whom to turn to.
    """
    message = await stage.outcome("/agora whoami", STRANGER)

    assert (STRANGER, True) == (message.to, f"<@{ADMIN}>" in message.text)
    assert "no role" in message.text


async def test_whoami_names_where_a_role_holds(stage: Stage) -> None:
    """
    The patterns of a role are shown with it.
    """
    await stage.grant(STRANGER, "operator on sports-* in eu")

    message = await stage.outcome("/agora whoami", STRANGER)

    for part in ("operator", "`sports-*`", "`eu`"):
        assert part in message.text


async def test_roles_lists_everybody(stage: Stage) -> None:
    """
    An admin sees who has which role.
    """
    await stage.grant(STRANGER, "operator on sports-* in eu")

    message = await stage.outcome("/agora roles", ADMIN)

    for user, role in ((MANAGER, "manager"), (OPERATOR, "operator"), (VIEWER, "viewer"), (STRANGER, "`sports-*`")):
        assert any(f"<@{user}>" in line and role in line for line in message.text.splitlines())


async def test_roles_of_an_empty_map(world: Stage) -> None:
    """
    Where nobody has a role yet, the line that gives the first one is shown.
    """
    await world.start()

    message = await world.outcome("/agora roles", ADMIN)

    assert "/agora grant" in message.text


async def test_read_survives_a_dead_response_url(stage: Stage) -> None:
    """
    Where Slack no longer takes the answer to the command, the reader gets it as an ephemeral message.
    """
    stage.slack.fail("response_url", status=404, error="expired_url")

    message = await stage.outcome("/agora entries", VIEWER)

    assert ("ephemeral", VIEWER, "chat.postEphemeral") == (message.kind, message.to, message.via)


async def test_read_ends_in_a_direct_message(stage: Stage) -> None:
    """
    Where neither works, the reader gets it as a direct message.
    """
    stage.slack.fail("response_url", status=404, error="used_url")

    message = await stage.outcome("/agora entries", VIEWER, SHOW)

    assert ("dm", "D0VIEWER") == (message.kind, message.channel)


@pytest.mark.parametrize("trouble", [{"retry_after": 1}, {"status": 500}, {"abort": True}])
async def test_read_is_told_later_while_slack_is_busy(stage: Stage, trouble: dict[str, int]) -> None:
    """
    While Slack is busy the answer waits, and comes once.
    """
    stage.slack.fail("response_url", **trouble)  # type: ignore[arg-type]

    message = await stage.outcome("/agora entries", VIEWER)

    assert ("ephemeral", VIEWER) == (message.kind, message.to)
    assert [message] == list(await shown_after(stage))
