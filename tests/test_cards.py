"""Prompts and cards: whatever came of an operation, Slack takes what is said of it, and nobody is called by it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.app import catalog
from bot.arguments import read
from bot.command import AnyCommand, Effect, Preview
from bot.notice import Notice
from bot.operations import cards, outcomes
from bot.operations.items import SHOWN_ITEMS, again, named
from bot.operations.operation import ItemResult, Operation, Outcome, Result
from bot.operations.tally import AT_ONCE, Tally
from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_content import UPDATE_TEXT_LIMIT, read_content
from bot.sandbox.slack_text import plain
from bot.slack.blocks import Message, render
from bot.wording import code
from bot.words import join, split

NOW = datetime(2026, 11, 20, 20, 14, tzinfo=UTC)
COMMANDS = {command.name: command for command in catalog()}
NAMES = [
    "main-stage",
    "<!channel>",
    "<!here|x>",
    "<@U0ADA>",
    "<!subteam^S0OPS>",
    "<https://evil.example|safe>",
    "https://evil.example",
    "a & b < c > d",
    "`*bold*` _it_ ~no~",
    ":boom: @everyone #general",
    "n" * 128,
    "&" * 128,
    "舞台 🎬 مسرح",
    "a\u200db\u200ec",
]
MENTIONED = "U0OTTO"


def operation(name: str = "record off", *streams: str, **changes: Any) -> Operation:
    command = COMMANDS[name]
    typed = join(["live", "eu", *(streams or ("main-stage",))])
    args = read(command.args, split(typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")), start="")
    made = Operation(
        id="op1",
        command=name,
        args=args.model_dump(mode="json"),
        line=command.line(args),
        effect=command.effect,
        person=MENTIONED,
        team="T0STUDIO",
        channel="C0LIVE",
        response_url=None,
        target="live",
        asks=False,
        created=NOW,
    )
    return made.model_copy(update=changes)


def result(outcome: Outcome, name: str, *, items: int = 0) -> Result:
    """A result with something in every part of it."""
    worse = outcome if outcome in {Outcome.FAILED, Outcome.UNKNOWN} else Outcome.SUCCEEDED
    return Result(
        outcome=outcome,
        headline=f"Recording of {code(name)}.",
        lines=(f"It was {code(name)}.", "Nothing was changed."),
        causes=() if items else (f"Perhaps {code(name)}.", "Perhaps not."),
        advice=f"Look at {code(name)}.",
        rows=tuple(f"{number}: {code(name)}" for number in range(40)),
        small=("HTTP 504", f"Agora says {code(name)}", f"request {code('r1')}"),
        items=tuple(
            ItemResult(
                item=f"s{number}", outcome=worse, sentence=f"{code(name)}: done {number}.", advice="Look.", retry=True
            )
            for number in range(items)
        ),
        retry=True,
    )


def finished(outcome: Outcome, name: str, *, items: int = 0, **changes: Any) -> Operation:
    return operation("record off", name, result=result(outcome, name, items=items), finished=NOW, **changes)


def preview(name: str) -> Preview:
    return Preview(
        question=f"Stop recording {code(name)}?",
        button=f"Stop recording {name}",
        now=f"{code(name)} is live.",
        then=f"{code(name)} is not recorded.",
        warnings=(f"{code(name)} would notice.",),
    )


def said(name: str) -> Iterator[Notice]:
    """All that is ever said of an operation on something of this name."""
    asked = operation("record off", name)
    yield cards.prompt(asked, preview(name), NOW + timedelta(minutes=5))
    yield cards.running(asked, Tally.of(asked, lambda: NOW))
    yield cards.reading(asked)
    yield cards.confirmed(asked, NOW)
    yield cards.cancelled(asked)
    for outcome in Outcome:
        for items in (0, 2):
            yield cards.outcome(finished(outcome, name, items=items), COMMANDS["record off"])
        for page in (1, 2):
            yield cards.answer(finished(outcome, name), COMMANDS["record config"], page)
    for made in (
        outcomes.refused("No.", "Ask."),
        outcomes.lapsed(asked),
        outcomes.given_up(asked),
        outcomes.broken(asked),
    ):
        yield cards.outcome(asked.model_copy(update={"result": made}), COMMANDS["record off"])


def found(value: Any, key: str) -> list[Any]:
    """All that stands under *key*, however deep."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value[key]] if isinstance(value, dict) and key in value else []
    return own + [one for part in inside for one in found(part, key)]


