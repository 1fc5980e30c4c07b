"""What the acts of this room are called."""

GUIDE_COMPUTE = "guide.compute"
