"""The pages, one module each; see `bot.review.routing` for what a module holds."""
