"""What tests begin with: one place for what many of them need."""
