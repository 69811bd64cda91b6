"""Lists: filter, sort, cut and count."""

from typing import Any

from drp_emulator.handlers.objects import opener, shown
from drp_emulator.object_types.indexes import (
    Test,
    compared,
    index_names,
    matcher,
    meta_matcher,
    sort_key,
    split_call,
)
from drp_emulator.object_types.object_type import ObjectType
from drp_emulator.params.precedence import Precedence
from drp_emulator.params.secure import Opener
from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.wire import gotext
from drp_emulator.wire.cost import CostBudget, CostExceeded
from drp_emulator.wire.documents import Document, Undecodable, encode, parse
from drp_emulator.wire.error_replies import ErrorReply

_CONTROLS = frozenset({"sort", "reverse", "offset", "limit", "slim", "params", "decode", "token", "force", "noproxy"})
_TESTS_PER_STEP = 8
_ENCODED_PER_STEP = 64
_TYPE_ORDER = ("null", "bool", "number", "string", "array", "object")


def list_objects(context: RequestContext) -> Reply:
    """GET all objects of a type that the query asks for."""
    secrets = _opener(context)
    found, headers = _selected(context)
    return Reply([shown(context, document, secrets) for document in found], headers=headers)


def count_objects(context: RequestContext) -> Reply:
    """HEAD of a list: only the counts."""
    _opener(context)
    return Reply("", headers=_selected(context)[1])


def _opener(context: RequestContext) -> Opener | None:
    """Return what opens secure values, if the user may list; for others the list is empty."""
    return opener(context, "") if context.principal.may(context.kind.prefix, "list") else None


