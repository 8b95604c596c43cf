/// Makes an expression that is mostly well typed, each choice of it decided by a byte.
///
/// When the bytes are used up only plain values are chosen, so that the expression ends.
struct ExpressionMaker {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var depth = 0
    /// Names that macros gave, each with the letter of its type.
    private var scope: [(name: Character, kind: Character)] = []

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func choice(_ count: Int) -> Int {
        guard place < bytes.count else { return 0 }
        defer { place += 1 }
        return Int(bytes[place]) % count
    }

    mutating func expression() -> String {
        let kinds = Array("biudsytplwmxok")
        return make(kinds[choice(kinds.count)])
    }

    /// A value of a kind: `b` bool, `i` int, `u` uint, `d` double, `s` text, `y` bytes, `t` time, `p` length of time,
    /// `l` ints, `w` texts, `k` devices, `m` map of ints, `x` anything, `o` optional int.
    private mutating func make(_ kind: Character) -> String {
        depth += 1
        defer { depth -= 1 }
        let plain = Self.plain[kind] ?? ["null"]
        if depth > 8 || place >= bytes.count { return plain[choice(plain.count)] }
        let fitting = scope.filter { $0.kind == kind }
        if !fitting.isEmpty, choice(2) == 0 { return String(fitting[choice(fitting.count)].name) }
        let forms = (Self.forms[kind] ?? []) + Self.any
        let pick = choice(forms.count + 2)
        return pick < forms.count ? fill(forms[pick], kind) : plain[choice(plain.count)]
    }

    /// Puts values in place of `#` and a letter; `#_` is the kind that is wanted, `#e` a name for elements.
    private mutating func fill(_ form: String, _ kind: Character) -> String {
        var text = ""
        var held: Character = "i"
        let known = scope.count
        var isMark = false
        for letter in form {
            guard isMark else {
                isMark = letter == "#"
                if !isMark { text.append(letter) }
                continue
            }
            isMark = false
            switch letter {
            case "_": text += make(kind)
            case "e":
                let names = Array("efghijvw")
                let name = names[choice(names.count)]
                text.append(name)
                scope.append((name, held))
            default:
                held = Self.elements[letter] ?? held
                text += make(letter)
            }
        }
        scope.removeLast(scope.count - known)
        return text
    }

    /// The kinds of what macros go over, for lists and for the keys of maps.
    private static let elements: [Character: Character] = ["l": "i", "w": "s", "k": "k", "m": "s"]

    private static let any = [
        "(#b ? #_ : #_)", "dyn(#_)", "[#_, #_][#i]", "{'a': #_}.a", "{#s: #_, 'b': #_}[#s]", "cel.bind(#e, #i, #_)",
        "#x", "optional.of(#_).orValue(#_)", "{'a': #_}.?a.orValue(#_)",
    ]

    private static let plain: [Character: [String]] = [
        "b": ["true", "false", "b", "activity.success", "gone == 1"],
        "i": [
            "1", "0", "-1", "i", "big", "9223372036854775807", "-9223372036854775808", "activity.risk", "gone", "63",
        ],
        "u": ["1u", "0u", "u", "18446744073709551615u"],
        "d": ["0.5", "-0.0", "d", "nan", "1e308", "activity.lat", "9.007199254740993e15"],
        "s": [
            "'a'", "''", "s", "'\\u00e9'", "activity.kind", "activity.country", "activity.later", "'NO'", "'(a+)+$'",
        ],
        "y": ["b''", "y", "b'\\xff'"],
        "t": ["t", "activity.time", "timestamp('9999-12-31T23:59:59.999999999Z')", "timestamp(0)"],
        "p": ["p", "duration('-1.5s')", "days(3)", "duration('315576000000s')"],
        "l": ["l", "[]", "[1, 2]", "lists.range(3)"], "w": ["w", "[]", "lists.w", "['a', activity.country]"],
        "m": ["m", "{}", "{'a': 1}"], "x": ["x", "dyn(i)", "activity.raw", "activity.raw.risk", "null"],
        "k": ["activity.devices[0]", "activity.devices[1]"], "o": ["optional.none()", "optional.of(1)", "m[?'a']"],
    ]

