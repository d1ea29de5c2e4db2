"""Free questions: typed, edited, asked in groups; and messages that hold no words."""

from __future__ import annotations

from telegram import Bot, Message, Update
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.channels.telegram import handover, privately
from bot.channels.telegram.answering import Context, Handler, answer, front_of, say
from bot.channels.telegram.front import Asker, Front, number_of, unedited
from bot.channels.telegram.handlers import person
from bot.channels.telegram.handlers.gate import without_mention
from bot.channels.telegram.handlers.privacy import forget
from bot.dialogue.door import MAX_CHARACTERS

#: Kinds of messages that the guide cannot read, by the name of Telegram's field, and the word for them.
_KINDS = {
    "voice": "voice",
    "audio": "voice",
    "video_note": "voice",
    "video": "picture",
    "photo": "picture",
    "animation": "picture",
    "sticker": "sticker",
    "document": "file",
    "location": "location",
    "venue": "location",
    "poll": "poll",
    "contact": "contact",
}
_ALBUMS = 1000


async def question(update: Update, context: Context) -> None:
    """Answers what a person typed; an edited question is answered anew and logged as an edit."""
    message = update.message or update.edited_message
    front = front_of(context)
    asker = front.asker(update)
    if message is None or asker is None:
        return
    text = without_mention(message.text or message.caption or "", front.username)
    number = number_of(message)
    if message.forward_origin is not None:
        await say(front, context.bot, asker, number, "forwarded")
    elif message.via_bot is not None and message.via_bot.id == context.bot.id:
        await say(front, context.bot, asker, number, "card")
    elif not text:
        await say(front, context.bot, asker, number, "group_hint" if not asker.is_private else "not_read")
    else:
        note = front.words(asker.language, "caption_only") if message.caption else ""
        await answer_words(front, context.bot, asker, number, text, note)


async def answer_words(front: Front, bot: Bot, asker: Asker, number: str, text: str, note: str = "") -> None:
    """Answers free words, typed as they are or behind a command; those of an edited message are logged as an edit.

    Args:
        note: a sentence to add below.
    """
    first = unedited(number)
    if len(text) > MAX_CHARACTERS:
        length = f"{len(text):,}"
        await say(front, bot, asker, number, "too_long", limit=f"{MAX_CHARACTERS:,}", length=length)
    elif first and await front.dialogue.is_in_flow(asker.conversation):
        await say(front, bot, asker, number, "flow_edited")
    elif not await _typed_step(front, bot, asker, number, text):
        edit_of = front.number(first) if first else ""
        await answer(front, bot, asker, number, text=text, note=note, edit_of=edit_of)


async def _typed_step(front: Front, bot: Bot, asker: Asker, number: str, text: str) -> bool:
    """Does what a typed yes, number or label stands for where the front deals with it; returns whether it did."""
    if not asker.is_private:
        page = await privately.taken_up(front, asker, text)
        if page:
            rows = privately.link(front, asker.language, page)
            await say(front, bot, asker, number, "private_only", rows, text=text)
        return bool(page)
    consented = await handover.typed_consent(front, asker, text)
    if unedited(number):
        # What was written before the offer was made is no answer to it, whatever it says now.
        is_answer = consented is not None or bool(await privately.taken_up(front, asker, text))
        if is_answer:
            await say(front, bot, asker, number, "edited", text=text)
        return is_answer
    if consented:
        drafted, is_yes = consented
        if is_yes:
            await person.agree(front, bot, asker, number, drafted.reference, text)
        else:
            await person.withdraw(front, bot, asker, number, text)
        return True
    chosen = front.dialogue.typed_choice(asker.conversation, text)
    press = front.payloads.read(front.payloads.of(chosen)) if chosen else None
    if press and press.kind == "D":
        await forget(front, bot, asker, number)
    elif press and press.kind == "p":
        await person.offer(front, bot, asker, number, "")
    else:
        return False
    return True


async def ask(update: Update, context: Context) -> None:
    """Answers `/ask question`, which groups need where nobody wants to mention the bot."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if not isinstance(message, Message) or asker is None:
        return
    text = " ".join(context.args or ())
    if not text:
        await say(front, context.bot, asker, number_of(message), "ask_what")
    else:
        await answer_words(front, context.bot, asker, number_of(message), text)


async def wordless(update: Update, context: Context) -> None:
    """Says a fitting word to what holds no words; a caption is taken for a question."""
    message = update.message or update.edited_message
    front = front_of(context)
    asker = front.asker(update)
    if message is None or asker is None:
        return
    is_next_of_album = _is_next_of_album(front, message)
    if message.caption and message.forward_origin is None:
        await question(update, context)
        return
    is_live_place = message.edit_date and message.location  # comes every few seconds
    if is_live_place or is_next_of_album:
        return
    kind = next((kind for field, kind in _KINDS.items() if getattr(message, field, None)), "not_read")
    await say(front, context.bot, asker, number_of(message), kind)


def _is_next_of_album(front: Front, message: Message) -> bool:
    """Returns whether a message belongs to an album of which another has come before, and remembers the album."""
    if not message.media_group_id:
        return False
    album = (message.chat_id, message.media_group_id)
    is_next = album in front.albums
    front.albums[album] = None
    while len(front.albums) > _ALBUMS:
        front.albums.popitem(last=False)
    return is_next


def handlers() -> list[Handler]:
    """Returns the handlers of this topic."""
    either = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
    return [
        CommandHandler("ask", ask),
        MessageHandler(filters.TEXT & ~filters.COMMAND & either, question),
        MessageHandler(~filters.TEXT & ~filters.StatusUpdate.ALL & either, wordless),
    ]
