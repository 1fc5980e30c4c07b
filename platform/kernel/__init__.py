"""What every part of the exchange stands on, and what knows none of them."""
