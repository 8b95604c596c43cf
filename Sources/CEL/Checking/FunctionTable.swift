/// Every function of the language with its types; what they do is in `Library`.
enum FunctionTable {
    /// The overloads of a name, members and functions apart.
    static let members = table(memberTexts, isMember: true)
    static let functions = table(functionTexts, isMember: false)

    private static func table(_ texts: [String], isMember: Bool) -> [String: [Overload]] {
        Dictionary(grouping: texts.map { Overload($0, isMember: isMember) }, by: \.name)
    }

    /// The overloads of an operator, by how it is written.
    static let operators: [BinaryOperator: [Overload]] = {
        var table: [BinaryOperator: [Overload]] = [:]
        let ordered = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"].map { ($0, $0) }
        let crossed = [
            ("int", "uint"), ("uint", "int"), ("int", "double"), ("double", "int"), ("uint", "double"),
            ("double", "uint"),
        ]
        for operation in [BinaryOperator.less, .lessOrEqual, .greater, .greaterOrEqual] {
            table[operation] = (ordered + crossed).map { Overload("x(\($0), \($1)) bool", isMember: false) }
        }
        let numbers = ["int", "uint", "double"].map { "x(\($0), \($0)) \($0)" }
        let spans = ["x(duration, duration) duration"]
        let texts: [BinaryOperator: [String]] = [
            .add: numbers + spans + [
                "x(string, string) string", "x(bytes, bytes) bytes", "x(list(A), list(A)) list(A)",
                "x(timestamp, duration) timestamp", "x(duration, timestamp) timestamp",
            ],
            .subtract: numbers + spans + [
                "x(timestamp, timestamp) duration", "x(timestamp, duration) timestamp",
            ],
            .multiply: numbers, .divide: numbers, .remainder: Array(numbers.prefix(2)),
            .isIn: ["x(A, list(A)) bool", "x(A, map(A, B)) bool"],
        ]
        for (operation, list) in texts { table[operation] = list.map { Overload($0, isMember: false) } }
        return table
    }()

    private static let functionTexts = [
        "size(string) int", "size(bytes) int", "size(list(A)) int", "size(map(A, B)) int",
        "matches(string, string) bool", "dyn(A) dyn", "type(A) type(A)",
        "bool(bool) bool", "bool(string) bool",
        "int(int) int", "int(uint) int", "int(double) int", "int(string) int", "int(timestamp) int",
        "int(duration) int",
        "uint(uint) uint", "uint(int) uint", "uint(double) uint", "uint(string) uint",
        "double(double) double", "double(int) double", "double(uint) double", "double(string) double",
        "string(string) string", "string(bool) string", "string(int) string", "string(uint) string",
        "string(double) string", "string(bytes) string", "string(timestamp) string", "string(duration) string",
        "string(ip) string", "string(cidr) string",
        "bytes(bytes) bytes", "bytes(string) bytes",
        "timestamp(timestamp) timestamp", "timestamp(string) timestamp", "timestamp(int) timestamp",
        "duration(duration) duration", "duration(string) duration", "duration(int) duration",
        "days(int) duration", "hours(int) duration", "minutes(int) duration",
        "iequals(string, string) bool", "icontains(string, string) bool",
        "geo_km(double, double, double, double) double",
        "optional.of(A) optional(A)", "optional.ofNonZeroValue(A) optional(A)", "optional.none() optional(A)",
        "optional.unwrap(list(optional(A))) list(A)",
        "strings.quote(string) string",
        "base64.encode(bytes) string", "base64.decode(string) bytes",
        "ip(string) ip", "isIP(string) bool", "ip.isCanonical(string) bool", "cidr(string) cidr",
        "isCIDR(string) bool",
        "lists.range(int) list(int)",
        "sets.contains(list(A), list(A)) bool", "sets.equivalent(list(A), list(A)) bool",
        "sets.intersects(list(A), list(A)) bool",
        "regex.replace(string, string, string) string", "regex.replace(string, string, string, int) string",
        "regex.extract(string, string) optional(string)", "regex.extractAll(string, string) list(string)",
        "math.ceil(double) double", "math.floor(double) double", "math.round(double) double",
        "math.trunc(double) double", "math.sqrt(double) double", "math.sqrt(int) double", "math.sqrt(uint) double",
        "math.isInf(double) bool", "math.isNaN(double) bool", "math.isFinite(double) bool",
        "math.abs(int) int", "math.abs(uint) uint", "math.abs(double) double",
        "math.sign(int) int", "math.sign(uint) uint", "math.sign(double) double",
        "math.bitAnd(int, int) int", "math.bitAnd(uint, uint) uint",
        "math.bitOr(int, int) int", "math.bitOr(uint, uint) uint",
        "math.bitXor(int, int) int", "math.bitXor(uint, uint) uint",
        "math.bitNot(int) int", "math.bitNot(uint) uint",
        "math.bitShiftLeft(int, int) int", "math.bitShiftLeft(uint, int) uint",
        "math.bitShiftRight(int, int) int", "math.bitShiftRight(uint, int) uint",
    ]

