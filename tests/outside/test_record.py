"""Recording, from the typed command to what the channel reads."""

from tests.harness import LIVE, OPERATOR, Stage


async def test_record_on_reaches_agora_and_the_channel(stage: Stage) -> None:
    """
    A command is one signed call to Agora and one message to the channel.
    """
    message = await stage.outcome("/record on live eu main-stage")

    assert ["PUT entry_points/live/admin/record/custom/regions/eu/tasks?id=main-stage"] == stage.wire
    assert ("channel", LIVE) == (message.kind, message.channel)
    assert f"<@{OPERATOR}>" in message.text
