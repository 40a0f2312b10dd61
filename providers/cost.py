"""What something costs."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Cost:
    """An amount of money, or of whatever the service counts in: `USD`, `credits`, `units`."""

    amount: Decimal
    unit: str
