"""Understanding: the graph components of the Rasa pipeline and the plain functions beneath them."""
