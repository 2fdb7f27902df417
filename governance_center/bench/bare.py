"""The floor of `bench live`: a bare socket server that passes on what one connection says to all the others."""

import selectors
import socket
import sys

HEAD_ENDS = b"\r\n\r\n"
WELCOME = b": welcome\n\n"


def serve(listening: socket.socket) -> None:
    waiting, screens = selectors.DefaultSelector(), []
    waiting.register(listening, selectors.EVENT_READ, "new")
    while True:
        for key, _events in waiting.select():
            if key.data == "new":
                screens.append(welcomed(key.fileobj.accept()[0]))
                waiting.register(screens[-1], selectors.EVENT_READ, "screen")
            elif said := key.fileobj.recv(65536):
                for screen in screens:
                    screen.send(said)
            else:
                waiting.unregister(key.fileobj)
                screens.remove(key.fileobj)


def welcomed(screen: socket.socket) -> socket.socket:
    screen.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while not screen.recv(65536).endswith(HEAD_ENDS):
        pass
    screen.send(WELCOME)
    return screen


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
