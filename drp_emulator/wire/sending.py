"""Send to clients that read slowly."""

import socket

_CHUNK_BYTES = 64 * 1024


def send_all(client: socket.socket, data: bytes) -> None:
    """Send the whole data; the socket's timeout limits each step, whereas it limits the whole of `sendall`.

    Raises:
        OSError: The client has gone, or has read nothing within the timeout.
    """
    left = memoryview(data)
    while left:
        left = left[client.send(left[:_CHUNK_BYTES]) :]
