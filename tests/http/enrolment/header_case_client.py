"""Enrols as a client does that compares header names by case and reads base64 in lines (Cisco's libest): GATEWAY CA USER:CODE REQUEST."""

import base64
import socket
import ssl
import sys
from urllib.parse import urlsplit

gateway, authority, credentials, request_file = sys.argv[1:]
with open(request_file, "rb") as file:
    request = base64.encodebytes(file.read())
host, port = urlsplit(gateway).hostname, urlsplit(gateway).port


def ask(method, path, headers=(), body=b""):
    """Sends one request; returns status, headers by their names as they are written, and body."""
    context = ssl.create_default_context(cafile=authority)
    with context.wrap_socket(socket.create_connection((host, port)), server_hostname=host) as line:
        head = [f"{method} /.well-known/est/{path} HTTP/1.1", f"Host: {host}:{port}", "User-Agent: by-case", "Connection: close"]
        head += [*headers, f"Content-Length: {len(body)}", "", ""]
        line.sendall("\r\n".join(head).encode() + body)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    head, body = answer.split(b"\r\n\r\n", 1)
    first, *names = head.decode().split("\r\n")
    return int(first.split()[1]), dict(name.split(": ", 1) for name in names), body


def certificates(answer):
    status, headers, body = answer
    assert status == 200, answer
    assert headers["Content-Type"].startswith("application/pkcs7-mime"), headers
    assert int(headers["Content-Length"]) == len(body)
    assert all(len(text) <= 64 for text in body.splitlines()), body
    return base64.decodebytes(body)


certificates(ask("GET", "cacerts"))
content = ["Content-Type: application/pkcs10", "Content-Transfer-Encoding: base64"]
status, headers, _ = ask("POST", "simpleenroll", content, request)
assert status == 401, status
assert headers["WWW-Authenticate"].startswith("Basic realm="), headers
basic = "Authorization: Basic " + base64.b64encode(credentials.encode()).decode()
sys.stdout.buffer.write(certificates(ask("POST", "simpleenroll", [*content, basic], request)))
