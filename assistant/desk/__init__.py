"""The staff's side: lint of everything that is said, and figures on the question bank."""
