"""What an operator's programs ask the running ones, whichever they are: alive, ready, counted."""
