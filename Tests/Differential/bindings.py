"""The names that generated expressions use, their types, and sets of values for them in the forms of both sides."""
import base64
import datetime

UTC = datetime.timezone.utc

VARIABLES = {
    "n1": "int", "n2": "int", "u1": "uint", "d1": "double", "d2": "double", "s1": "string", "s2": "string",
    "y1": "bytes", "b1": "bool", "b2": "bool", "t1": "timestamp", "t2": "timestamp", "p1": "duration",
    "li": ("list", "int"), "ls": ("list", "string"), "lu": ("list", "uint"), "ld": ("list", "double"),
    "lb": ("list", "bool"), "ll": ("list", ("list", "int")), "ms": ("map", "string", "int"),
    "mi": ("map", "int", "string"), "mb": ("map", "string", "bool"), "x": "dyn", "gone": "int", "gone2": "bool",
}


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


COMMON = {"li": [1, 2, 3], "ls": ["a", "b", "abc"], "lu": [1, 2], "ld": [0.5, 2.0], "lb": [True, False],
          "ll": [[1], []], "ms": {"a": 1, "b": 2}, "mi": {1: "a", 2: "b"}, "mb": {"a": True, "key": False}}
# `gone` and `gone2` are declared and never have a value: an error that `&&` and `||` may pass over.
SETS = [
    {"n1": 5, "n2": -3, "u1": 7, "d1": 1.5, "d2": -0.25, "s1": "abc", "s2": "a", "y1": b"abc", "b1": True, "b2": False,
     "t1": moment("2024-02-29T12:30:45.123456"), "t2": moment("1969-12-31T23:59:59"),
     "p1": datetime.timedelta(seconds=5400), "x": 5, **COMMON},
    {"n1": 2**63 - 1, "n2": -(2**63), "u1": 2**64 - 1, "d1": float("inf"), "d2": float("nan"), "s1": "\u00e9\U0001F600",
     "s2": "", "y1": b"\xff\xfe", "b1": False, "b2": False, "t1": moment("9999-12-31T23:59:59"),
     "t2": moment("0002-01-01T00:00:00"), "p1": datetime.timedelta(seconds=-1, microseconds=500000), "x": "text",
     **COMMON, "li": [], "ls": [], "ms": {}, "ll": []},
    {"n1": 0, "n2": 1, "u1": 0, "d1": 0.0, "d2": -0.0, "s1": "key", "s2": "b", "y1": b"", "b1": True, "b2": True,
     "t1": moment("2023-03-26T01:00:00"), "t2": moment("2023-10-29T00:59:59.999"), "p1": datetime.timedelta(0),
     "x": [1, "a", 2.0, None], **COMMON, "ld": [float("nan"), 1e308], "ll": [[1, 2], [3]]},
    {"n1": 100, "n2": 9007199254740993, "u1": 42, "d1": 9007199254740992.0, "d2": 1e19, "s1": "hello world",
     "s2": "\u65e5\u672c", "y1": "\u00e9".encode(), "b1": False, "b2": True, "t1": moment("2024-11-03T06:30:00"),
     "t2": moment("1582-10-15T00:00:00"), "p1": datetime.timedelta(days=-3, microseconds=1), "x": {"a": 1, "key": "v"},
     **COMMON},
]


def formal(type):
    """The type as `cel-eval` reads it."""
    if isinstance(type, str):
        return type
    return f"{type[0]}({', '.join(formal(part) for part in type[1:])})"


def tagged(value, type="dyn"):
    """The value as `cel-eval` reads it."""
    part = type[1:] if isinstance(type, tuple) else ("dyn", "dyn")
    if value is None:
        return {"null": True}
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, int):
        return {"uint" if type == "uint" else "int": str(value)}
    if isinstance(value, float):
        return {"double": repr(value)}
    if isinstance(value, str):
        return {"string": value}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return {"list": [tagged(element, part[0]) for element in value]}
    if isinstance(value, dict):
        return {"map": [[tagged(key, part[0]), tagged(held, part[-1])] for key, held in value.items()]}
    if isinstance(value, datetime.timedelta):
        return {"duration": parts(value // datetime.timedelta(microseconds=1), towards_zero=True)}
    since_1970 = value - datetime.datetime(1970, 1, 1, tzinfo=UTC)
    return {"timestamp": parts(since_1970 // datetime.timedelta(microseconds=1))}


def parts(microseconds, towards_zero=False):
    seconds, rest = divmod(microseconds, 1_000_000)
    if towards_zero and seconds < 0 and rest:
        seconds, rest = seconds + 1, rest - 1_000_000
    return {"seconds": str(seconds), "nanos": rest * 1000}


TYPE_ENVIRONMENT = [{"name": name, "kind": "ident", "type": formal(type)} for name, type in VARIABLES.items()]
TAGGED_SETS = [
    {name: {"value": tagged(value, VARIABLES[name])} for name, value in values.items()} for values in SETS]
