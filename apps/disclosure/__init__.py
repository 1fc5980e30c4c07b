"""Who may see what (披露): identities, deadlines, documents, evidence, the record. Decided here and nowhere else."""
