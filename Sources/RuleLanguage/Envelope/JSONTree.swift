/// JSON in the order in which it was put together, for documents that people read too.
indirect enum JSONTree: Equatable, Sendable {
    case bool(Bool)
    case int(Int)
    case string(String)
    case array([JSONTree])
    case object([Member])

    /// One member of an object.
    struct Member: Equatable, Sendable {
        let name: String
        let value: JSONTree

        init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    static func strings(_ items: [String]) -> JSONTree { .array(items.map(JSONTree.string)) }

    /// The text: two blanks a level, short arrays of scalars on one line, a line break at the end.
    var text: String { rendered(indent: 0) + "\n" }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    private func rendered(indent: Int) -> String {
        let inner = String(repeating: "  ", count: indent + 1)
        let outer = String(repeating: "  ", count: indent)
        switch self {
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .string(let value): return Self.quoted(value)
        case .array(let items):
            let flat = "[" + items.map { $0.rendered(indent: 0) }.joined(separator: ", ") + "]"
            if items.allSatisfy(\.isScalar), flat.utf8.count + indent * 2 <= 110 { return flat }
            return "[\n" + items.map { inner + $0.rendered(indent: indent + 1) }.joined(separator: ",\n") + "\n"
                + outer + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { inner + Self.quoted($0.name) + ": " + $0.value.rendered(indent: indent + 1) }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + outer + "}"
        }
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

extension JSONTree: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
    init(dictionaryLiteral elements: (String, JSONTree)...) { self = .object(elements.map { Member($0.0, $0.1) }) }
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(arrayLiteral elements: JSONTree...) { self = .array(elements) }

    /// The object with more members behind its own.
    func adding(_ members: [Member]) -> JSONTree {
        guard case .object(let own) = self else { return self }
        return .object(own + members)
    }
}
