"""What every room speaks: labels, quantities, problems, documents, sentences, the table of variables."""
