"""Classes of land before and after reclamation (复垦前类型、复垦后地类), each declared once."""

from enum import StrEnum


class Before(StrEnum):
    """What stood there (类型): all of it construction land."""

    label: str

    def __new__(cls, code: str, label: str = "") -> "Before":
        """One row."""
        made = str.__new__(cls, code)
        made._value_, made.label = code, label
        return made

    HOMESTEAD = "homestead", "农村宅基地"
    VILLAGE_BUILT = "village_built", "其他村庄建设用地"
    MINING_WASTE = "mining_waste", "工矿废弃地"
    INDUSTRIAL = "industrial", "闲置工业用地"
    OTHER = "other", "其他建设用地"


class After(StrEnum):
    """What it became: farm use of every sort, farmland with a grade among it."""

    label: str
    is_farmland: bool

    def __new__(cls, code: str, label: str = "", is_farmland: bool = False) -> "After":
        """One row."""
        made = str.__new__(cls, code)
        made._value_, made.label, made.is_farmland = code, label, is_farmland
        return made

    DRY = "dry", "旱地", True
    IRRIGATED = "irrigated", "水浇地", True
    PADDY = "paddy", "水田", True
    GARDEN = "garden", "园地"
    FOREST = "forest", "林地"
    GRASS = "grass", "草地"
    OTHER_FARM = "other_farm", "其他农用地"
