"""Measurements of the exchange. They tell figures and judge nothing; what is judged stands in the tests."""
