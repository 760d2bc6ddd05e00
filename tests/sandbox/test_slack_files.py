"""Files are chosen in forms and read by the bot as in Slack."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn, View
from bot.sandbox.slack_blocks import check_blocks, check_view
from tests.sandbox.slack_helpers import TinyBot, client_of

Json = dict[str, Any]
OTTO = "U0OPERATOR"


def form(**more: Any) -> Json:
    element = {"type": "file_input", "action_id": "list", "filetypes": ["txt", "csv"], "max_files": 1, **more}
    label = {"type": "plain_text", "text": "A list"}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Names"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "input", "block_id": "file", "label": label, "element": element, "optional": True}],
    }


@pytest.fixture
async def client(slack: SlackStandIn) -> AsyncIterator[AsyncWebClient]:
    async with client_of(slack) as one:
        yield one


@pytest.fixture
async def view(slack: SlackStandIn, bot: TinyBot, client: AsyncWebClient) -> View:
    await slack.slash("/record on live eu", user=OTTO)
    await client.views_open(trigger_id=bot.forms[-1]["trigger_id"], view=form())
    return slack.views[-1]


async def test_a_form_carries_the_file(slack: SlackStandIn, bot: TinyBot, view: View) -> None:
    """
    A submission carries the files of an input, by id and name, and not what is in them; without one the list is empty.
    """
    file = slack.upload("names.CSV", "one\ntwo\n", user=OTTO)
    for given in ({"list": file}, {}):
        view.open = True
        await slack.submit_view(view, given)

    chosen, none = (json.loads(form["payload"])["view"]["state"]["values"]["file"]["list"] for form in bot.forms[1:])
    assert ("file_input", [(file.id, "names.CSV", "csv", 8, OTTO)]) == (
        chosen["type"],
        [(one["id"], one["name"], one["filetype"], one["size"], one["user"]) for one in chosen["files"]],
    )
    assert "two" not in json.dumps(chosen)
    assert {"type": "file_input", "files": []} == none


async def test_slack_takes_no_other_files(slack: SlackStandIn, view: View) -> None:
    """
    A file of another kind or person, a larger one, or one too many can't be chosen.
    """
    picture, foreign = slack.upload("a.png", "x", user=OTTO), slack.upload("a.txt", "x", user="U0ADMIN")
    large, good = slack.upload("a.txt", "x" * 10_000_001, user=OTTO), slack.upload("a.txt", "x", user=OTTO)

    for wrong in (picture, foreign, large, [good, good]):
        with pytest.raises(ValueError):
            await slack.submit_view(view, {"list": wrong})


async def test_text_comes_with_the_file(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """
    `files.info` hands over the text, and says whether it is cut; or hands over none.
    """
    whole, cut, none = (slack.upload("a.txt", "one\ntwo", user=OTTO, told=told) for told in (100, 3, None))

    answers = [await client.files_info(file=one.id) for one in (whole, cut, none)]

    assert [("one\ntwo", False), ("one", True), (None, None)] == [
        (answer.get("content"), answer.get("is_truncated")) for answer in answers
    ]
    assert [7] * 3 == [answer["file"]["size"] for answer in answers]
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file="F0")


async def test_files_are_not_read_by_json(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """
    `files.info` takes a form alone: https://api.slack.com/methods/files.info.
    """
    file = slack.upload("a.txt", "one", user=OTTO)

    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.api_call("files.info", json={"file": file.id})

    assert 1 == len(slack.violations)


async def test_files_need_their_scope() -> None:
    """
    Without `files:read` no file is told of, and no form with a file input opens. How Slack says the latter is not
    documented.
    """
    async with SlackStandIn(scopes={"commands"}) as slack, client_of(slack) as client:
        file = slack.upload("a.txt", "one", user=OTTO)
        with pytest.raises(SlackApiError, match="missing_scope"):
            await client.files_info(file=file.id)
        with pytest.raises(SlackApiError, match="missing_scope"):
            await client.views_open(trigger_id="1.1.any", view=form())


def test_limits_of_the_element() -> None:
    """
    One to ten files, kinds that are named, and nothing else: and it stands in an input, never among buttons.
    """
    element = form()["blocks"][0]["element"]

    assert [] == check_view(form()) == check_view(form(max_files=10))
    wrongs: list[Json] = [{"max_files": 0}, {"max_files": 11}, {"filetypes": []}, {"placeholder": "x"}]
    for wrong in wrongs:
        assert [] != check_view(form(**wrong))
    assert [] != check_blocks([{"type": "actions", "elements": [element]}])
