"""One module a family of commands; a command reads, calls one function and prints."""
