"""Lists: filter, sort, cut and count."""

from typing import Any

from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.handlers.objects import opener, shown
from drp_provider.embedded.object_types.indexes import (
    Test,
    compared,
    index_names,
    matcher,
    meta_matcher,
    sort_key,
    split_call,
)
from drp_provider.embedded.params.precedence import Precedence
from drp_provider.embedded.params.secure import Opener
from drp_provider.embedded.wire import gotext
from drp_provider.embedded.wire.documents import Document, Undecodable, encode, parse
from drp_provider.embedded.wire.faults import Fault

_CONTROLS = frozenset({"sort", "reverse", "offset", "limit", "slim", "params", "decode", "token", "force", "noproxy"})
_TYPE_ORDER = ("null", "bool", "number", "string", "array", "object")


def list_objects(call: Call) -> Reply:
    """GET all objects of a type that the query asks for."""
    secrets = _opener(call)
    found, headers = _selected(call)
    return Reply([shown(call, document, secrets) for document in found], headers=headers)


def count_objects(call: Call) -> Reply:
    """HEAD of a list: only the counts."""
    _opener(call)
    return Reply("", headers=_selected(call)[1])


def _opener(call: Call) -> Opener | None:
    """For whoever may list; to everybody else the list is empty, decoded or not."""
    return opener(call, "") if call.principal.may(call.kind.prefix, "list") else None


def _selected(call: Call) -> tuple[list[Document], dict[str, str]]:
    tests = _tests(call)
    order = [sort_key(call.kind, _index(call, name)) for name in call.request.args.getlist("sort")]
    offset, limit = _number(call, "offset", "Offset"), _number(call, "limit", "Limit")
    may_list = call.principal.may(call.kind.prefix, "list")
    everything = call.transaction.all(call.kind.prefix) if may_list else []
    found = [document for document in everything if all(test(document) for test in tests)]
    # The first sort asked for is the leading one, so it is applied last.
    for key in reversed(order):
        found.sort(key=key)
    if "reverse" in call.request.args:  # whatever its value, as in the server
        found.reverse()
    shown = found[offset or 0 :]
    shown = shown if limit is None else shown[:limit]
    headers = {
        "X-DRP-LIST-TOTAL-COUNT": str(len(everything)),
        "X-DRP-LIST-COUNT": str(len(shown)),
    }
    if call.dialect.modern:
        headers["X-DRP-LIST-FILTER-COUNT"] = str(len(found))
    return shown, headers


def _tests(call: Call) -> list[Test]:
    tests = []
    for name, texts in call.request.args.lists():
        if name not in _CONTROLS:
            tests.append(_any([_test(call, name, text) for text in texts]))
    return tests


def _any(alternatives: list[Test]) -> Test:
    return lambda document: any(test(document) for test in alternatives)


def _test(call: Call, name: str, text: str) -> Test:
    if name in _indexes(call):
        return matcher(call.kind, name, text)
    if name.startswith("Meta."):
        return meta_matcher(call.kind, name.removeprefix("Meta."), text)
    if call.kind.prefix in ("machines", "profiles"):
        param = call.transaction.get("params", name)
        if param is not None:
            return _param_test(call, param, text)
    raise Fault(406, call.method, f"Filter not found: {name}", model=call.kind.prefix)


def _param_test(call: Call, param: Document, text: str) -> Test:
    name, schema = param["Name"], param["Schema"]
    kind_of_value = schema.get("type") if isinstance(schema, dict) else None
    function, arguments = split_call(text)
    if kind_of_value == "string":
        operands: list[Any] = list(arguments)
    else:
        operands = [_json(call, argument) for argument in arguments]
    test = compared(call.kind, function, [_ordered(operand) for operand in operands])
    precedence = Precedence(call.transaction)
    unset = False if kind_of_value == "boolean" else None

    def matches(document: Document) -> bool:
        value = precedence.value(call.kind, document, name)
        value = unset if value is None else value
        return function in ("Ne", "Nin") if value is None else test(_ordered(value))

    return matches


def _ordered(value: Any) -> tuple[int, Any]:
    """Something any two JSON values can be compared by: first the type, then the value."""
    if isinstance(value, bool):
        return (_TYPE_ORDER.index("bool"), value)
    if isinstance(value, (int, float)):
        return (_TYPE_ORDER.index("number"), value)
    if isinstance(value, str):
        return (_TYPE_ORDER.index("string"), value)
    return (_TYPE_ORDER.index("array" if isinstance(value, list) else "object"), encode(value))


def _json(call: Call, text: str) -> Any:
    try:
        return parse(text.encode())
    except Undecodable as error:
        raise Fault(406, call.method, str(error), model=call.kind.prefix) from None


def _index(call: Call, name: str) -> str:
    if name not in _indexes(call):
        raise Fault(406, call.method, f"Not sortable: {name}", model=call.kind.prefix)
    return name


def _indexes(call: Call) -> list[str]:
    members = [field.name for field in call.kind.struct(call.dialect).fields]
    return index_names(call.kind, members)


def _number(call: Call, name: str, noun: str) -> int | None:
    text = call.request.args.get(name)
    if text is None:
        return None
    try:
        number = gotext.atoi(text)
    except ValueError as error:
        message = f"{noun} not valid: strconv.Atoi: {error}"
        raise Fault(406, call.method, message, model=call.kind.prefix) from None
    if number < 0:
        message = f"{noun} cannot be negative"
        raise Fault(406, call.method, message, model=call.kind.prefix)
    return number
