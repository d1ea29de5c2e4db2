"""How well and how fast the guide's components understand, against Rasa's default pipeline."""
