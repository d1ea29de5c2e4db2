"""Plain text work that understanding and search share: one spelling, tokens, search terms."""
