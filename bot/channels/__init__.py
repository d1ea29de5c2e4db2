"""The fronts: each takes what a person sends to the dialogue's door and renders the reply from its parts."""
