"""Literals and calls of each type, for the generator of expressions."""

INTS = ["0", "1", "-1", "2", "3", "7", "42", "-13", "100", "0x1F", "-0x10", "9223372036854775807",
        "-9223372036854775808", "4611686018427387904", "1000000", "9007199254740993", "-9007199254740993"]
UINTS = ["0u", "1u", "2u", "3u", "7u", "42u", "0xFFu", "18446744073709551615u", "9223372036854775808u",
         "9007199254740993u"]
DOUBLES = ["0.0", "-0.0", "1.0", "-1.5", "0.1", "2.5", "3.0", "1e3", "1e-7", ".5", "1e308", "-1e308", "1e19", "1e20",
           "9223372036854775807.0", "9007199254740992.0", "123456.789", "42.0", "1.7976931348623157e308", "5e-324"]
STRINGS = ["''", "'a'", "'b'", "'key'", "\"a\"", "'abc'", "'A'", "'hello world'", "'\\u00e9'", "'\\U0001F600'",
           "'e\\u0301'", "'\\n\\t'", "r'\\n'", "'''it's'''", "'1'", "'-42'", "'3.5'", "'true'", "'false'", "'1e3'",
           "'2024-02-29T12:30:45Z'", "'1h30m'", "'\\x41'", "'\\101'", "'x, y,z'", "'\\u00c9COLE'", "' pad '", "'a.c'",
           "'\\u65e5\\u672c'", "'ab ab'"]
BYTES = ["b''", "b'a'", "b'abc'", "b'\\xff'", "b'\\377\\000'", "b'\\u00e9'", "b'key'", "br'\\x'", "b'\\xc3\\xa9'"]
MOMENTS = ["2024-02-29T12:30:45Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z",
           "9999-12-31T23:59:59.999999999Z", "2023-03-26T01:30:00Z", "2023-10-29T01:30:00+01:00",
           "2000-12-31T23:59:59.999Z", "2024-11-03T06:30:00.123456789Z", "1582-10-15T00:00:00Z",
           "2038-01-19T03:14:08Z", "2024-02-29T12:30:45+14:00", "2021-07-04T00:00:00.000001Z",
           "2010-06-01T12:00:00Z", "2011-12-31T12:00:00Z", "2014-12-01T00:00:00Z", "2016-01-01T00:00:00Z"]
# Sums of these stay below 292 years, which is what the other implementation counts in; longer ones would go wrong in
# it, silently, before the difference shows.
SPANS = ["0s", "1s", "-1s", "1h30m", "1.5s", "-0.5s", "1ms", "1us", "1ns", "86400s", "-24h", "1h1m1s1ms1us1ns",
         "5000000000s", "-5000000000s", "0.000000001s", "1000000h", "90m", "1.25h"]
ZONES = ["'UTC'", "'Europe/Oslo'", "'America/New_York'", "'Asia/Kolkata'", "'Australia/Lord_Howe'", "'+05:30'",
         "'-08:00'", "'+00:00'", "'-03:30'", "'Pacific/Apia'", "'America/Sao_Paulo'", "'02:00'",
         "'Europe/Moscow'", "'Asia/Pyongyang'"]
PATTERNS = ["'a'", "'^a'", "'b$'", "'a.c'", "'[a-c]+'", "'(ab ?)+$'", "'^\\\\d+$'", "'^[^a]*$'", "'(?i)ABC'",
            "'\\\\bab'",
            "'^$'", "'a|b'", "'x{2,3}'", "'\\\\s'"]
TYPES = ["int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type", "type", "timestamp(0)",
         "google.protobuf.Timestamp", "google.protobuf.Duration"]

TEXTS = {"int": INTS, "uint": UINTS, "double": DOUBLES, "string": STRINGS, "bytes": BYTES, "bool": ["true", "false"],
         "null": ["null"], "type": TYPES[:10] + TYPES[11:]}

PARTS = ["getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours",
         "getMinutes", "getSeconds", "getMilliseconds"]


def literal(type, random):
    """A literal, or for times the conversion of one."""
    if type == "timestamp":
        return f"timestamp('{random.choice(MOMENTS)}')"
    if type == "duration":
        return f"duration('{random.choice(SPANS)}')"
    return random.choice(TEXTS[type])


def key(type, text):
    """What makes two literal keys the same, so that a map is not given one twice."""
    if type == "string":
        return {"\"a\"": "'a'", "'\\x41'": "'A'", "'\\101'": "'A'"}.get(text, text)
    if type in ("int", "uint"):
        return int(text.rstrip("u"), 0)
    return text


def of(type):
    return ("of", type)


def call(name, receiver, *arguments):
    """`receiver.name(arguments)`."""
    parts = [of(receiver), f".{name}("]
    for place, argument in enumerate(arguments):
        parts += ([", "] if place else []) + [argument if isinstance(argument, str) else argument]
    return (*parts, ")")


def arithmetic(type, operators):
    return [("(", of(type), f" {operator} ", of(type), ")") for operator in operators]


