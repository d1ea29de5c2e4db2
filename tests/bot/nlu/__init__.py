"""Tests of bot.nlu."""
