"""Who may see the reserve of quota (储备库)."""

from kernel.actors import Role

SEES_THE_RESERVE = (Role.TRADING_CENTRE, Role.PROVINCIAL_DNR, Role.SUPERVISOR)
"""Who sees the whole reserve of its province; others see what is theirs."""
