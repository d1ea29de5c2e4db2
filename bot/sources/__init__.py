"""Official documents: reading their files, cutting them into citable places, comparing them with the knowledge base.

Their sentences stay outside the repository; where they are kept belongs in `bot.store.texts`.
"""
