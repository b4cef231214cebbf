"""PDFs: values of a report laid out by Typst, in a process of its own."""
