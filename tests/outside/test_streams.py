"""What is live, what one stream is like, and when it was live, for whoever may look."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from bot.sandbox.agora_memory import EntryPoint, Push, Signal
from bot.wording import duration, moment
from tests.harness import ADMIN, MANAGER, OPERATOR, STRANGER, VIEWER, Stage
from tests.outside.acts import offers
from tests.outside.clicking import turn

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LINES = ["/stream list live", "/stream show live main-stage", "/stream history live main-stage"]
EACH = pytest.mark.parametrize("line", LINES)


async def read(stage: Stage, line: str) -> str:
    message = await stage.outcome(line, VIEWER)
    assert ("ephemeral", VIEWER) == (message.kind, message.to)
    return message.text


def pushed(stage: Stage, *ends: timedelta, lasted: timedelta = HOUR, stream: str = "final") -> list[Push]:
    """Have had a stream live, so long ago."""
    now = stage.time.now().replace(microsecond=0)
    made = [Push(stream, now - end - lasted, now - end) for end in ends]
    stage.agora.entry_points["live"].pushes += made
    return made


def ranges(stage: Stage) -> list[dict[str, str]]:
    """What the queries of the reports asked for."""
    return [{name: value for name, (value,) in parse_qs(call.target.partition("?")[2]).items()}
            for call in stage.agora.calls if "?" in call.target]  # fmt: skip


@EACH
async def test_is_a_private_answer_that_changes_nothing(stage: Stage, line: str) -> None:
    """
    Who may look gets a private answer without an error; nothing changes at Agora.
    """
    text = await read(stage, line)

    assert "`main-stage`" in text
    assert [] == [mark for mark in ("🔴", "⛔") if mark in text]
    assert [] == stage.wire
    assert {200} == {call.status for call in stage.agora.calls}


@EACH
async def test_who_has_no_role_there_is_refused(stage: Stage, line: str) -> None:
    """
    Without a role on the entry point there is a refusal, and no call.
    """
    await stage.grant(STRANGER, "viewer on sports")

    answer = await stage.slash(line, STRANGER)

    assert "this takes viewer on `live`" in answer.text
    assert [] == stage.agora.calls


@EACH
async def test_unknown_entry_point_is_named(stage: Stage, line: str) -> None:
    """
    An entry point that there is not is named, with the one that was probably meant.
    """
    text = await read(stage, line.replace(" live ", " lvie ").replace("list live", "list lvie"))

    assert "There is no entry point `lvie`. Did you mean `live`?" in text


@EACH
@pytest.mark.parametrize("fault", ["504", "garbage"])
async def test_failure_is_explained(stage: Stage, line: str, fault: str) -> None:
    """
    Where Agora does not tell, that is said, with why and a way to try again.
    """
    stage.agora.fault(fault, times=None)

    message = await stage.outcome(line, VIEWER)

    assert "🔴" in message.text
    assert "Why, probably:" in message.text
    assert ["operation_retry"] == offers(message)


async def test_list_names_each_stream_and_since_when(stage: Stage) -> None:
    """
    Every live stream is listed by name with the time it began, in each reader's own zone, and for how long.
    """
    stage.agora.push("live", "Łódź & co")
    stage.time.turn(3 * HOUR)

    text = await read(stage, "/stream list live")

    began = stage.agora.entry_points["live"].streams
    assert "2 streams are live on `live` now" in text
    assert f"`Łódź &amp; co` since {moment(began['Łódź & co'])} (3 h)" in text
    assert f"`main-stage` since {moment(began['main-stage'])} (3 h 20 min)" in text
    assert "<!date^" in text
    assert "region" in text


async def test_list_of_nothing_says_what_to_look_at(stage: Stage) -> None:
    """
    Where nothing is live that is said, with what to do if a stream was expected.
    """
    text = await read(stage, "/stream list sports")

    assert "No stream of `sports` is live now." in text
    for part in ("If you expect one", "`/stream show sports &lt;stream&gt;`", "`/agora entries`"):
        assert part in text


async def test_long_list_is_turned(stage: Stage) -> None:
    """
    Many streams come in pages, by name, as one counts: 2 before 10.
    """
    names = [f"cam-{number}" for number in range(40)]
    for name in reversed(names):
        stage.agora.push("sports", name)
    message = await stage.outcome("/stream list sports", VIEWER)
    seen = re.findall("^`(cam-[0-9]+)` since", message.text, re.MULTILINE)
    assert "rows 1–15 of 40" in message.text

    for _ in range(2):
        await turn(stage, message, "Next", VIEWER)
        seen += re.findall("^`(cam-[0-9]+)` since", message.text, re.MULTILINE)

    assert names == seen


async def test_list_shows_names_to_the_letter(stage: Stage) -> None:
    """
    A name is shown as it is, whatever it looks like.
    """
    stage.agora.push("live", "<!channel> `x`")

    text = await read(stage, "/stream list live")

    assert "<!channel>" not in text
    assert "&lt;!channel&gt;" in text


async def test_show_says_how_it_comes_in(stage: Stage) -> None:
    """
    A live stream is shown with since when, bitrate, frame rate, viewers and where it comes from, as last measured.
    """
    live = stage.agora.entry_points["live"]
    live.signal = Signal(bitrate=4_321_000, frame_rate=50, cdn_ip="192.0.2.99", client_ip="198.51.100.99", players=1234)

    text = await read(stage, "/stream show live main-stage")

    measured = (stage.time.now() - timedelta(minutes=3, seconds=5)).replace(second=0, microsecond=0)
    wanted = [
        f"`main-stage` of `live` is live since {moment(live.streams['main-stage'])} (20 min",
        "4,321 kbit/s, 50 frames a second",
        "1,234 players",
        "`198.51.100.99`",
        "`192.0.2.99`",
        "It is not banned.",
        "neither codec nor resolution",
    ]
    assert [] == [part for part in wanted if part not in text]
    minutes = {moment(measured), moment(measured + timedelta(minutes=1))}  # one may pass meanwhile
    assert any(f"as of {one}" in text for one in minutes)


async def test_show_asks_for_nothing_that_is_to_come(stage: Stage) -> None:
    """
    The queries end a little before now, since Agora refuses what its own clock calls the future.
    """
    await read(stage, "/stream show live main-stage")

    asked = ranges(stage)
    assert 2 == len(asked)
    ahead = stage.time.now() - timedelta(seconds=4)
    assert all(query["end_time"] < ahead.strftime("%Y-%m-%dT%H:%M:%SZ") for query in asked)
    assert {"main-stage"} == {query["stream_name"] for query in asked}


async def test_show_of_a_stream_that_has_just_begun(stage: Stage) -> None:
    """
    In its first minutes Agora has measured nothing; that is said.
    """
    stage.agora.push("live", "fresh")

    text = await read(stage, "/stream show live fresh")

    assert "`fresh` of `live` is live since" in text
    assert 2 == text.count("Agora has no figure yet; it is about 3 min late")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("publish_quality", "How it comes in could not be read."),
        ("stream_play_statistic", "How many watch could not be read."),
        ("banned_streams", "Whether it is banned could not be read."),
    ],
)
async def test_show_goes_without_what_it_can_not_read(stage: Stage, path: str, said: str) -> None:
    """
    What Agora does not tell is shown as such, with why; the rest still comes.
    """
    stage.agora.fault("504", path=path, times=None)

    text = await read(stage, "/stream show live main-stage")

    assert said in text
    assert "(504)" in text
    assert "is live since" in text
    assert 1 == text.count("could not be read")


async def test_show_of_what_is_not_live(stage: Stage) -> None:
    """
    A stream that is not live is called so, with whether it is banned, and the one that was probably meant.
    """
    text = await read(stage, "/stream show live main-stge")

    wanted = [
        "`main-stge` of `live` is not live.",
        "It is not banned.",
        "`main-stage` is live: did you mean that?",
        "`/stream history live main-stge`",
        "`/stream list live`",
    ]
    assert [] == [part for part in wanted if part not in text]


async def test_show_of_what_is_banned(stage: Stage) -> None:
    """
    A stream that is banned is shown with until when, and what lifts the ban.
    """
    until = (stage.time.now() + timedelta(hours=2, seconds=30)).replace(microsecond=0)
    stage.agora.entry_points["live"].ban("opening night", until, stage.time.now())

    text = await read(stage, '/stream show live "opening night"')

    assert "`opening night` of `live` is not live." in text
    assert f"It is banned until {moment(until)} (in 2 h" in text
    assert '`/stream unban live "opening night"`' in text


async def test_show_where_the_list_fails_is_a_failure(stage: Stage) -> None:
    """
    Whether it is live is what was asked: where Agora does not tell that, nothing else is told in its place.
    """
    stage.agora.fault("504", path="online_streams", times=None)

    text = await read(stage, "/stream show live main-stage")

    assert "🔴" in text
    assert "not banned" not in text


async def test_show_of_a_name_that_needs_encoding(stage: Stage) -> None:
    """
    Names arrive at Agora as they are, in the query too.
    """
    name = "a&b=c d/é%+"
    stage.agora.push("live", name)

    await read(stage, '/stream show live "a&b=c d/é%+"')

    assert {name} == {query["stream_name"] for query in ranges(stage)}


async def test_history_adds_up(stage: Stage) -> None:
    """
    Pushes are listed with begin, end and length, the newest first, and how often and how long it was in all.
    """
    older, newer = pushed(stage, 6 * DAY, 3 * HOUR, lasted=timedelta(minutes=90))
    pushed(stage, 8 * DAY)
    pushed(stage, DAY, stream="other")

    text = await read(stage, "/stream history live final")

    assert "`final` of `live` was live 2 times, 3 h in all, in the last 7 d." in text
    rows = [f"{moment(push.start)} to {moment(push.end)} (1 h 30 min)" for push in (newer, older)]
    assert -1 < text.index(rows[0]) < text.index(rows[1])
    assert "about 2 h after its end" in text
    assert 1 == len(stage.agora.calls)


async def test_history_of_nothing(stage: Stage) -> None:
    """
    Where Agora knows of no push that is said, and of what time.
    """
    text = await read(stage, "/stream history live final 12h")

    assert "Agora knows of no push of `final` of `live` that ended in the last 12 h." in text
    assert "`/stream show live final` says whether it is live now" in text


@pytest.mark.parametrize(
    ("span", "queries", "count"), [("29d", 1, 1), ("30d", 1, None), ("31d", 2, 31), ("60d", 2, 32)]
)
async def test_history_is_asked_for_in_pieces(stage: Stage, span: str, queries: int, count: int | None) -> None:
    """
    Agora gives 30 days at once: more is asked for in pieces, and a push on their border counts once.
    """
    border = [30 * DAY + timedelta(seconds=number - 15) for number in range(30)]  # one of them is on it
    pushed(stage, DAY, *border, 59 * DAY)

    text = await read(stage, f"/stream history live final {span}")

    times = "1 time," if count == 1 else f"{count} times,"
    assert count is None or f"was live {times} {duration(count * HOUR)} in all, in the last {span[:-1]} d." in text
    assert queries == len(stage.agora.calls)
    assert {200} == {call.status for call in stage.agora.calls}


async def test_history_beyond_what_agora_keeps_says_so(stage: Stage) -> None:
    """
    Who asks for more than 60 days is told that Agora keeps no more, and gets those.
    """
    pushed(stage, 59 * DAY)

    text = await read(stage, "/stream history live final 90d")

    assert "was live 1 time, 1 h in all, in the last 60 d." in text
    assert "You asked for 90 d; Agora keeps no more than 60 d." in text


async def test_history_shorter_than_agora_is_late(stage: Stage) -> None:
    """
    Of the last two hours Agora can know nothing yet; that is said, so that nobody believes that nothing was.
    """
    text = await read(stage, "/stream history live main-stage 1h")

    assert "It can't know of any yet in so short a time." in text


async def test_long_history_is_turned(stage: Stage) -> None:
    """
    Many pushes come in pages, and the total is that of all.
    """
    pushed(stage, *(timedelta(hours=3 + number) for number in range(40)), lasted=timedelta(minutes=30))
    message = await stage.outcome("/stream history live final", VIEWER)
    pages = [message.text]

    for _ in range(2):
        await turn(stage, message, "Next", VIEWER)
        pages.append(message.text)

    assert all("was live 40 times, 20 h in all" in text for text in pages)
    assert [15, 15, 10] == [text.count("(30 min)") for text in pages]


@pytest.mark.parametrize("span", ["0d", "week", "7", "-1d"])
async def test_duration_that_is_none_is_refused(stage: Stage, span: str) -> None:
    """
    What is no length of time is refused with what to type, and Agora is not asked.
    """
    answer = await stage.slash(f"/stream history live final {span}", VIEWER)

    assert "is not a length of time such as `30m`, `2h` or `3d`" in answer.text
    assert [] == stage.agora.calls


@pytest.mark.parametrize("user", [ADMIN, MANAGER, OPERATOR])
async def test_higher_roles_may_look_too(stage: Stage, user: str) -> None:
    """
    Whoever may do more may look as well.
    """
    stage.agora.entry_points["live"] = EntryPoint()

    message = await stage.outcome("/stream list live", user)

    assert (user, True) == (message.to, "No stream of `live` is live now." in message.text)
