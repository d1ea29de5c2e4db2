"""Reads what Telegram sends; an update that cannot be read is reported and skipped, not fetched for ever."""

from __future__ import annotations

import json
import logging
from typing import Any

from telegram import Update
from telegram.request import HTTPXRequest

logger = logging.getLogger(__name__)

#: What the inbox can hold of a number (PostgreSQL's BIGINT); Telegram's have ten digits.
_LARGEST_NUMBER = 2**63 - 1


class CarefulRequest(HTTPXRequest):
    """The request that polls. python-telegram-bot 22.8 fetches a batch with one unreadable update again and again."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """See parent class. Unreadable updates are replaced by their bare number, so that the offset moves on."""
        data = HTTPXRequest.parse_json_payload(payload)
        if isinstance(data, dict) and isinstance(data.get("result"), list):
            data["result"] = [readable for item in data["result"] if (readable := _readable(item))]
        return data


def read_update(body: bytes) -> dict[str, Any] | None:
    """Returns the update in the body of a webhook call, ready for `Update.de_json`; None where it is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        logger.error("a webhook call held no JSON and is skipped")
        return None
    return _readable(data)


def _readable(item: Any) -> dict[str, Any] | None:
    number = item.get("update_id") if isinstance(item, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _LARGEST_NUMBER:
        logger.error("an update without a number cannot be read and is skipped")
        return None
    try:
        # As it is written down and read again: what does not come through would stop whoever reads it.
        Update.de_json(json.loads(Update.de_json(dict(item), None).to_json()), None)
    except Exception as error:  # whatever the library stumbles over
        kinds = ", ".join(sorted(key for key in item if key != "update_id" and key.isidentifier()))[:80]
        logger.error("update %s (%s) cannot be read and is skipped (%s)", number, kinds, type(error).__name__)
        return {"update_id": number}
    return dict(item)
