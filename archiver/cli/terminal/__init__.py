"""How a terminal is written to and asked: widths, languages, prompts, progress, times."""