    private static let memberTexts =
        [
            "string.size() int", "bytes.size() int", "list(A).size() int", "map(A, B).size() int",
            "string.startsWith(string) bool", "string.endsWith(string) bool", "string.contains(string) bool",
            "string.matches(string) bool", "string.iequals(string) bool", "string.icontains(string) bool",
            "string.charAt(int) string", "string.indexOf(string) int", "string.indexOf(string, int) int",
            "string.lastIndexOf(string) int", "string.lastIndexOf(string, int) int",
            "string.lowerAscii() string", "string.upperAscii() string", "string.trim() string",
            "string.replace(string, string) string", "string.replace(string, string, int) string",
            "string.split(string) list(string)", "string.split(string, int) list(string)",
            "string.substring(int) string", "string.substring(int, int) string", "string.reverse() string",
            "string.format(list(dyn)) string",
            "list(string).join() string", "list(string).join(string) string",
            "list(A).distinct() list(A)", "list(A).reverse() list(A)", "list(A).slice(int, int) list(A)",
            "list(A).sort() list(A)", "list(A).first() optional(A)", "list(A).last() optional(A)",
            "list(list(A)).flatten() list(A)", "list(dyn).flatten() list(dyn)", "list(dyn).flatten(int) list(dyn)",
            "optional(A).hasValue() bool", "optional(A).value() A", "optional(A).orValue(A) A",
            "optional(A).or(optional(A)) optional(A)", "list(optional(A)).unwrapOpt() list(A)",
            "ip.family() int", "ip.isUnspecified() bool", "ip.isLoopback() bool", "ip.isGlobalUnicast() bool",
            "ip.isLinkLocalMulticast() bool", "ip.isLinkLocalUnicast() bool",
            "cidr.containsIP(ip) bool", "cidr.containsIP(string) bool", "cidr.containsCIDR(cidr) bool",
            "cidr.containsCIDR(string) bool", "cidr.ip() ip", "cidr.masked() cidr", "cidr.prefixLength() int",
            "duration.getHours() int", "duration.getMinutes() int", "duration.getSeconds() int",
            "duration.getMilliseconds() int",
        ]
        + [
            "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours",
            "getMinutes", "getSeconds", "getMilliseconds",
        ].flatMap { ["timestamp.\($0)() int", "timestamp.\($0)(string) int"] }

    /// Functions that take any number of arguments and are checked by hand.
    static let variadic: Set<String> = ["math.greatest", "math.least"]

    /// The parts of names with dots, such as `math`, which are no variables.
    static let namespaces = Set(
        (Array(functions.keys) + variadic).compactMap { name in
            name.contains(".") ? name.split(separator: ".").first.map(String.init) : nil
        } + ["cel"])
}
