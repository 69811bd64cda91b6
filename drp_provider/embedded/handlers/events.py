"""Events that clients send themselves."""

from drp_provider.embedded.calls import Call, Reply
from drp_provider.embedded.changes import saving
from drp_provider.embedded.wire.documents import Undecodable, encode
from drp_provider.embedded.wire.faults import Fault
from drp_provider.embedded.wire.kinds import ANYTHING, STRING, Field, Struct

_EVENT = Struct(
    "models.Event",
    (
        *(Field(name, STRING) for name in ("Time", "Type", "Action", "Key", "Principal")),
        *(Field(name, ANYTHING) for name in ("Object", "Original")),
    ),
)


def post(call: Call) -> Reply:
    """POST an event of one's own; its time and its sender are the endpoint's to say."""
    try:
        event = _EVENT.decode(call.payload())
    except Undecodable as error:
        raise Fault(400, call.method, str(error)) from None
    call.demand("post", "", scope="events")
    texts = [None if event[name] is None else encode(event[name]) for name in ("Object", "Original")]
    saving.announce(call, (event["Type"], event["Action"], event["Key"]), texts[0], texts[1])
    return Reply("", status=204)
