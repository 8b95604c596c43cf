import JSONScanning

/// A JSON document as a tree, for comparison.
indirect enum Tree: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Tree])
    case object([String: Tree])

    /// Reads a document with the cursor; every key twice or more keeps its last value.
    static func read(_ text: [UInt8]) throws -> Tree {
        try text.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes)
            let tree = try read(&cursor)
            try cursor.finish()
            return tree
        }
    }

    private static func read(_ cursor: inout JSONCursor) throws -> Tree {
        switch try cursor.peekKind() {
        case .object:
            var members: [String: Tree] = [:]
            try cursor.enterObject()
            while let key = try cursor.nextKey() { members[key.string ?? ""] = try read(&cursor) }
            return .object(members)
        case .array:
            var elements: [Tree] = []
            try cursor.enterArray()
            while try cursor.nextElement() { elements.append(try read(&cursor)) }
            return .array(elements)
        case .string: return .string(try cursor.value().string ?? "")
        case .number: return .number(try cursor.value().double ?? .nan)
        case .true, .false: return .bool(try cursor.value().bool ?? false)
        case .null:
            _ = try cursor.value()
            return .null
        }
    }
}

/// Whether `text` is one whole JSON value by the scanner's pass over values; why not otherwise.
func fault(in text: [UInt8]) -> JSONFault? {
    text.withUnsafeBytes { bytes in
        do throws(JSONFault) {
            var cursor = JSONCursor(bytes)
            _ = try cursor.value()
            try cursor.finish()
            return nil
        } catch {
            return error
        }
    }
}

/// A generator whose numbers depend on its seed alone (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
