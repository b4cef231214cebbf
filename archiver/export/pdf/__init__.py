"""PDFs: reports laid out by Typst, in a process of its own."""
