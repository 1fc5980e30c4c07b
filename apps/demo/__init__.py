"""A living market (演示市场): months of history made by the real commands under a moving clock."""
