"""The library behind partnerguide; importing any of its modules has no side effect."""
