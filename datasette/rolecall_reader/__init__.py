"""What the plugins share: questions, bitmaps, search and rows of a file with a million jobs, by its schema alone."""
