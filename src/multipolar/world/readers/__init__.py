"""Data files of one source each, read into a World."""
