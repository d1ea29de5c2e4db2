"""From what reviewers decide to a better model: lessons, export, candidates, comparison, themes."""
