"""Input and output on a terminal: text width, language, prompts, progress, times."""
