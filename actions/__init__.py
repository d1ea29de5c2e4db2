"""The actions that Rasa calls by name; each file holds one. They are thin: tracker in, reply and events out."""