def _selected(context: RequestContext) -> tuple[list[Document], dict[str, str]]:
    budget = CostBudget()
    try:
        tests = _tests(context, budget)
        # A sort key asked for twice changes nothing the second time.
        names = list(dict.fromkeys(context.request.args.getlist("sort")))
        order = [sort_key(context.kind, _index(context, name)) for name in names]
        offset, limit = _number(context, "offset", "Offset"), _number(context, "limit", "Limit")
        may_list = context.principal.may(context.kind.prefix, "list")
        everything = context.transaction.all(context.kind.prefix) if may_list else []
        budget.spend(len(everything) * sum(len(alternatives) for alternatives in tests) // _TESTS_PER_STEP)
        found = [document for document in everything if all(_any(alternatives, document) for alternatives in tests)]
    except CostExceeded as error:
        reason = f"The filters cannot be applied: {error}"
        raise ErrorReply(406, context.method, reason, model=context.kind.prefix) from None
    # The first sort asked for is the leading one, so it is applied last.
    for key in reversed(order):
        found.sort(key=key)
    if "reverse" in context.request.args:  # whatever its value, as in the server
        found.reverse()
    shown = found[offset or 0 :]
    shown = shown if limit is None else shown[:limit]
    headers = {
        "X-DRP-LIST-TOTAL-COUNT": str(len(everything)),
        "X-DRP-LIST-COUNT": str(len(shown)),
    }
    if context.dialect.modern:
        headers["X-DRP-LIST-FILTER-COUNT"] = str(len(found))
    return shown, headers


def _tests(context: RequestContext, budget: CostBudget) -> list[list[Test]]:
    """Return for each filter the tests of which one must hold."""
    # One for all filters: it remembers what it read.
    precedence = Precedence(context.transaction)
    return [
        _alternatives(context, name, list(dict.fromkeys(texts)), precedence, budget)
        for name, texts in context.request.args.lists()
        if name not in _CONTROLS
    ]


def _any(alternatives: list[Test], document: Document) -> bool:
    return any(test(document) for test in alternatives)


def _alternatives(
    context: RequestContext, name: str, texts: list[str], precedence: Precedence, budget: CostBudget
) -> list[Test]:
    if name in _indexes(context):
        return [matcher(context.kind, name, text, budget) for text in texts]
    if name.startswith("Meta."):
        return [meta_matcher(context.kind, name.removeprefix("Meta."), text, budget) for text in texts]
    if context.kind.prefix in ("machines", "profiles"):
        param = context.transaction.get("params", name)
        if param is not None:
            schema = param["Schema"]
            kind_of_value = schema.get("type") if isinstance(schema, dict) else None
            unset = False if kind_of_value == "boolean" else None
            values = _Values(context.kind, name, precedence, budget, unset=unset)
            return [_param_test(context, values, text, is_text=kind_of_value == "string") for text in texts]
    raise ErrorReply(406, context.method, f"Filter not found: {name}", model=context.kind.prefix)


def _param_test(context: RequestContext, values: "_Values", text: str, *, is_text: bool) -> Test:
    function, arguments = split_call(text)
    operands: list[Any] = list(arguments) if is_text else [_json(context, argument) for argument in arguments]
    test = compared(context.kind, function, [_ordered(operand) for operand in operands])

    def matches(document: Document) -> bool:
        value = values.of(document)
        return function in ("Ne", "Nin") if value is None else test(value)

    return matches


class _Values:
    """The values of one param, as filters compare them.

    A value may be megabytes long, and many machines may have the same one from a profile. So each is encoded once.
    """

    def __init__(
        self, kind: ObjectType, name: str, precedence: Precedence, budget: CostBudget, *, unset: bool | None
    ) -> None:
        self._kind, self._name, self._unset = kind, name, unset
        self._precedence, self._budget = precedence, budget
        self._encoded: dict[int, tuple[Any, tuple[int, Any]]] = {}
        self._latest: tuple[Document | None, tuple[int, Any] | None] = (None, None)

    def of(self, document: Document) -> tuple[int, Any] | None:
        """Return the value an object has; None if it has none."""
        if self._latest[0] is not document:
            value = self._precedence.value(self._kind, document, self._name)
            value = self._unset if value is None else value
            self._latest = (document, None if value is None else self._comparable(value))
        return self._latest[1]

    def _comparable(self, value: Any) -> tuple[int, Any]:
        if not isinstance(value, dict | list):
            return _ordered(value)
        if id(value) not in self._encoded:
            comparable = _ordered(value)
            self._budget.spend(len(comparable[1]) // _ENCODED_PER_STEP)
            # The value is kept as well, so that no other gets its identity.
            self._encoded[id(value)] = (value, comparable)
        return self._encoded[id(value)][1]


def _ordered(value: Any) -> tuple[int, Any]:
    """Return something any two JSON values can be compared by: first the type, then the value."""
    if isinstance(value, bool):
        return (_TYPE_ORDER.index("bool"), value)
    if isinstance(value, (int, float)):
        return (_TYPE_ORDER.index("number"), value)
    if isinstance(value, str):
        return (_TYPE_ORDER.index("string"), value)
    return (_TYPE_ORDER.index("array" if isinstance(value, list) else "object"), encode(value))


def _json(context: RequestContext, text: str) -> Any:
    try:
        return parse(text.encode())
    except Undecodable as error:
        raise ErrorReply(406, context.method, str(error), model=context.kind.prefix) from None


def _index(context: RequestContext, name: str) -> str:
    if name not in _indexes(context):
        raise ErrorReply(406, context.method, f"Not sortable: {name}", model=context.kind.prefix)
    return name


def _indexes(context: RequestContext) -> list[str]:
    members = [field.name for field in context.kind.struct(context.dialect).fields]
    return index_names(context.kind, members)


def _number(context: RequestContext, name: str, noun: str) -> int | None:
    text = context.request.args.get(name)
    if text is None:
        return None
    try:
        number = gotext.atoi(text)
    except ValueError as error:
        message = f"{noun} not valid: strconv.Atoi: {error}"
        raise ErrorReply(406, context.method, message, model=context.kind.prefix) from None
    if number < 0:
        message = f"{noun} cannot be negative"
        raise ErrorReply(406, context.method, message, model=context.kind.prefix)
    return number
