"""What of land is held while it changes (spec: land data, §4)."""

from kernel.lanes import lane

LAND_LANE = lane(3, "land")
PROJECT_LANE = lane(4, "project")
