"""The cost budget of a request, which everything that the request saves shares."""

from weakref import WeakKeyDictionary

from drp_emulator.storage.transaction import Transaction
from drp_emulator.wire.cost import CostBudget

_BUDGETS: WeakKeyDictionary[Transaction, CostBudget] = WeakKeyDictionary()


def budget_of(transaction: Transaction) -> CostBudget:
    """Return the budget of the request to which a transaction belongs."""
    return _BUDGETS.setdefault(transaction, CostBudget())
