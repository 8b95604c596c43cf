/// One way to call a function: the types it takes and the type it gives.
struct Overload: Sendable {
    let name: String
    let isMember: Bool
    /// The receiver first, when it is a member.
    let parameters: [CELType]
    let result: CELType

    /// An overload from `name(types) result` or `type.name(types) result`.
    ///
    /// - Precondition: The text is one of the tables of this module.
    init(_ text: String, isMember: Bool) {
        var reader = TypeReader(text)
        var parameters: [CELType] = []
        if isMember {
            parameters.append(reader.type())
            reader.skip(".")
        }
        name = reader.dottedName()
        reader.skip("(")
        while !reader.accepts(")") {
            parameters.append(reader.type())
            _ = reader.accepts(",")
        }
        result = reader.type()
        self.parameters = parameters
        self.isMember = isMember
    }

    init(name: String, isMember: Bool, parameters: [CELType], result: CELType) {
        self.name = name
        self.isMember = isMember
        self.parameters = parameters
        self.result = result
    }
}

/// Reads types as CEL writes them: `list(A)`, `map(string, int)`, `optional_type(dyn)`, `<T>`.
struct TypeReader {
    private let text: [UInt8]
    private var place = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    private mutating func skipBlanks() {
        while place < text.count, text[place] == 0x20 { place += 1 }
    }

    mutating func accepts(_ mark: Character) -> Bool {
        skipBlanks()
        guard place < text.count, text[place] == mark.asciiValue else { return false }
        place += 1
        return true
    }

    mutating func skip(_ mark: Character) { _ = accepts(mark) }

    private mutating func word(dots: Bool) -> String {
        skipBlanks()
        let start = place
        while place < text.count,
            text[place].isLetter || text[place].isDigit || text[place] == 0x5f || (dots && text[place] == 0x2e)
        {
            place += 1
        }
        return String(decoding: text[start..<place], as: UTF8.self)
    }

    mutating func dottedName() -> String { word(dots: true) }

    private mutating func arguments() -> [CELType] {
        guard accepts("(") else { return [] }
        var types: [CELType] = []
        while place < text.count, !accepts(")") {
            types.append(type())
            _ = accepts(",")
        }
        return types
    }

    /// The next type; single capitals and names in angle brackets are parameters.
    mutating func type() -> CELType {
        if accepts("<") {
            let name = word(dots: false)
            skip(">")
            return .parameter(name)
        }
        let name = word(dots: false)
        if name == "net" || name == "google" { return CELType.named[name + word(dots: true)] ?? .dyn }
        switch name {
        case "bool": return .bool
        case "int": return .int
        case "uint": return .uint
        case "double": return .double
        case "string": return .string
        case "bytes": return .bytes
        case "dyn": return .dyn
        case "null_type": return .null
        case "timestamp": return .timestamp
        case "duration": return .duration
        case "ip": return .ip
        case "cidr": return .cidr
        default: break
        }
        if name.utf8.count == 1 { return .parameter(name) }
        let parts = arguments()
        switch (name, parts.count) {
        case ("list", 1): return .list(parts[0])
        case ("map", 2): return .map(parts[0], parts[1])
        case ("optional", 1), ("optional_type", 1): return .optional(parts[0])
        case ("type", 1): return .type(parts[0])
        case ("type", 0): return .type(.dyn)
        case ("wrapper", 1): return .wrapper(parts[0])
        default: return .opaque(name, parts)
        }
    }
}
