"""getFile; the download itself is served beside the methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

#: A bot downloads no larger file. Source: core.telegram.org/bots/api#getfile.
DOWNLOAD_BYTES = 20 * 1024 * 1024


@serves("getFile")
def get_file(server: TelegramServer, params: Params) -> dict[str, Any]:
    """See the Bot API."""
    file = server.world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": f"unique-{file.file_id}",
        "file_size": len(file.content),
        "file_path": f"files/{file.file_id}",
    }
