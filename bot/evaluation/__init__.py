"""How well the model understands: labelled questions, what became of each, and the measures of it. It runs no model."""
