"""Asks both implementations and brings their answers into one form.

An answer is `("error", text)` or `("value", value, type)`, where `type` is the checked type or None and a value is a
tuple of its kind and its payload. Times are compared in microseconds, since Python's have no more; whether a map's key
was int or uint is lost in a Python dictionary and not compared.
"""
import base64
import ctypes
import datetime
import json
import re
import struct
import subprocess
import sys

from bindings import SETS, TAGGED_SETS, TYPE_ENVIRONMENT, UTC, VARIABLES

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
NAMES = {"timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration", "null": "null_type"}


def bits(number):
    return "nan" if number != number else struct.pack(">d", number).hex()


class Ours:
    """`tocsin cel-eval`, a line in and a line out."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", bufsize=1)

    def ask(self, expression, place, is_unchecked):
        case = {"id": "", "expr": expression, "type_env": TYPE_ENVIRONMENT, "bindings": TAGGED_SETS[place]}
        if is_unchecked:
            case["disable_check"] = True
        self.process.stdin.write(json.dumps(case, ensure_ascii=False) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            return ("error", f"THE PROGRAM STOPPED with {self.process.wait()}")
        found = json.loads(line)
        if "error" in found:
            return ("error", found["error"])
        return ("value", self.value(found["value"]), found.get("type"))

    def value(self, tagged):
        kind, held = next(iter(tagged.items()))
        if kind == "null":
            return ("null",)
        if kind in ("int", "uint"):
            return (kind, int(held))
        if kind == "double":
            return (kind, bits(struct.unpack(">d", bytes.fromhex(tagged["bits"]))[0]))
        if kind == "bytes":
            return (kind, base64.b64decode(held).hex())
        if kind == "list":
            return (kind, tuple(self.value(element) for element in held))
        if kind == "map":
            return (kind, frozenset((key(self.value(k)), self.value(v)) for k, v in held))
        if kind in ("timestamp", "duration"):
            nanoseconds = int(held["seconds"]) * 1_000_000_000 + held["nanos"]
            return (kind, microseconds(nanoseconds, kind))
        return (kind, held)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def microseconds(nanoseconds, kind):
    """As the other side cuts: a moment downwards, a length towards zero."""
    if kind == "duration" and nanoseconds < 0:
        return -(-nanoseconds // 1000)
    return nanoseconds // 1000


def key(value):
    return ("number", value[1]) if value[0] in ("int", "uint") else value


class Peer:
    """Google's C++ implementation through its Python module."""

    def __init__(self):
        keep_none()
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_bindings, ext_math, ext_strings

        self.cel = cel
        self.environment = cel.NewEnv(
            variables={name: self.type(type) for name, type in VARIABLES.items()},
            extensions=[ext_strings.ExtStrings(), ext_math.ExtMath(), ext_bindings.ExtBindings()])
        self.kinds = {
            "INT": "int", "UINT": "uint", "BOOL": "bool", "STRING": "string", "NULL": "null", "TYPE": "type",
            "TIMESTAMP": "timestamp", "DURATION": "duration", "DOUBLE": "double", "BYTES": "bytes"}

    def type(self, type):
        types = self.cel.Type
        if isinstance(type, str):
            return getattr(types, type.upper())
        if type[0] == "list":
            return types.List(self.type(type[1]))
        return types.Map(self.type(type[1]), self.type(type[2]))

    def answer(self, expression, place, is_unchecked):
        try:
            compiled = self.environment.compile(expression, disable_check=is_unchecked)
            found = compiled.eval(data=SETS[place])
        except RuntimeError as error:
            return ("error", str(error))
        if found.type().name() == "ERROR":
            return ("error", found.value())
        return ("value", self.value(found), None if is_unchecked else formal(compiled.return_type().name()))

    def value(self, found):
        name = found.type().name()
        held = found.value()
        if name.startswith("LIST"):
            return ("list", tuple(self.value(element) for element in held))
        if name.startswith("MAP"):
            return ("map", frozenset((self.plain_key(k), self.value(v)) for k, v in held.items()))
        kind = self.kinds[name]
        if kind == "null":
            return (kind,)
        if kind == "double":
            return (kind, bits(held))
        if kind == "bytes":
            return (kind, bytes(held).hex())
        if kind == "timestamp":
            return (kind, (held - EPOCH) // MICROSECOND)
        if kind == "duration":
            return (kind, held // MICROSECOND)
        if kind == "type":
            return (kind, type_name(held.name()))
        return (kind, held)

    def plain_key(self, held):
        if isinstance(held, bool):
            return ("bool", held)
        return ("number", held) if isinstance(held, int) else ("string", held)


def keep_none():
    """Gives `None` references to lose.

    The package gives one back too many for each null it returns, and before Python 3.12 that ends in an abort.
    """
    if sys.version_info < (3, 12):
        ctypes.c_ssize_t.from_address(id(None)).value += 1 << 40


def type_name(name):
    """The name of a type as a value: `LIST<DYN>` is `list`."""
    bare = name.split("<")[0].lower()
    return NAMES.get(bare, bare)


def formal(name):
    """A checked type as the suite writes it: `MAP<STRING, INT>` is `map(string, int)`."""
    text = name.lower().replace("<", "(").replace(">", ")")
    return re.sub(r"\bnull\b", "null_type", text)


def agree(ours, peer):
    """Whether two answers are the same; errors are, whatever their texts."""
    if ours[0] == "error" or peer[0] == "error":
        return ours[0] == peer[0] and not ours[1].startswith("THE PROGRAM STOPPED")
    return ours[1] == peer[1] and same_type(ours[2], peer[2])


def same_type(ours, peer):
    if ours is None or peer is None:
        return True
    # What `type` itself is a type of is said in two ways.
    return ours.replace("type(type(dyn))", "type(type)") == peer
