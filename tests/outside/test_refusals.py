"""Who may use which command: what is allowed is written down, what is not is a private word and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.access.decide import Person
from bot.access.grants import Grant
from bot.access.rolemap import RoleMap
from bot.access.roles import Role
from bot.app import catalog
from bot.audit import Audit, Record
from bot.clock import now
from bot.command import AnyCommand
from bot.operations.journal import Journal
from bot.operations.operation import Operation
from bot.sandbox.slack import Message
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import offers

BOSS = "U0BOSS"  # admin by the settings
HOLDERS = {ADMIN: Role.ADMIN, MANAGER: Role.MANAGER, OPERATOR: Role.OPERATOR, VIEWER: Role.VIEWER, STRANGER: None}
COMMANDS = tuple(catalog())
NAMING = [command for command in COMMANDS if "entry" in command.args.model_fields]
REGIONAL = [command for command in NAMING if "region" in command.args.model_fields]
EVERYWHERE = [command for command in NAMING if command not in REGIONAL]
NAMELESS = [command for command in COMMANDS if command not in NAMING]


def line(command: AnyCommand, entry: str = "live", region: str = "eu") -> str:
    """A line that works, on this entry point and in this region if the command takes them."""
    words = {"live": entry, "eu": region, "@ana": "@otto"}
    return " ".join(words.get(word, word) for word in command.example.split(" "))


@dataclass(frozen=True)
class Front:
    """A bot that decides and writes down; nobody carries anything out."""

    stage: Stage
    store: Store
    roles: RoleMap

    async def give(self, user: str, role: Role, entries: str = "*", regions: str = "*", **more: timedelta) -> None:
        until = self.stage.time.now() + more["lasting"] if more else None
        grant = Grant(role=role, entries=entries, regions=regions, until=until, by="shell", at=now())
        await self.roles.grant(user, grant, actor=Person("shell"), channel=None)

    async def accepted(self, typed: str, user: str) -> Operation | None:
        """The operation that was written down for it, if it was."""
        message = await self.answer(typed, user)
        found = re.search("no worker.*operation `([0-9a-z-]+)`", message.text, re.DOTALL)
        return await Journal(self.store).load(found[1]) if found else None

    async def answer(self, typed: str, user: str) -> Message:
        answer = await self.stage.slash(typed, user)
        assert answer.message is not None
        assert ("ephemeral", user, "ack") == (answer.message.kind, answer.message.to, answer.message.via)
        return answer.message

    async def refusals(self) -> list[Record]:
        """What the audit trail says of refusals, the newest first."""
        return [record for record in await Audit(self.store).recent(1000) if record.outcome == "refused"]

    @property
    def untouched(self) -> bool:
        """Agora heard nothing, and nobody but who typed was told anything."""
        return not self.stage.agora.calls and all(message.to for message in self.stage.slack.messages)


@pytest.fixture
async def front(world: Stage, store: Store) -> Front:
    await world.start(worker=False, BOT_ADMINS=BOSS)
    return Front(world, store, RoleMap(store, admins=frozenset({BOSS}), clock=world.time.now))


@pytest.mark.parametrize(("user", "held"), HOLDERS.items())
async def test_each_role_reaches_what_it_may(front: Front, user: str, held: Role | None) -> None:
    """
    A role may do what takes it or a lesser one, on any entry point and in any region; that is written down.
    """
    if held:
        await front.give(user, held)

    for command in COMMANDS:
        if command.role is None or (held is not None and held >= command.role):
            operation = await front.accepted(line(command), user)
            assert operation is not None, command.name
            assert (command.name, user, LIVE) == (operation.command, operation.person, operation.channel)
            assert operation.line.startswith(f"/{command.name}")
    assert [] == await front.refusals()
    assert front.untouched


@pytest.mark.parametrize(("user", "held"), HOLDERS.items())
async def test_each_role_is_refused_the_rest(front: Front, user: str, held: Role | None) -> None:
    """
    What takes more is refused to the caller alone, with the role that it takes and who can grant it, and is in the
    audit trail; Agora hears nothing.
    """
    if held:
        await front.give(user, held)
    refused = [command for command in COMMANDS if command.role and (held is None or held < command.role)]

    for command in refused:
        message = await front.answer(line(command), user)
        assert f"takes {command.role}" in message.text
        assert f"<@{BOSS}>" in message.text
        assert (["access_ask"] if command in NAMING else []) == offers(message)
    assert [(command.name, user, LIVE) for command in refused] == [
        (record.action, record.actor, record.channel) for record in reversed(await front.refusals())
    ]
    assert front.untouched


@pytest.mark.parametrize("role", Role)
async def test_role_ends_where_its_entry_points_end(front: Front, role: Role) -> None:
    """
    A grant on some entry points counts there, for commands that name none, and nowhere else.
    """
    await front.give(VIEWER, role, entries="sports-*")

    for command in NAMING:
        if command.role and command.role <= role:
            inside = await front.accepted(line(command, entry="sports-1"), VIEWER)
            assert inside is not None, command.name
            message = await front.answer(line(command), VIEWER)
            assert all(part in message.text for part in ("`sports-*`", f"takes {command.role}", f"<@{BOSS}>"))
    for command in NAMELESS:
        if command.role and command.role <= role:
            assert await front.accepted(line(command), VIEWER) is not None, command.name
    assert {"live"} == {record.entry for record in await front.refusals()}
    assert front.untouched


@pytest.mark.parametrize("role", Role)
async def test_role_that_is_too_low_is_so_inside_and_outside(front: Front, role: Role) -> None:
    """
    On the entry points and in the regions of a grant, and elsewhere, what takes more is refused with what it takes.
    """
    await front.give(VIEWER, role, entries="sports-*", regions="eu")
    refused = [command for command in NAMING if command.role and command.role > role]

    for command in refused:
        for entry, region in (("sports-1", "eu"), ("sports-1", "na"), ("live", "eu"), ("live", "na")):
            message = await front.answer(line(command, entry=entry, region=region), VIEWER)
            assert f"takes {command.role}" in message.text, (command.name, entry, region)
    assert 4 * len(refused) == len(await front.refusals())
    assert front.untouched


@pytest.mark.parametrize("role", Role)
async def test_role_on_some_entry_points_in_some_regions(front: Front, role: Role) -> None:
    """
    Narrowed both ways, a grant counts where both are met.
    """
    await front.give(VIEWER, role, entries="sports-*", regions="eu")

    for command in REGIONAL:
        if command.role and command.role <= role:
            assert await front.accepted(line(command, entry="sports-1"), VIEWER) is not None, command.name
            for entry, region in (("sports-1", "na"), ("live", "eu"), ("live", "na")):
                assert await front.accepted(line(command, entry=entry, region=region), VIEWER) is None, command.name
    assert front.untouched


@pytest.mark.parametrize("role", Role)
async def test_role_ends_where_its_regions_end(front: Front, role: Role) -> None:
    """
    A grant in some regions counts there, and for looking at what has no region; not for changes that reach them all.
    """
    await front.give(VIEWER, role, regions="e*")

    for command in REGIONAL:
        if command.role and command.role <= role:
            assert await front.accepted(line(command), VIEWER) is not None, command.name
            message = await front.answer(line(command, region="na"), VIEWER)
            assert all(part in message.text for part in ("`e*`", "`na`", f"takes {command.role}", f"<@{BOSS}>"))
    for command in EVERYWHERE:
        if command.role and command.role <= role:
            reached = await front.accepted(line(command), VIEWER)
            assert command.effect.changes == (reached is None), command.name
    assert front.untouched


async def test_grants_add_up(front: Front) -> None:
    """
    Of several grants the highest that counts for the resource decides.
    """
    await front.give(VIEWER, Role.VIEWER)
    await front.give(VIEWER, Role.OPERATOR, entries="live", regions="eu")

    assert await front.accepted("/record on live eu main-stage", VIEWER) is not None
    assert await front.accepted("/record config sports na", VIEWER) is not None
    assert await front.accepted("/record on live na main-stage", VIEWER) is None
    assert await front.accepted("/record on sports eu main-stage", VIEWER) is None


async def test_grant_ends_by_itself(front: Front) -> None:
    """
    A grant with an end counts until then; the refusal says that it ended.
    """
    await front.give(VIEWER, Role.OPERATOR, lasting=timedelta(hours=1))
    before = await front.accepted("/record on live eu main-stage", VIEWER)
    front.stage.time.turn(timedelta(hours=1, seconds=1))
    after = await front.answer("/record on live eu main-stage", VIEWER)

    assert before is not None
    assert "ended" in after.text
    assert "takes operator" in after.text


async def test_role_that_was_taken_away_stops_what_waits(front: Front) -> None:
    """
    What was accepted is decided on again when it begins: who lost the role meanwhile is told, Agora hears nothing.
    """
    await front.give(OPERATOR, Role.OPERATOR)
    assert await front.accepted("/record on live eu main-stage", OPERATOR) is not None
    boss = Person("shell")
    await front.roles.revoke(OPERATOR, role=None, entries=None, actor=boss, channel=None, operation=None)

    await front.stage.start(web=False, BOT_ADMINS=BOSS)
    message = await front.stage.told(lambda message: "takes operator" in message.text)

    assert OPERATOR == message.to
    assert [] == front.stage.agora.calls
    assert ["record on"] == [record.action for record in await front.refusals()]


async def test_name_is_no_id(front: Front) -> None:
    """
    Who is asked for is known by id: another person of the same name has none of the roles.
    """
    await front.give(OPERATOR, Role.OPERATOR)
    front.stage.slack.add_person("U0TWIN", "otto")
    front.stage.slack.channels[LIVE].members.add("U0TWIN")

    message = await front.answer("/record on live eu main-stage", "U0TWIN")

    assert "takes operator" in message.text


async def test_without_an_admin_the_setting_is_named(world: Stage) -> None:
    """
    While nobody can grant a role, the refusal says how whoever runs the bot makes the first admin.
    """
    await world.start(BOT_ADMINS="")

    message = await world.outcome("/record on live eu main-stage")

    assert OPERATOR == message.to
    assert "BOT_ADMINS" in message.text


async def test_refused_line_is_kept_without_its_secret(front: Front) -> None:
    """
    Neither the refusal nor the audit trail repeats what may be a secret in the line.
    """
    message = await front.answer("/transfer set live on https://hooks.example.com/t?key=example-key", VIEWER)

    (record,) = await front.refusals()
    assert "example-key" not in message.text + str(message.blocks)
    assert record.command_line is not None
    assert record.command_line.startswith("/transfer set live on https://hooks.example.com/")
    assert "example-key" not in record.command_line
