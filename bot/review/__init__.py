"""The review console: a web front for maintainers. The web framework is imported here and nowhere else."""
