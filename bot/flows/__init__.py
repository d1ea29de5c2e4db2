"""What a guided flow does with a conversation: its state, reading typed answers, what it says, results, documents."""
