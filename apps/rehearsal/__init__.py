"""Rehearsals (演练): a whole trade from a case file, in a database of its own, under a simulated clock."""
