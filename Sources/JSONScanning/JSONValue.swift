/// A value as a slice of the text it was found in.
///
/// Its grammar has been checked, but for what `JSONCursor.valueOrExtent()` gives of a broken one: then the end is all
/// that is known, and what is read of it is made of its own bytes, whatever they are.
@frozen
public struct JSONValue {
    public let kind: JSONKind
    /// Whether a string has escapes that `string` has to resolve.
    public let hasEscapes: Bool
    /// The bytes: of a string without its quotes, of anything else all of them.
    public let text: UnsafeRawBufferPointer

    @inlinable
    public init(kind: JSONKind, text: UnsafeRawBufferPointer, hasEscapes: Bool = false) {
        self.kind = kind
        self.text = text
        self.hasEscapes = hasEscapes
    }

    /// The text of a string with its escapes resolved; nil for other kinds.
    public var string: String? {
        guard kind == .string else { return nil }
        guard hasEscapes else { return String(decoding: text, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: text.count) { room in
            unescape(into: UnsafeMutableRawBufferPointer(room))
        }
    }

    /// The number when it is an integer without fraction and exponent that fits; nil for other kinds.
    public var integer: Int64? { kind == .number ? Self.integer(text) : nil }

    /// The number as a double; nil for other kinds.
    public var double: Double? {
        kind == .number ? Double(String(decoding: text, as: UTF8.self)) : nil
    }

    /// The truth value; nil for other kinds.
    public var bool: Bool? { kind == .true ? true : kind == .false ? false : nil }

    /// A decimal integer, all of the text, with an optional minus; nil when it is none or does not fit.
    public static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard let first = text.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard text.count > start, text.count <= 20 else { return nil }
        var value: UInt64 = 0
        if text.count <= 18 {
            for place in start..<text.count {
                let digit = text[place] &- 48
                guard digit < 10 else { return nil }
                value = value &* 10 &+ UInt64(digit)
            }
            return isNegative ? 0 &- Int64(truncatingIfNeeded: value) : Int64(truncatingIfNeeded: value)
        }
        for place in start..<text.count {
            let digit = text[place] &- 48
            guard digit < 10 else { return nil }
            let (product, isOver) = value.multipliedReportingOverflow(by: 10)
            let (sum, isCarried) = product.addingReportingOverflow(UInt64(digit))
            guard !isOver, !isCarried else { return nil }
            value = sum
        }
        if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
        return value < 1 << 63 ? Int64(value) : nil
    }

    /// Writes a string's text with its escapes resolved.
    ///
    /// A surrogate without its partner becomes U+FFFD, so that what is written is always UTF-8.
    ///
    /// Of a text that was not checked an escape may be cut off by its end: it means what is there of it.
    ///
    /// - Parameter room: At least as many bytes as `text` has; resolved text is never longer.
    /// - Returns: How many bytes were written.
    public func unescape(into room: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        var place = 0
        while place < text.count {
            let byte = text[place]
            guard byte == UInt8(ascii: "\\") else {
                room[written] = byte
                written += 1
                place += 1
                continue
            }
            guard place + 1 < text.count else { break }
            let escape = text[place + 1]
            place += 2
            guard escape == UInt8(ascii: "u") else {
                room[written] = Self.meaning(of: escape)
                written += 1
                continue
            }
            let scalar = self.scalar(at: &place)
            for unit in String(Character(scalar)).utf8 {
                room[written] = unit
                written += 1
            }
        }
        return written
    }

    private static func meaning(of escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "t"): 9
        default: escape
        }
    }

    /// The scalar whose four digits begin at `place`, with the second half of a pair when it follows.
    private func scalar(at place: inout Int) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let unit = hexUnit(place)
        place += 4
        guard (0xD800...0xDBFF).contains(unit) else { return Unicode.Scalar(unit) ?? replacement }
        guard place + 6 <= text.count, text[place] == UInt8(ascii: "\\"), text[place + 1] == UInt8(ascii: "u")
        else { return replacement }
        let partner = hexUnit(place + 2)
        guard (0xDC00...0xDFFF).contains(partner) else { return replacement }
        place += 6
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (partner - 0xDC00)) ?? replacement
    }

    private func hexUnit(_ start: Int) -> UInt32 {
        (start..<min(start + 4, text.count)).reduce(0) { $0 << 4 | (ByteScan.hexValue(text[$1]) ?? 0) }
    }
}
