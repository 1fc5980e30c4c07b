"""Lanes of this room (see `kernel.lanes`)."""

from kernel.lanes import lane

PLANNING_LANE = lane(6, "planning")
"""A confirmation number of planning scale: whoever lists under it waits for each other."""