def shown(message: Message) -> list[str]:
    """The lines that the blocks show, without buttons and times."""
    blocks = [block for block in message.blocks if block["type"] != "actions"]
    return [line.removeprefix("• ") for line in plain(blocks, "").split("\n")]


@pytest.mark.parametrize("name", NAMES)
def test_slack_takes_it(name: str) -> None:
    """
    Whatever is named, prompts and cards are valid blocks within every limit, with a text that chat.update takes.
    """
    for notice in said(name):
        message = render(notice)
        content = read_content(message.fields())
        assert not content.lacks_fallback
        assert len(message.text) <= UPDATE_TEXT_LIMIT


@pytest.mark.parametrize("name", NAMES)
def test_models_of_slack_know_each_block(name: str) -> None:
    """
    Slack's own library reads every block and writes the same one.
    """
    for notice in said(name):
        for block in render(notice).blocks:
            parsed = Block.parse(block)
            assert parsed is not None
            assert parsed.to_dict()["type"] == block["type"]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_called_by_a_name(name: str) -> None:
    """
    Only whoever asked is mentioned, nobody is called by a name, and nothing is a link: neither in text nor in blocks.
    """
    for notice in said(name):
        message = render(notice)
        kinds = {kind for kind in found(message.blocks, "type") if isinstance(kind, str)}
        assert not kinds & {"broadcast", "usergroup", "channel", "link", "emoji", "markdown"}
        assert {MENTIONED} >= set(found(message.blocks, "user_id"))
        parsed = [message.text, *(text["text"] for text in _parsed(message.blocks))]
        for text in parsed:
            tokens = set(re.findall("<[^>]*>", re.sub(r"<!date\^[^<>]*>", "", text)))
            assert tokens <= {f"<@{MENTIONED}>"}


def _parsed(blocks: Any) -> list[dict[str, Any]]:
    """The text objects that Slack parses; each of them tells it not to look for names and addresses."""
    inside = blocks.values() if isinstance(blocks, dict) else blocks if isinstance(blocks, list) else ()
    own = [blocks] if isinstance(blocks, dict) and blocks.get("type") == "mrkdwn" else []
    assert all(text["verbatim"] is True for text in own)
    return own + [text for part in inside for text in _parsed(part)]


@pytest.mark.parametrize("name", ["main-stage", "舞台", "a & b < c > d", "<!channel>"])
def test_text_holds_all_that_is_shown(name: str) -> None:
    """
    Screen readers and notifications get the text alone, so all that the blocks show is in it.
    """
    for notice in said(name):
        message = render(notice)
        text = plain([], message.text, names={}).replace("`", "")
        for line in shown(message):
            assert line.replace("`", "") in text


@pytest.mark.parametrize("outcome", list(Outcome))
def test_outcome_is_in_words_with_a_mark(outcome: Outcome) -> None:
    """
    Each outcome has its mark behind the words, never instead of them.
    """
    text = render(cards.outcome(finished(outcome, "main-stage"), COMMANDS["record off"])).text

    assert f"Recording of `main-stage`. {cards.MARKS[outcome]}" == text.split("\n")[0]


def test_prompt_has_two_buttons_that_say_what_they_do() -> None:
    """
    A prompt says what is now and what will be, when it lapses, and has one button for it and one against it.
    """
    notice = cards.prompt(operation(), preview("main-stage"), NOW)
    text = render(notice).text

    assert ["operation_confirm", "operation_cancel"] == [button.action for button in notice.buttons]
    assert ["danger", None] == [button.style for button in notice.buttons]
    assert not {"Yes", "No", "OK"} & {button.label for button in notice.buttons}
    assert text.index("is live") < text.index("is not recorded")
    assert f"<!date^{int(NOW.timestamp())}^" in text
    assert "`op1`" in text


def test_prompt_of_a_harmless_change_is_not_red() -> None:
    """
    Under CONFIRM=changes what is not disruptive asks as well, in another colour.
    """
    notice = cards.prompt(operation("record on"), preview("main-stage"), NOW)

    assert Effect.CHANGE is COMMANDS["record on"].effect
    assert "primary" == notice.buttons[0].style


PLAIN = [command for command in COMMANDS.values() if command.effect.changes and command.preview is None]


