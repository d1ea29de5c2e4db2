"""The dialogue: Rasa's agent embedded in this process, its training, its memory, and the one door to it."""
