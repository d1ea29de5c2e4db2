"""Free questions: typed, edited, asked in groups; and messages that hold no words."""

from __future__ import annotations

from telegram import Message, Update
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.channels.telegram.answering import Context, Handler, answer, front_of, say
from bot.channels.telegram.front import Asker, Front, number_of
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
    elif not text:
        await say(front, context.bot, asker, number, "group_hint" if not asker.is_private else "not_read")
    elif len(text) > MAX_CHARACTERS:
        await say(front, context.bot, asker, number, "too_long", limit=f"{MAX_CHARACTERS:,}", length=f"{len(text):,}")
    elif message.edit_date and await front.dialogue.is_in_flow(asker.conversation):
        await say(front, context.bot, asker, number, "flow_edited")
    elif asker.is_private and (kind := _typed_step(front, asker, text)):
        if kind == "D":
            await forget(front, context.bot, asker, number)
        else:
            await person.offer(front, context.bot, asker, number, "")
    else:
        first = front.number(f"{message.chat_id}/{message.message_id}")
        edit_of = first if message.edit_date else ""
        note = front.words(asker.language, "caption_only") if message.caption else ""
        await answer(front, context.bot, asker, number, text=text, note=note, edit_of=edit_of)


def _typed_step(front: Front, asker: Asker, text: str) -> str:
    """Returns the kind of button that a typed number or label stands for, where the front itself deals with it."""
    chosen = front.dialogue.typed_choice(asker.conversation, text)
    press = front.payloads.read(front.payloads.of(chosen)) if chosen else None
    return press.kind if press and press.kind in ("p", "D") else ""


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
        return
    await answer(front, context.bot, asker, number_of(message), text=text[:MAX_CHARACTERS])


async def wordless(update: Update, context: Context) -> None:
    """Says a fitting word to what holds no words; a caption is taken for a question."""
    message = update.message or update.edited_message
    front = front_of(context)
    asker = front.asker(update)
    if message is None or asker is None:
        return
    if message.caption and message.forward_origin is None:
        await question(update, context)
        return
    kind = next((kind for field, kind in _KINDS.items() if getattr(message, field, None)), "not_read")
    await say(front, context.bot, asker, number_of(message), kind)


def handlers() -> list[Handler]:
    """Returns the handlers of this topic."""
    either = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
    return [
        CommandHandler("ask", ask),
        MessageHandler(filters.TEXT & ~filters.COMMAND & either, question),
        MessageHandler(~filters.TEXT & ~filters.StatusUpdate.ALL & either, wordless),
    ]
