"""A start that can't go well ends at once, with one line for each problem."""

import socket

import pytest

from tests.processes.running import Ended, Machine

REQUIRED = ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "AGORA_APP_ID", "AGORA_CUSTOMER_ID", "AGORA_CUSTOMER_SECRET"]


def problems(ended: Ended) -> list[str]:
    """What a start that was refused says: one line for each problem, and nothing else."""
    start = "The bot can't start:"
    assert (2, "", True) == (ended.status, ended.out, ended.err.startswith(start)), ended.said
    return [line.strip() for line in ended.err.removeprefix(start).splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["serve"], REQUIRED),
        (["worker"], [name for name in REQUIRED if name != "SLACK_SIGNING_SECRET"]),
    ],
    ids=lambda words: words[0],
)
async def test_nothing_is_set(machine: Machine, words: list[str], missing: list[str]) -> None:
    """
    Without settings a process names each that it needs, a line each, and ends with 2.
    """
    ended = await machine.run(*words, environ={})

    assert missing == [line.split()[0] for line in problems(ended)]
    assert not (machine.folder / ".agora-bot").exists()


async def test_token_in_the_wrong_place_is_named_and_not_shown(machine: Machine) -> None:
    """
    An app token where the bot token belongs, and the reverse, are two lines that show neither.
    """
    swapped = {"SLACK_BOT_TOKEN": "xapp-planted-for-tests", "SLACK_APP_TOKEN": "xoxb-planted-for-tests"}

    ended = await machine.run("serve", environ=machine.stage.environment(**swapped))

    assert ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"] == [line.split()[0] for line in problems(ended)]
    assert "planted" not in ended.said


async def test_port_in_use_is_a_line(machine: Machine) -> None:
    """
    A port that is in use is named, and nothing has begun: no embedded store is left behind.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = await machine.run("serve", environ=machine.stage.environment(PORT=port, REDIS_URL=""))

    (line,) = problems(ended)
    assert line.startswith("PORT ")
    assert port in line
    assert not (machine.folder / ".agora-bot").exists()


@pytest.mark.parametrize("words", [["serve"], ["roles", "list"]], ids=lambda words: words[0])
async def test_data_dir_that_is_none_is_a_line(machine: Machine, words: list[str]) -> None:
    """
    A DATA_DIR that can't be one is named, whatever is started.
    """
    (machine.folder / "taken").write_text("a file")

    ended = await machine.run(*words, environ=machine.stage.environment(REDIS_URL="", DATA_DIR="taken"))

    (line,) = problems(ended)
    assert line.startswith("DATA_DIR ")


async def test_shell_needs_the_store_alone(machine: Machine) -> None:
    """
    `roles` asks for no Slack and no Agora, but refuses a store's address that is none.
    """
    ended = await machine.run("roles", "list", environ={"REDIS_URL": "planted-for-tests"})

    (line,) = problems(ended)
    assert line.startswith("REDIS_URL ")
    assert "planted" not in ended.said


async def test_settings_may_stand_in_a_file(machine: Machine) -> None:
    """
    A `.env` file counts like the environment, and its mistakes are told the same way.
    """
    lines = [f"{name}={value}" for name, value in machine.stage.environment(CONFIRM="never").items()]
    (machine.folder / ".env").write_text("\n".join(lines))

    ended = await machine.run("worker", environ={})

    assert ["CONFIRM"] == [line.split()[0] for line in problems(ended)]


async def test_redis_that_may_forget_is_named_in_the_log(machine: Machine) -> None:
    """
    A process says at its start what in the setup of Redis may lose what it holds, and what to set.
    """
    worker = await machine.worker()

    doubtful = await worker.event("store.doubtful")

    assert ("warning", True) == (doubtful["level"], "Set appendonly to yes." in doubtful["reason"])
