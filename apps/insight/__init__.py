"""What the market and the offices look like in figures (统计): read from what is stored, and never written."""
