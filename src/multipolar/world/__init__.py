"""The economy as it is: the World record, its accounts, its groups of countries and sectors, its sources."""
