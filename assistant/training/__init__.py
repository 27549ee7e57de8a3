"""Teaches the encoder from the examples; needed by whoever ships a new adapter, never to ask."""
