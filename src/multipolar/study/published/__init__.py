"""Published results, computed again: each number with its concept, conditions, source and fair band, beside ours."""
