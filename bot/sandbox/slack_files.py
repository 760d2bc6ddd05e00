"""Files that people upload in forms, and what Slack tells the bot of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.slack_model import Json, RefusedError, Upload, View

# https://docs.slack.dev/reference/block-kit/block-elements/file-input-element#usage-info
_LARGEST: Final = 10_000_000
_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one workspace."""

    uploads: dict[str, Upload]

    def info(self, given: Json) -> Json:
        """
        https://docs.slack.dev/reference/methods/files.info.

        That the text comes along, and says whether it is cut, is only in the type of the answer:
        https://docs.slack.dev/tools/node-slack-sdk/reference/web-api/type-aliases/FilesInfoResponse
        """
        upload = self.uploads.get(str(given["file"]))
        if upload is None:
            raise RefusedError("file_not_found")
        told: Json = {"file": as_json(upload), "comments": [], "response_metadata": {"next_cursor": ""}}
        if upload.told is None:
            return told
        return {
            **told,
            "content": upload.text[: upload.told],
            "is_truncated": upload.says_cut and upload.told < len(upload.text),
        }


def held(element: Json, view: View, given: Any) -> Json:
    """
    The state of a file input: https://docs.slack.dev/reference/block-kit/block-elements/file-input-element.

    Raises:
        ValueError: Slack's client would not let these files be chosen.
    """
    uploads: Sequence[Upload] = [given] if isinstance(given, Upload) else given or []
    most, kinds = element.get("max_files", _MOST), element.get("filetypes")
    if len(uploads) > most:
        raise ValueError(f"The input {element['action_id']} takes {most} files; give it fewer.")
    for upload in uploads:
        if upload.user != view.user:
            raise ValueError(f"{upload.name} is a file of somebody else; upload one as {view.user}.")
        if kinds and upload.kind not in kinds:
            raise ValueError(f"The input {element['action_id']} takes {', '.join(kinds)}, not {upload.name}.")
        if upload.size > _LARGEST:
            raise ValueError(f"{upload.name} is larger than 10 MB; Slack does not take it.")
    # https://github.com/slackapi/bolt-js/pull/1995: the payload's page does not show it
    return {"type": "file_input", "files": [as_json(upload) for upload in uploads]}


def as_json(upload: Upload) -> Json:
    """A file as Slack's answers and payloads show it: https://docs.slack.dev/reference/objects/file-object."""
    address = f"https://files.slack.invalid/files-pri/T0STUDIO-{upload.id}/{upload.name}"
    return {
        "id": upload.id,
        "name": upload.name,
        "title": upload.name,
        "filetype": upload.kind,
        "mimetype": "text/csv" if upload.kind == "csv" else "text/plain",
        "size": upload.size,
        "user": upload.user,
        "url_private": address,
        "url_private_download": f"{address}?download",
    }
