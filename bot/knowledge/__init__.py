"""The knowledge base: facts and words as data, loaded, checked, searched and turned into replies."""
