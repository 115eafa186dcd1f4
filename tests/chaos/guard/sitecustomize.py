"""Logs every attempt of a Python process to reach anything but this machine; Python imports this module at startup."""

import os
import sys

LOG = os.environ["MMDVAE_CHAOS_GUARD"]
CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg"}  # arguments: socket, address
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}  # arguments: host, ...


def _watch(event, arguments):
    if event in CALLS and isinstance(arguments[1], tuple):  # others are Unix sockets, or already connected
        _note(event, arguments[1][0])
    elif event in LOOKUPS:
        _note(event, arguments[0])


def _note(event, host):
    host = host.decode() if isinstance(host, bytes) else host
    if host not in (None, "", "localhost", "0.0.0.0", "::") and not _is_loopback(host):
        with open(LOG, "a") as file:
            file.write(f"{event} {host} by {' '.join(sys.orig_argv[1:6])}\n")


def _is_loopback(host):
    from ipaddress import ip_address

    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_watch)
