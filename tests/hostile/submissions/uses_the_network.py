# /// hostile
# about = "Connects to services of the host by every address family, and asks for names."
# score = 0.8
# causes = { "word.word" = "error" }
# says = { "word.word" = "reached \\[\\]" }
# ///
# %%
import socket

reached = []
for family, address in (
    (socket.AF_INET, ("127.0.0.1", @PORT@)),
    (socket.AF_INET, ("10.0.2.2", @PORT@)),
    (socket.AF_INET6, ("::1", @PORT@)),
    (socket.AF_UNIX, "\0@ABSTRACT@"),
    (socket.AF_UNIX, "@SOCKET@"),
    (socket.AF_UNIX, "/var/run/docker.sock"),
    (socket.AF_UNIX, "/run/dbus/system_bus_socket"),
):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.settimeout(2)
            client.connect(address)
            reached.append(str(address))
    except OSError:
        continue
try:
    reached.append(socket.gethostbyname("example.org"))
except OSError:
    pass


def word(length):
    raise RuntimeError(f"reached {reached}")
