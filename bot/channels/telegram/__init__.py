"""The Telegram front: handlers by topic, rendering, sending, the inbox in front of the update queue."""
