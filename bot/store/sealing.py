"""Encryption of what must be kept readable for a while: contact addresses, messages that wait."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken

from bot.errors import StoreError
from bot.store.secrets import derive_key

#: What the question that a conversation remembers for the follow-up to it is encrypted for.
LAST_QUESTION = "last question"


class Seal:
    """Encrypts and decrypts texts with the key of one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(derive_key(secret, purpose)))

    def close(self, text: str) -> str:
        """Returns a text encrypted."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")

    def open(self, sealed: str) -> str:
        """Returns the text in what `close` made.

        Raises:
            StoreError: it was made with another secret, or is damaged.
        """
        try:
            return self._fernet.decrypt(sealed.encode("ascii", "replace")).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise StoreError("what was encrypted cannot be read: PARTNERGUIDE_SECRET is another one now") from error


def opened(secret: str, purpose: str, sealed: str) -> str:
    """Returns the text in what `Seal.close` made for a purpose; empty where there is none or it cannot be read."""
    try:
        return Seal(secret, purpose).open(sealed) if sealed else ""
    except StoreError:
        return ""