    private static let forms: [Character: [String]] = [
        "b": [
            "(#b && #b)", "(#b || #b)", "!#b", "(#i == #i)", "(#i < #i)", "(#d >= #d)", "(#d != #i)", "(#u <= #i)",
            "(#s == #s)", "(#s > #s)", "(#t < #t)", "(#p >= #p)", "(#y == #y)", "(#b == #b)", "(#l == #l)",
            "(#x == #x)",
            "(#i in #l)", "(#s in #w)", "(#s in #m)", "(#i in [1, 2, 3])", "(#s in ['a', 'NO'])", "#l.all(#e, #b)",
            "#l.exists(#e, #b)", "#w.exists(#e, #b)", "#w.exists_one(#e, #b)", "#m.all(#e, #b)", "#m.exists(k, #e, #b)",
            "activity.devices.exists(d, d.kind == #s)", "activity.devices.all(d, d.trusted)", "#k.trusted",
            "#s.startsWith(#s)", "#s.contains(#s)", "#s.endsWith('a')", "#s.matches('a.*b|[c-e]+')", "#s.matches(#s)",
            "has(#m.a)", "has(#x.risk)", "has(activity.country)", "(activity.country == null)", "iequals(#s, #s)",
            "#s.icontains(#s)", "sets.contains(#l, #l)", "isIP(#s)", "cidr('10.0.0.0/8').containsIP(#s)",
            "math.isNaN(#d)", "#o.hasValue()", "(type(#x) == int)", "(#x in #x)", "bool(#s)",
        ],
        "i": [
            "(#i + #i)", "(#i - #i)", "(#i * #i)", "(#i / #i)", "(#i % #i)", "-#i", "size(#s)", "#l.size()", "size(#m)",
            "int(#d)", "int(#u)", "int(#s)", "int(#t)", "#t.getHours('Europe/Oslo')", "#t.getDayOfYear(#s)",
            "#p.getMilliseconds()", "#t.getFullYear('-08:00')", "#s.indexOf(#s)", "math.greatest(#i, #i)", "#l[#i]",
            "#m[#s]", "#m.a", "math.bitShiftLeft(#i, #i)", "math.abs(#i)", "#o.value()", "#l.first().orValue(#i)",
        ],
        "u": ["(#u + #u)", "(#u - #u)", "(#u * #u)", "(#u / #u)", "(#u % #u)", "uint(#i)", "uint(#d)", "uint(#s)"],
        "d": [
            "(#d + #d)", "(#d - #d)", "(#d * #d)", "(#d / #d)", "-#d", "double(#i)", "double(#s)", "math.sqrt(#d)",
            "math.round(#d)", "geo_km(#d, #d, #d, #d)", "math.greatest(#d, #d)",
        ],
        "s": [
            "(#s + #s)", "string(#i)", "string(#d)", "string(#t)", "string(#p)", "string(#y)", "#s.charAt(#i)",
            "#s.lowerAscii()", "#s.replace(#s, #s)", "#s.substring(#i, #i)", "#w.join(#s)", "#s.reverse()", "#s.trim()",
            "'%s %d'.format([#x, #i])", "#s.format([#x, #d])", "regex.replace(#s, #s, #s)", "strings.quote(#s)",
            "base64.encode(#y)", "#w[#i]", "#k.kind",
        ],
        "y": ["(#y + #y)", "bytes(#s)", "base64.decode(#s)"],
        "t": ["(#t + #p)", "(#t - #p)", "timestamp(#s)", "timestamp(#i)"],
        "p": ["(#p + #p)", "(#p - #p)", "(#t - #t)", "duration(#s)", "hours(#i)", "minutes(#i)"],
        "l": [
            "[#i, #i]", "(#l + #l)", "#l.filter(#e, #b)", "#l.map(#e, #i)", "#l.map(#e, #b, #i)", "#w.map(#e, #i)",
            "#l.sort()", "#l.distinct()", "#l.slice(#i, #i)", "[#l, #l].flatten()", "#l.sortBy(#e, #i)", "[#i, ?#o]",
            "lists.range(#i)", "#l.transformList(i, #e, #i)", "#l.reverse()",
        ],
        "w": [
            "[#s, #s]", "#s.split(#s)", "(#w + #w)", "#w.filter(#e, #b)", "#m.map(#e, #s)", "regex.extractAll(#s, #s)",
        ],
        "m": ["{#s: #i}", "{'a': #i, 'b': #i}", "#m.transformMap(k, #e, #i)", "{?#s: #o}"],
        "x": [
            "dyn(#b)", "dyn(#l)", "[#i, #s]", "#x.risk", "#x[#x]", "type(#x)", "(#x + #x)", "#x.tags", "-#x", "#k",
            "{#i: #s, #s: #d}", "(#x < #x)", "size(#x)", "activity", "user.kind", "ip(#s)", "#x.map(#e, #x)",
        ],
        "o": ["optional.of(#i)", "#o.or(#o)", "#o.optMap(#e, #i)", "#l[?#i]", "#m[?#s]", "#m.?a", "#l.last()"],
    ]
}
