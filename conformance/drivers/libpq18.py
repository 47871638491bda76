"""Uses libpq of PostgreSQL 18 by its C interface: libpq18.py LIBRARY ACTION CONNINFO [ARGUMENT]. Prints one line of JSON."""
import ctypes
import json
import sys

library, action, conninfo, *rest = sys.argv[1:]
pq = ctypes.CDLL(library)
for name, result in {
    "PQconnectdb": ctypes.c_void_p,
    "PQerrorMessage": ctypes.c_char_p,
    "PQexec": ctypes.c_void_p,
    "PQgetResult": ctypes.c_void_p,
    "PQgetvalue": ctypes.c_char_p,
    "PQresultErrorField": ctypes.c_char_p,
    "PQcancelCreate": ctypes.c_void_p,
    "PQcancelErrorMessage": ctypes.c_char_p,
    "PQsslAttribute": ctypes.c_char_p,
}.items():
    getattr(pq, name).restype = result

SQLSTATE = ord("C")
OAUTH_BEARER_TOKEN = 1


class BearerRequest(ctypes.Structure):
    _fields_ = [
        ("openid_configuration", ctypes.c_char_p),
        ("scope", ctypes.c_char_p),
        ("poll", ctypes.c_void_p),
        ("cleanup", ctypes.c_void_p),
        ("token", ctypes.c_char_p),
        ("user", ctypes.c_void_p),
    ]


asked = []


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
def give_token(kind, _connection, data):
    if kind != OAUTH_BEARER_TOKEN:
        return 0
    request = ctypes.cast(data, ctypes.POINTER(BearerRequest)).contents
    asked.append([text(request.openid_configuration), text(request.scope)])
    request.token = rest[0].encode()
    return 1


def text(value):
    return None if value is None else value.decode()


def pointer(value):
    return ctypes.c_void_p(value)


if action == "oauth":
    pq.PQsetAuthDataHook(give_token)
connection = pointer(pq.PQconnectdb(conninfo.encode()))
said = {"connected": pq.PQstatus(connection) == 0, "asked": asked}
if not said["connected"]:
    said["error"] = text(pq.PQerrorMessage(connection))
else:
    said["protocol"] = pq.PQfullProtocolVersion(connection)
    said["tls"] = pq.PQsslInUse(connection) == 1
    said["alpn"] = text(pq.PQsslAttribute(connection, b"alpn"))
    if action == "cancel":
        pq.PQsendQuery(connection, b"SELECT pg_sleep(60)")
        handle = pointer(pq.PQcancelCreate(connection))
        said["cancelled"] = pq.PQcancelBlocking(handle) == 1
        if not said["cancelled"]:
            said["error"] = text(pq.PQcancelErrorMessage(handle))
        answer = pointer(pq.PQgetResult(connection))
        said["sqlstate"] = text(pq.PQresultErrorField(answer, SQLSTATE))
    else:
        answer = pointer(pq.PQexec(connection, b"SELECT 'carried'"))
        said["value"] = text(pq.PQgetvalue(answer, 0, 0))
    pq.PQfinish(connection)
print(json.dumps(said))
