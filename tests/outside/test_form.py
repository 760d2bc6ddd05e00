"""The form for a list of streams: opened, filled in, sent in; over HTTP and Socket Mode."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.access.decide import Person
from bot.access.rolemap import RoleMap
from bot.operations.journal import Journal
from bot.sandbox.slack import View
from bot.store import Store
from tests.harness import ADMIN, LIVE, MANAGER, OPERATOR, PRIVATE, STRANGER, VIEWER, Stage
from tests.outside.acts import offers, public, shown_after, trail
from tests.outside.clicking import confirm
from tests.outside.filling import OFF, ON, asked, finished, opened, sent


async def test_command_without_streams_opens_a_form(stage: Stage) -> None:
    """
    Where only the streams are missing a form asks for them; it says what was typed, and carries an id alone.
    """
    view = await opened(stage)

    title, submit = view.payload["title"]["text"], view.payload["submit"]["text"]
    assert ("Which streams?", "Start recording") == (title, submit)
    assert ON in str(view.payload["blocks"][0])
    assert ["names", "file"] == [block["block_id"] for block in view.payload["blocks"][1:]]
    assert not {OPERATOR, LIVE, "live", "/response/"} & {view.payload["private_metadata"]}
    assert len(view.payload["private_metadata"]) < 40
    assert [] == stage.slack.messages
    assert [] == stage.agora.calls


@pytest.mark.parametrize(
    "line", ["/record on", "/record on live", "/record on live ue", "/record off live", "/record auto live"]
)
async def test_anything_else_that_is_missing_is_said(stage: Stage, line: str) -> None:
    """
    A line that lacks more than the streams, or is wrong, gets its usage and no form.
    """
    answer = await stage.slash(line)

    assert answer.message is not None
    assert "/record" in answer.message.text
    assert [] == stage.slack.views


async def test_what_was_pasted_is_done_as_if_it_had_been_typed(stage: Stage, store: Store) -> None:
    """
    The names of the form are one operation of whoever typed the command, in the channel where they typed it.
    """
    view = await opened(stage)

    card = await finished(stage, view, names="one\ntwo, three")

    assert ["one", "three", "two"] == sorted(asked(stage))
    assert (LIVE, "3 of 3 done" in card.text) == (card.channel, True)
    assert f"<@{OPERATOR}>" in card.text
    assert "`/record on live eu one two three`" in card.text
    (record,) = await trail(store)
    assert ("record on", "live", "eu", ("one", "two", "three")) == (
        record.action,
        record.entry,
        record.region,
        record.streams,
    )


async def test_one_name_is_one_stream(stage: Stage) -> None:
    """
    A form with a single name is the same as a line with it.
    """
    before = await stage.outcome(f"{ON} main-stage")
    view = await opened(stage)

    card = await finished(stage, view, names="main-stage")

    assert before.text.splitlines()[:2] == card.text.splitlines()[:2]


async def test_disruptive_command_asks_after_its_form(stage: Stage) -> None:
    """
    What can cost footage asks as ever, once the form says for which streams.
    """
    await finished(stage, await opened(stage), names="one, two")
    view = await opened(stage, OFF)
    before = list(stage.slack.messages)
    await sent(stage, view, names="one, two")
    prompt = await stage.told(lambda message: message not in before)

    assert (OPERATOR, True) == (prompt.to, "`one` and `two`" in prompt.text)
    assert ["one", "two"] == sorted(asked(stage))
    await confirm(stage, prompt, OPERATOR)
    await stage.told(lambda message: "Recording turned off" in message.text and "2 of 2" in message.text)


async def test_form_works_where_the_bot_may_not_post(stage: Stage) -> None:
    """
    In a channel without the bot the outcome comes by way of the command that opened the form.
    """
    view = await opened(stage, channel=PRIVATE)

    card = await finished(stage, view, names="one\ntwo")

    assert (PRIVATE, "response_url") == (card.channel, card.via)


async def test_list_comes_as_a_file(stage: Stage) -> None:
    """
    A file of names counts like pasted ones: with its heading, its quotes and its line ends; both together are one list.
    """
    view = await opened(stage)
    file = stage.slack.upload("streams.csv", '\ufeffstream_name;note\r\n"a, b";x\r\nc;y\r\n', user=OPERATOR)

    await finished(stage, view, file=file, names="d\nc")

    assert ["a, b", "c", "d"] == sorted(asked(stage))


async def test_name_given_twice_is_told(stage: Stage) -> None:
    """
    A name that is there more than once is done once, and the card says which.
    """
    view = await opened(stage)

    card = await finished(stage, view, names="a, b, a, c\nb, a")

    assert ["a", "b", "c"] == sorted(asked(stage))
    assert "3 of 3 done" in card.text
    assert "Named more than once: `a` and `b`; each counts once." in card.text


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("good\n..", "Line 2: `..` can't be the name"),
        (f"a\n\n{'x' * 129}", "Line 3: The name for <stream> has 129 characters; 128 are the most."),
        ("a\u202eb", "Line 1: The name for <stream> holds a line break or another character that can't be seen."),
        ('a\n"b\nc', "from line 2 on make no sense"),
        ("..\n.\n..\n.\n..", "And 2 more lines like that."),
        ("", "There is no stream in it yet."),
        (" ,;\n\t", "There is no stream in it yet."),
        (", ".join(f"{number}" for number in range(600)), ""),
    ],
)
async def test_wrong_names_are_said_at_their_box(stage: Stage, names: str, says: str) -> None:
    """
    The form stays open, says at the box which line is wrong and why, and nothing is done; mended, it goes in.
    """
    view = await opened(stage)
    file = stage.slack.upload("more.txt", "\n".join(f"f{number}" for number in range(500)), user=OPERATOR)
    too_many = {"file": file, "names": names}
    await sent(stage, view, **({"names": names} if says else too_many))

    assert view.open
    (problem,) = view.errors.values()
    assert {"names"} == {*view.errors}
    assert (says or "These are 1,100 streams; 1,000 are the most at once.") in problem
    assert [] == await shown_after(stage)
    await finished(stage, view, names="good")
    assert ["good"] == asked(stage)


async def test_wrong_names_in_a_file_are_said_there(stage: Stage) -> None:
    """
    What is wrong in the file is said at the file.
    """
    view = await opened(stage)
    file = stage.slack.upload("streams.txt", "a\n..\n", user=OPERATOR)

    await sent(stage, view, names="b", file=file)

    assert ({"file": "Line 2: `..` can't be the name for <stream>."}, True) == (view.errors, view.open)


@pytest.mark.parametrize("told", [None, 5])
async def test_file_that_is_not_handed_over_whole_is_not_taken(stage: Stage, told: int | None) -> None:
    """
    Slack hands over the text of a file, or a part of it, or none: a part is never taken for all of it.
    """
    view = await opened(stage)
    file = stage.slack.upload("streams.txt", "one\ntwo\nthree\n", user=OPERATOR, told=told)

    await sent(stage, view, file=file)

    assert "paste the names instead" in view.errors["file"]
    assert ([], []) == (await shown_after(stage), asked(stage))


async def test_cut_file_is_noticed_by_its_size(stage: Stage) -> None:
    """
    A text that is shorter than its file is not taken for all of it, even if Slack does not say that it is cut.
    """
    view = await opened(stage)
    file = stage.slack.upload("streams.txt", "one\ntwo\nthree\n", user=OPERATOR, told=5, says_cut=False)

    await sent(stage, view, file=file)

    assert "whole text" in view.errors["file"]


@pytest.mark.parametrize("fault", [{"error": "file_not_found"}, {"status": 503}, {"retry_after": 30}, {"abort": True}])
async def test_slack_that_does_not_hand_over_the_file_is_said(stage: Stage, fault: dict[str, object]) -> None:
    """
    Where Slack refuses the file or is busy, the form says so and stays; pressed again it goes in.
    """
    view = await opened(stage)
    file = stage.slack.upload("streams.txt", "one\ntwo", user=OPERATOR)
    stage.slack.fail("files.info", **fault)  # type: ignore[arg-type]

    await sent(stage, view, file=file)

    assert "Slack" in view.errors["file"]
    await finished(stage, view, file=file)
    assert ["one", "two"] == sorted(asked(stage))


async def test_slow_slack_does_not_hold_the_answer_up(stage: Stage) -> None:
    """
    A file that takes too long is called off in time for Slack's 3 seconds.
    """
    view = await opened(stage)
    file = stage.slack.upload("streams.txt", "one\ntwo", user=OPERATOR)
    stage.slack.fail("files.info", delay=timedelta(seconds=20))

    await sent(stage, view, file=file)

    assert "Press again" in view.errors["file"]


@pytest.mark.parametrize(("user", "role"), [(STRANGER, "operator"), (VIEWER, "operator")])
async def test_who_may_not_gets_no_form(stage: Stage, store: Store, user: str, role: str) -> None:
    """
    Who lacks the role is refused at once, and that is in the audit trail.
    """
    answer = await stage.slash(ON, user)

    assert answer.message is not None
    assert (user, True) == (answer.message.to, f"takes {role}" in answer.message.text)
    assert [] == stage.slack.views
    assert [(user, "refused")] == [(record.actor, record.outcome) for record in await trail(store)]


async def test_role_is_asked_for_again_when_the_form_comes_in(stage: Stage, store: Store) -> None:
    """
    A role that was taken away while the form was open does not do any longer; the form says so.
    """
    view = await opened(stage)
    roles = RoleMap(store, admins=frozenset({ADMIN}), clock=stage.time.now)
    await roles.revoke(OPERATOR, role=None, entries=None, actor=Person(ADMIN), channel=None, operation="planted")

    await sent(stage, view, names="one")

    assert "You have no role" in str(view.payload["blocks"])
    assert view.open
    assert "submit" not in view.payload
    assert [] == await shown_after(stage)
    assert [] == asked(stage)


async def test_form_sent_in_twice_is_one_operation(stage: Stage) -> None:
    """
    However often the button of one form is pressed, what it asks for is done once.
    """
    view = await opened(stage)

    answers = await asyncio.gather(*(stage.slack.submit_view(view, {"names": "one, two"}) for _ in range(3)))
    await stage.told(lambda message: "2 of 2" in message.text)
    await shown_after(stage)

    assert [200] * 3 == [answer.status for answer in answers]
    assert 2 == sum("not done twice" in answer.text for answer in answers)
    assert ["one", "two"] == sorted(asked(stage))
    assert 1 == len(public(stage.slack.messages))


async def test_form_that_is_too_old_is_said(stage: Stage, store: Store) -> None:
    """
    A form whose command is forgotten says so, and does nothing.
    """
    view = await opened(stage)
    await store.do("DEL", store.key("form", view.payload["private_metadata"]))

    await sent(stage, view, names="one")

    assert "too old" in view.errors["names"]
    assert [] == asked(stage)


async def test_form_of_somebody_else_does_nothing(stage: Stage) -> None:
    """
    A form counts for whoever typed the command alone.
    """
    mine, theirs = await opened(stage), await opened(stage, user=MANAGER)
    theirs.payload["private_metadata"] = mine.payload["private_metadata"]

    await sent(stage, theirs, names="one")

    assert "whoever typed the command" in str(theirs.payload["blocks"])
    assert [] == asked(stage)


async def test_form_outlives_a_restart(stage: Stage) -> None:
    """
    A form that was open while the bot was restarted can be sent in.
    """
    view = await opened(stage)
    await stage.bots[0].stop()
    await stage.start()

    await finished(stage, view, names="one\ntwo")

    assert ["one", "two"] == sorted(asked(stage))


async def test_form_with_redis_away_stays_open(world: Stage) -> None:
    """
    If Redis is away when the form comes in, the form says that nothing was done, stays, and goes in later.
    """
    first = await world.start()
    view = await opened(world, user=ADMIN)
    await first.stop()
    gone = await world.start(worker=False, REDIS_URL="redis://127.0.0.1:1")

    await sent(world, view, names="one\ntwo")

    assert "Nothing was done: the bot can't reach its memory (Redis)" in view.errors["names"]
    await gone.stop()
    await world.start()
    await finished(world, view, names="one\ntwo")
    assert ["one", "two"] == sorted(asked(world))


async def test_form_with_redis_away_does_not_open(world: Stage) -> None:
    """
    If Redis is away when the command is typed, that is said, and no form opens.
    """
    await world.start(worker=False, REDIS_URL="redis://127.0.0.1:1")

    answer = await world.slash(ON, ADMIN)

    assert answer.message is not None
    assert "Nothing was done" in answer.message.text
    assert [] == world.slack.views


@pytest.mark.parametrize("fault", [{"error": "expired_trigger_id"}, {"error": "missing_scope"}, {"status": 503}])
async def test_form_that_does_not_open_is_told(stage: Stage, fault: dict[str, object]) -> None:
    """
    Where Slack does not open the form, whoever typed the command reads why, and what to type.
    """
    stage.slack.fail("views.open", **fault)  # type: ignore[arg-type]

    answer = await stage.slash(ON)
    told = await stage.told(lambda message: "nothing was done" in message.text)

    assert (200, "") == (answer.status, answer.text)
    assert (OPERATOR, "response_url") == (told.to, told.via)
    assert str(fault.get("error", 503)) in told.text
    assert "`/record on <entry> <region> <stream>..." in told.text.replace("&lt;", "<").replace("&gt;", ">")


async def test_acknowledgement_does_not_wait_for_slack(stage: Stage) -> None:
    """
    The command is acknowledged before Slack answers that the form is open.
    """
    stage.slack.fail("views.open", delay=timedelta(seconds=2))

    answer = await stage.slash(ON)

    assert (200, []) == (answer.status, stage.slack.views)
    assert isinstance(await stage.slack.wait_for_view(lambda _: True), View)


async def test_same_command_again_is_no_complaint(stage: Stage) -> None:
    """
    A command that reaches the bot twice opens its form once, and nobody is told of trouble.
    """
    view = await opened(stage)
    same = {"trigger_id": str(stage.slack.calls[-1].arguments["trigger_id"])}

    await stage.slack.slash(ON, user=OPERATOR, **same)
    await stage.slack.wait_for_view(lambda _: 2 == [call.method for call in stage.slack.calls].count("views.open"))

    assert [view] == stage.slack.views
    assert [] == await shown_after(stage)


async def test_forms_work_over_socket_mode(world: Stage) -> None:
    """
    Without a public address forms open, complain and go in all the same.
    """
    world.slack.bot_url = None
    await world.start(SLACK_APP_TOKEN="xapp-for-tests")
    await world.slack.wait_connected()
    view = await opened(world, user=ADMIN)

    await sent(world, view, names="..")
    assert "Line 1" in view.errors["names"]
    await finished(world, view, names="one\ntwo")

    assert ["one", "two"] == sorted(asked(world))


async def test_thousand_of_the_longest_names_are_accepted(world: Stage, store: Store) -> None:
    """
    The longest list there may be goes in within Slack's time, as one operation with every name.
    """
    await world.start(worker=False)
    names = [f"{number:04}{'舞' * 124}" for number in range(1000)]
    file = world.slack.upload("streams.txt", "\n".join(names), user=ADMIN)
    view = await opened(world, user=ADMIN)

    await sent(world, view, file=file)

    assert "no worker of the bot is running" in str(view.payload["blocks"])
    (operation_id,) = await Journal(store).open_before(world.time.now(), 10)
    operation = await Journal(store).load(operation_id)
    assert operation is not None
    assert tuple(names) == operation.items
    assert f"/record on live eu {names[0]} … (1,000 streams)" == operation.line


async def test_typed_line_has_the_same_limit(stage: Stage) -> None:
    """
    A line with more than 1,000 different streams is refused as a whole.
    """
    answer = await stage.slash(f"{ON} {' '.join(f's{number}' for number in range(1001))}")

    assert answer.message is not None
    assert "1,001 streams are named; 1,000 are the most at once." in answer.message.text
    assert [answer.message] == await shown_after(stage)
    assert [] == asked(stage)


async def test_form_of_a_plan_asks_for_the_rest_alone(stage: Stage) -> None:
    """
    What was typed of a plan is kept until its streams are named; what does not go together is said before that.
    """
    wrong = await stage.slash(f"{ON} for 2h until 23:30")
    view = await opened(stage, f"{ON} at 2030-01-01T20:45Z")
    assert wrong.message is not None
    assert "A recording ends once" in wrong.message.text

    await sent(stage, view, names="one\ntwo")

    refused = await stage.told(lambda message: "90 days are the most" in message.text)
    assert refused.to == OPERATOR
    later = await opened(stage, f"{ON} for 2h")
    await sent(stage, later, names="one\ntwo")
    prompt = await stage.told(lambda message: "operation_confirm" in offers(message))
    assert "`one` and `two`" in prompt.text
