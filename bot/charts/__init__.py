"""Pictures and plain-text tables of the knowledge base's charts. What a chart shows is data: `bot.knowledge.charts`."""
