"""What may be asked and what may be said: cleaning, language, triage, the closed set."""
