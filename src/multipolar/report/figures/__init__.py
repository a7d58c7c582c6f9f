"""Result -> chart, one module a theme."""
