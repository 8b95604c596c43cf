import FieldStorage

/// Reads JSON text as values: whole numbers that fit become int, others double.
struct JSONText {
    /// The value of a slot that holds JSON text.
    static func value(_ slot: Slot, label: String) throws(EvaluationFailure) -> Value {
        switch slot.tag {
        case .unknown: throw .unknown(field: label)
        case .string:
            var reader = JSONText(slot.text)
            guard let value = reader.document() else { throw .invalidArgument("`\(label)` is not valid JSON") }
            return value
        default:
            guard let value = Value(scalarOrBox: slot) else { throw .unknown(field: label) }
            return value
        }
    }

    private static let nestingLimit = 64
    private let text: UnsafeRawBufferPointer
    private var place = 0
    private var depth = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// The only value of the text; nil when it is not valid JSON or nested deeper than 64.
    mutating func document() -> Value? {
        guard let value = value() else { return nil }
        skipBlanks()
        return place == text.count ? value : nil
    }

    private var byte: UInt8 { place < text.count ? text[place] : 0 }

    private mutating func skipBlanks() {
        while place < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[place]) { place += 1 }
    }

    private mutating func accept(_ mark: UInt8) -> Bool {
        skipBlanks()
        guard byte == mark else { return false }
        place += 1
        return true
    }

    private mutating func value() -> Value? {
        skipBlanks()
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.nestingLimit else { return nil }
        switch byte {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) -> Value? {
        let length = word.utf8CodeUnitCount
        guard place + length <= text.count else { return nil }
        for index in 0..<length where text[place + index] != word.utf8Start[index] { return nil }
        place += length
        return value
    }

    private mutating func object() -> Value? {
        place += 1
        var map = MapValue()
        if accept(UInt8(ascii: "}")) { return .map(map) }
        while true {
            skipBlanks()
            guard byte == UInt8(ascii: "\""), let key = string(), accept(UInt8(ascii: ":")), let value = value() else {
                return nil
            }
            _ = map.insert(value, for: .string(key))
            if accept(UInt8(ascii: "}")) { return .map(map) }
            guard accept(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func array() -> Value? {
        place += 1
        var elements: [Value] = []
        if accept(UInt8(ascii: "]")) { return .list(elements) }
        while true {
            guard let element = value() else { return nil }
            elements.append(element)
            if accept(UInt8(ascii: "]")) { return .list(elements) }
            guard accept(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func number() -> Value? {
        let start = place
        if byte == UInt8(ascii: "-") { place += 1 }
        while byte.isDigit || [0x2e, 0x65, 0x45, 0x2b, 0x2d].contains(byte) { place += 1 }
        let digits = String(decoding: text[start..<place], as: UTF8.self)
        if let whole = Int64(digits) { return .int(whole) }
        guard let first = digits.utf8.first, first.isDigit || first == 0x2d, let number = Double(digits),
            number.isFinite
        else { return nil }
        return .double(number)
    }

    private mutating func string() -> String? {
        place += 1
        var bytes: [UInt8] = []
        while place < text.count {
            let byte = text[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case 0..<0x20: return nil
            case UInt8(ascii: "\\"): guard escape(into: &bytes) else { return nil }
            default: bytes.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into bytes: inout [UInt8]) -> Bool {
        let kind = byte
        place += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(kind)
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "f"): bytes.append(12)
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "u"):
            guard var unit = hexUnit() else { return false }
            if unit & 0xfc00 == 0xd800, byte == UInt8(ascii: "\\"), place + 1 < text.count,
                text[place + 1] == UInt8(ascii: "u")
            {
                place += 2
                guard let low = hexUnit(), low & 0xfc00 == 0xdc00 else { return false }
                unit = 0x10000 + (unit & 0x3ff) << 10 + (low & 0x3ff)
            }
            // A half of a pair alone is no code point; it reads as the replacement character.
            bytes += Array(String(Character(Unicode.Scalar(unit) ?? "\u{fffd}")).utf8)
        default: return false
        }
        return true
    }

    private mutating func hexUnit() -> UInt32? {
        guard place + 4 <= text.count else { return nil }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(byte) else { return nil }
            unit = unit << 4 | UInt32(digit)
            place += 1
        }
        return unit
    }
}

/// The last JSON text that was read, and what it says.
///
/// Text is the same when its bytes are: an address may have been given to another record since.
final class JSONMemo {
    private var bytes: [UInt8] = []
    private var known: Value?

    /// The value of a slot that holds JSON text.
    func value(_ slot: Slot, label: String) throws(EvaluationFailure) -> Value {
        guard slot.tag == .string else { return try JSONText.value(slot, label: label) }
        if let known, isSame(slot) { return known }
        let made = try JSONText.value(slot, label: label)
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: slot.text)
        known = made
        return made
    }

    private func isSame(_ slot: Slot) -> Bool {
        bytes.withUnsafeBytes { $0.count == slot.text.count && sameBytes($0, at: 0, slot.text) }
    }
}
