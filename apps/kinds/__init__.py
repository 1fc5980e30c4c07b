"""Kinds of quota (指标种类), what they are measured and priced in, and the formulas that make them."""
