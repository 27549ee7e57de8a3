"""The reviewers' screens."""