@pytest.mark.parametrize("command", PLAIN, ids=lambda command: command.name)
async def test_prompt_of_any_command_is_valid(command: AnyCommand) -> None:
    """
    Any command that changes something can be asked about, if only with its plain question.
    """
    words = split(re.sub(r"@\w+", "U0ANA", command.example).partition(" ")[2])[1:]
    args = read(command.args, words, start=f"/{command.name}")
    asked = await command.look(args, None)  # type: ignore[arg-type]  # the plain question needs none

    message = render(cards.prompt(operation(), asked, NOW))

    assert [] == check_blocks(message.blocks)
    assert f"`{command.line(args)}`" in message.text


@pytest.mark.parametrize("count", [1, 25, 26, 1000])
@pytest.mark.parametrize("name", ["main-stage", "&" * 128])
@pytest.mark.parametrize("causes", [1, 3, 1000])
def test_card_of_very_many_is_one_that_slack_takes(count: int, name: str, causes: int) -> None:
    """
    However many streams failed for however many reasons, the card is within every limit.
    """
    items = tuple(
        ItemResult(
            item=f"{number}{name}"[:128],
            outcome=Outcome.FAILED,
            sentence=f"{code(name)}: so {number % causes}.",
            cause=f"Agora says {code(name)}, so {number % causes}.",
            advice=f"Look at {code(name)}, {number % causes}.",
            retry=True,
        )
        for number in range(count)
    )
    made = operation(
        "record off",
        *(item.item for item in items),
        result=Result(outcome=Outcome.FAILED, headline="Some failed.", items=items, retry=True),
    )
    message = render(cards.outcome(made, COMMANDS["record off"]))

    assert [] == check_blocks(message.blocks)
    assert len(message.text) <= UPDATE_TEXT_LIMIT
    assert len(json.dumps(message.blocks)) < 25_000


def failures(*names: str, cause: str = "Agora found nothing.", retry: bool = True) -> list[ItemResult]:
    sentence = f"it: {cause}"
    return [ItemResult(item=one, outcome=Outcome.FAILED, sentence=sentence, cause=cause, retry=retry) for one in names]


def test_failures_are_grouped_by_their_cause() -> None:
    """
    What failed for the same reason is one row with a count and the names; the commonest reason stands first.
    """
    items = [*failures("x", cause="Agora is away."), *failures("a", "b", "c")]
    made = operation(result=Result(outcome=Outcome.FAILED, headline="0 of 4 done.", items=tuple(items)))

    rows = cards.outcome(made, COMMANDS["record off"]).rows

    assert ("3 failed: Agora found nothing. These are `a`, `b` and `c`. 🔴", "it: Agora is away. 🔴") == rows


def test_names_are_shown_as_far_as_there_is_room() -> None:
    """
    Of very many names the first ones are shown, and the rest are counted.
    """
    shown = named([f"stage-{number:03}" for number in range(1000)], room=40)

    assert "`stage-000`, `stage-001`, `stage-002` and 997 more" == shown
    assert f"`{'n' * 128}` and 1 more" == named(["n" * 128, "m"], room=40)


UNKNOWN = ItemResult(item="u", outcome=Outcome.UNKNOWN, sentence="u", retry=True)
LEFT = ItemResult(item="l", outcome=Outcome.CANCELLED, sentence="l", retry=True)


@pytest.mark.parametrize(
    ("items", "label"),
    [
        (failures("a"), "Retry the one that failed"),
        (failures("a", "b"), "Retry the 2 that failed"),
        ([*failures("a", "b"), *failures("c", retry=False)], "Retry 2 of the 3 that failed"),
        ([UNKNOWN], "Try the one again that is not known"),
        ([UNKNOWN] * 3, "Try the 3 again that are not known"),
        ([*failures("a"), UNKNOWN], "Retry the 2 that did not go well"),
        ([LEFT], "Do the one that is left"),
        ([*failures("a"), *[LEFT] * 1500], "Do the 1,501 that are left"),
    ],
)
def test_button_says_what_it_tries_again(items: list[ItemResult], label: str) -> None:
    """
    The button names how many it would do again, and why.
    """
    good = ItemResult(item="g", outcome=Outcome.SUCCEEDED, sentence="g")

    assert label == again([good, *items])


def test_running_card_can_be_stopped_while_there_is_something_left() -> None:
    """
    The button is there while some have not begun, and goes once it was pressed; the card says that it stops.
    """
    many = operation("record on", *(f"s{number}" for number in range(AT_ONCE + 1)))
    few = operation("record on", *(f"s{number}" for number in range(AT_ONCE)))
    stopped = many.model_copy(update={"stopped": "U0MIA"})

    def running(one: Operation) -> Notice:
        return cards.running(one, Tally.of(one, lambda: NOW))

    assert ["operation_stop"] == [button.action for button in running(many).buttons]
    assert () == running(few).buttons == running(stopped).buttons
    assert running(stopped).headline.startswith("Stopping after the ones that are with Agora now")


