"""What the exchange is measured beside: the same work as most projects would do it, and the limits of the tools."""
