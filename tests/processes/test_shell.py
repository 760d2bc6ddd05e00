"""What an operator does in a shell: roles, the manifest."""

import socket

import pytest
import yaml

from bot import roles_cli
from bot.__main__ import main
from bot.audit import Audit
from bot.store import Store
from tests.harness import ADMIN, OPERATOR, Stage
from tests.outside.crew import known
from tests.processes.running import Machine


async def test_roles_are_given_and_taken(machine: Machine) -> None:
    """
    A shell gives a role and takes it back on the embedded store, without any setting, in the words of the command.
    """
    given = await machine.run("roles", "grant", "U0NEW", "operator", "on", "live", "in", "eu", environ={})
    listed = await machine.run("roles", "list", environ={})
    taken = await machine.run("roles", "revoke", "U0NEW", environ={})

    assert [(0, "")] * 3 == [(ended.status, ended.err) for ended in (given, listed, taken)]
    for part in ("U0NEW", "operator", "live", "eu"):
        assert part in given.out
        assert part in listed.out
    assert "no role" in taken.out


async def test_grant_of_a_shell_holds_in_slack(machine: Machine, store: Store) -> None:
    """
    What a shell grants counts for the next command of a bot that runs, and is in the audit trail as the shell's.
    """
    stage = machine.stage
    await stage.start()
    refused = await stage.slash("/record on live eu main-stage")
    assert refused.message is not None
    assert "Nothing was done" in refused.message.text

    ended = await machine.run("roles", "grant", OPERATOR, "operator", "on", "live")
    await stage.outcome("/record on live eu main-stage")

    assert 0 == ended.status
    assert 1 == len(stage.wire)
    (record,) = [one for one in await Audit(store).recent(10) if one.action == "agora grant"]
    assert ("succeeded", None) == (record.outcome, record.channel)
    assert record.actor not in stage.slack.people
    assert OPERATOR in str(record)


async def test_grant_of_a_shell_reaches_an_embedded_store_in_use(machine: Machine) -> None:
    """
    While a bot runs on the embedded store a shell adopts that store: the first role is given without a restart.
    """
    stage = machine.stage
    process = await machine.serve(REDIS_URL="", BOT_ADMINS="")

    ended = await machine.run("roles", "grant", ADMIN, "admin", environ={})
    await stage.outcome("/record on live eu main-stage", ADMIN)

    assert 0 == ended.status
    assert 1 == len(stage.wire)
    assert 0 == await process.stop()


async def test_id_without_a_digit_is_taken_in_a_shell(
    world: Stage, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    In a shell nobody can be mentioned, so what looks like an id is one.
    """
    status = await roles_cli.run(world.settings(), ["grant", "UADMIN", "admin"])

    (record,) = await Audit(store).recent(10)
    assert (0, "UADMIN now has: admin") == (status, capsys.readouterr().out.strip()[:21])
    assert ("succeeded", True) == (record.outcome, "UADMIN" in str(record))


async def test_user_group_is_given_a_role_in_a_shell(
    world: Stage, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A group is given a role by its id, a bot that runs asks who is in it, and the list says how many.
    """
    world.slack.add_usergroup("S0CREW", "crew", [OPERATOR])
    given = await roles_cli.run(world.settings(), ["grant", "S0CREW", "operator", "on", "live"])
    unasked = await roles_cli.run(world.settings(), ["list"])
    await world.start()
    await known(store, lambda group: group.asked is not None)
    listed = await roles_cli.run(world.settings(), ["list"])
    await world.outcome("/record on live eu main-stage")

    written = capsys.readouterr().out
    assert [0, 0, 0] == [given, unasked, listed]
    assert "group, not asked about yet: a running bot does that" in written
    assert "group @crew, 1 person" in written
    assert 1 == len(world.wire)


@pytest.mark.parametrize(
    "words",
    [
        "grant U0NEW",
        "grant U0NEW emperor",
        "grant somebody viewer",
        "grant U0NEW viewer near live",
        "grant U0NEW viewer until yesterday",
        "revoke",
        "promote U0NEW",
    ],
)
async def test_line_that_is_wrong_changes_nothing(
    world: Stage, store: Store, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A line that can't be read gives 1 and says what to type; nothing is granted or recorded.
    """
    status = await roles_cli.run(world.settings(), words.split())

    written = capsys.readouterr()
    assert (1, "") == (status, written.out)
    assert "roles" in written.err
    assert () == await Audit(store).recent(10)


async def test_roles_without_the_store(machine: Machine) -> None:
    """
    A shell that does not reach the store says so in a line, and ends with neither a traceback nor 0.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}"

    ended = await machine.run("roles", "list", environ={"REDIS_URL": url})

    assert ended.status in {1, 2}
    assert (1, "") == (len(ended.err.splitlines()), ended.out)
    assert "Redis" in ended.err


async def test_manifest_needs_no_setting(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The manifest is YAML on standard output, for an address or for Socket Mode, whatever is set.
    """
    status = main(["manifest", "--url", "https://bot.example.com"])
    over_http = capsys.readouterr().out
    by_socket = await machine.run("manifest", environ={"PORT": "http", "SLACK_BOT_TOKEN": "planted"})

    assert (0, 0, "") == (status, by_socket.status, by_socket.err)
    http, socket_mode = yaml.safe_load(over_http), yaml.safe_load(by_socket.out)
    assert (False, True) == (http["settings"]["socket_mode_enabled"], socket_mode["settings"]["socket_mode_enabled"])
    assert {"https://bot.example.com/slack/events"} == {
        command["url"] for command in http["features"]["slash_commands"]
    }
    assert all(command["should_escape"] for command in http["features"]["slash_commands"])
    assert not any("url" in command for command in socket_mode["features"]["slash_commands"])


def test_help_needs_no_setting(capsys: pytest.CaptureFixture[str]) -> None:
    """
    The command line explains itself, whatever is set.
    """
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    written = capsys.readouterr()
    assert (0, "") == (ended.value.code, written.err)
    for command in ("serve", "worker", "try", "check", "roles", "manifest"):
        assert command in written.out