def test_progress_counts_and_guesses() -> None:
    """
    The line counts what is over, what failed and what is not known, and guesses the rest from the pace so far.
    """
    now, names = [NOW], [f"s{number}" for number in range(1000)]
    made = operation("record on", *names, done={})
    tally = Tally.of(made, lambda: now[0])
    for number, name in enumerate(names[:400]):
        outcome = {0: Outcome.FAILED, 1: Outcome.UNKNOWN}.get(number, Outcome.SUCCEEDED)
        made.done[name] = ItemResult(item=name, outcome=outcome, sentence="it")
    now[0] += timedelta(seconds=20)

    assert "▓▓▓▓▓▓▓▓░░░░░░░░░░░░ 400 of 1,000, 1 failed so far, 1 not known, about 30 s left" == tally.line()


def test_results_that_went_well_come_last() -> None:
    """
    Whoever reads the first lines of a card reads what failed; of very many that went well none is listed.
    """
    good, bad = Outcome.SUCCEEDED, Outcome.FAILED

    def rows(count: int) -> tuple[str, ...]:
        items = tuple(
            ItemResult(item=str(number), outcome=bad if number == 10 else good, sentence=f"item {number}")
            for number in range(count)
        )
        made = operation(result=Result(outcome=bad, headline="All but one done.", items=items))
        return cards.outcome(made, COMMANDS["record off"]).rows

    assert "item 10 🔴" == rows(SHOWN_ITEMS)[0] == rows(1000)[0]
    assert (SHOWN_ITEMS, 1) == (len(rows(SHOWN_ITEMS)), len(rows(1000)))


def test_retry_is_offered_once_where_it_can_help() -> None:
    """
    The button is there if trying again can help, for a read too, and not when it was tried again.
    """
    failed, off, config = finished(Outcome.FAILED, "main-stage"), COMMANDS["record off"], COMMANDS["record config"]
    hopeless = failed.model_copy(update={"result": failed.result and failed.result.model_copy(update={"retry": False})})
    reading = failed.model_copy(update={"effect": Effect.READ})

    assert ["operation_retry"] == [button.action for button in cards.outcome(failed, off).buttons]
    assert () == cards.outcome(hopeless, off).buttons
    assert ["operation_retry"] == [button.action for button in cards.answer(reading, config).buttons]
    assert () == cards.outcome(failed.model_copy(update={"retried": "op2"}), off).buttons


def test_retry_of_something_disruptive_asks_before() -> None:
    """
    Trying again what can cost footage asks in Slack's own dialog; asking for a recording again does not.
    """
    off = cards.outcome(finished(Outcome.FAILED, "main-stage"), COMMANDS["record off"])
    on = cards.outcome(finished(Outcome.FAILED, "x", effect=Effect.CHANGE), COMMANDS["record on"])

    assert "main-stage" in (off.buttons[0].confirm or "")
    assert on.buttons[0].confirm is None


def test_running_card_counts() -> None:
    """
    While several streams are worked on, the card says how many are done.
    """
    done = {"a": ItemResult(item="a", outcome=Outcome.SUCCEEDED, sentence="done")}
    several, one = operation("record on", "a", "b", "c", done=done), operation()

    assert ("▓▓▓▓▓▓░░░░░░░░░░░░░░ 1 of 3",) == cards.running(several, Tally.of(several, lambda: NOW)).lines
    assert "of 1" not in str(cards.running(one, Tally.of(one, lambda: NOW)).lines)


@pytest.mark.parametrize("say", [cards.outcome, cards.answer])
def test_what_has_no_outcome_has_no_card(say: Any) -> None:
    """
    A card of an operation that is not over would be a lie.
    """
    with pytest.raises(ValueError, match="op1 has no outcome"):
        say(operation(), COMMANDS["record off"])


def test_huge_line_is_cut_in_cards() -> None:
    """
    A command of three thousand characters does not fill the card.
    """
    made = operation("record off", *(f"stream-{number}" for number in range(300)))
    message = render(replace(cards.cancelled(made), lines=()))

    assert made.line.startswith("/record off live eu stream-0 stream-1 ")
    assert made.line.endswith(" … (300 streams)")
    assert len(made.line) <= 100
    assert len(message.text) < 500
