"""Events that clients send themselves."""

from drp_emulator.request_context import Reply, RequestContext
from drp_emulator.rules import saving
from drp_emulator.wire.documents import Undecodable, encode
from drp_emulator.wire.error_replies import ErrorReply
from drp_emulator.wire.go_types import ANYTHING, STRING, Field, Struct

_EVENT = Struct(
    "models.Event",
    (
        *(Field(name, STRING) for name in ("Time", "Type", "Action", "Key", "Principal")),
        *(Field(name, ANYTHING) for name in ("Object", "Original")),
    ),
)


def post(context: RequestContext) -> Reply:
    """POST an event of one's own; its time and its sender are the endpoint's to say."""
    try:
        event = _EVENT.decode(context.payload())
    except Undecodable as error:
        raise ErrorReply(400, context.method, str(error)) from None
    context.demand("post", "", scope="events")
    texts = [None if event[name] is None else encode(event[name]) for name in ("Object", "Original")]
    saving.announce(context, (event["Type"], event["Action"], event["Key"]), texts[0], texts[1])
    return Reply("", status=204)
