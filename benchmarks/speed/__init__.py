"""How fast the guide answers, starts, trains and grows, and what it needs for it."""
