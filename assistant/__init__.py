"""Plainspoken: honest, cited answers about MSC therapy for ALS."""

__version__ = "0.1.0"
