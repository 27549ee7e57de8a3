"""How a reply gets its sentences."""