def conversions(type, sources):
    return [(f"{type}(", of(source), ")") for source in sources]


CORE = {
    "int": arithmetic("int", "+-*/%") * 2 + conversions("int", [
        "int", "uint", "double", "string", "timestamp"]) + [
        ("-(", of("int"), ")"), ("size(", of("string"), ")"), call("size", "string"), call("size", "bytes"),
        call("size", ("list", "int")), call("size", ("map", "string", "int")), ("size(", of(("list", "string")), ")"),
        call("getHours", "duration"), call("getMinutes", "duration"), call("getSeconds", "duration"),
        call("getMilliseconds", "duration"), "part", "part", "part"],
    "uint": arithmetic("uint", "+-*/%") * 2 + conversions("uint", ["uint", "int", "double", "string"]),
    "double": arithmetic("double", "+-*/") * 2 + conversions("double", ["double", "int", "uint", "string"]) + [
        ("-(", of("double"), ")")],
    "string": arithmetic("string", "+") * 3 + conversions("string", [
        "string", "int", "uint", "double", "bytes", "bool", "timestamp", "duration"]),
    "bytes": arithmetic("bytes", "+") * 2 + conversions("bytes", ["bytes", "string"]),
    "bool": conversions("bool", ["bool", "string"]) + [
        call("startsWith", "string", of("string")), call("endsWith", "string", of("string")),
        call("contains", "string", of("string")), "matches", "matches",
        ("(type(", of("dyn"), ") == ", of("type"), ")")],
    "timestamp": [
        ("(", of("timestamp"), " + ", of("duration"), ")"), ("(", of("timestamp"), " - ", of("duration"), ")"),
        ("(", of("duration"), " + ", of("timestamp"), ")"), *conversions("timestamp", ["timestamp", "int", "string"])],
    "duration": arithmetic("duration", "+-") + [
        ("(", of("timestamp"), " - ", of("timestamp"), ")"), *conversions("duration", ["duration", "string"])],
    "type": [("type(", of(type), ")") for type in [
        "int", "uint", "double", "string", "bytes", "bool", "null", "timestamp", "duration", "dyn", "type",
        ("list", "int"), ("map", "string", "int")]],
}

EXTENDED = {
    "int": [
        call("indexOf", "string", of("string")), call("lastIndexOf", "string", of("string")),
        call("indexOf", "string", of("string"), of("int")), call("lastIndexOf", "string", of("string"), of("int")),
        ("math.greatest(", of("int"), ", ", of("int"), ")"), ("math.least(", of("int"), ", ", of("int"), ")"),
        ("math.abs(", of("int"), ")"), ("math.sign(", of("int"), ")"),
        ("math.bitAnd(", of("int"), ", ", of("int"), ")"), ("math.bitXor(", of("int"), ", ", of("int"), ")"),
        ("math.bitOr(", of("int"), ", ", of("int"), ")"), ("math.bitNot(", of("int"), ")"),
        ("math.bitShiftLeft(", of("int"), ", ", of("int"), ")"),
        ("math.bitShiftRight(", of("int"), ", ", of("int"), ")")],
    "uint": [
        ("math.greatest(", of("uint"), ", ", of("uint"), ")"), ("math.bitNot(", of("uint"), ")"),
        ("math.bitShiftLeft(", of("uint"), ", ", of("int"), ")"),
        ("math.bitShiftRight(", of("uint"), ", ", of("int"), ")")],
    "double": [
        ("math.ceil(", of("double"), ")"), ("math.floor(", of("double"), ")"), ("math.round(", of("double"), ")"),
        ("math.trunc(", of("double"), ")"), ("math.abs(", of("double"), ")"), ("math.sign(", of("double"), ")"),
        ("math.greatest(", of("double"), ", ", of("double"), ")"), ("math.sqrt(", of("double"), ")")],
    "string": [
        call("charAt", "string", of("int")), call("lowerAscii", "string"), call("upperAscii", "string"),
        call("replace", "string", of("string"), of("string")),
        call("replace", "string", of("string"), of("string"), of("int")), call("trim", "string"),
        call("reverse", "string"), call("substring", "string", of("int")),
        call("substring", "string", of("int"), of("int")), call("join", ("list", "string")),
        call("join", ("list", "string"), of("string")), ("strings.quote(", of("string"), ")")],
    "bool": [
        ("math.isNaN(", of("double"), ")"), ("math.isInf(", of("double"), ")"),
        ("math.isFinite(", of("double"), ")")],
}


def form(type, random, extensions):
    """A call or an operator that gives `type`; None where there is none."""
    forms = CORE.get(type)
    if forms is None:
        return None
    if extensions and type in EXTENDED and random.random() < 0.4:
        forms = EXTENDED[type]
    chosen = random.choice(forms)
    if chosen == "part":
        zone = "" if random.random() < 0.4 else random.choice(ZONES)
        return (of("timestamp"), f".{random.choice(PARTS)}({zone})")
    if chosen == "matches":
        return (of("string"), f".matches({random.choice(PATTERNS)})")
    return chosen
