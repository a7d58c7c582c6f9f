"""Measure types: one class each, by family."""
