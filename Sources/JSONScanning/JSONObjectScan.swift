/// A member that was found: its key's code and its value, in sixteen bytes.
@frozen
public struct JSONMember {
    /// Where the value begins; of a string after its quote.
    public let start: UnsafeRawPointer
    /// Its length in bytes; of a string without its quotes.
    public let count: UInt32
    /// The key's code in the table.
    public let code: UInt8
    public let kind: JSONKind
    public let hasEscapes: Bool

    /// The value's bytes.
    @inlinable
    public var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: Int(count)) }

    /// The value as a slice.
    @inlinable
    public var value: JSONValue { JSONValue(kind: kind, text: text, hasEscapes: hasEscapes) }
}

/// Reads one object of known keys in one pass: the hot path of the product.
///
/// All of the object is checked, also what is passed over. Members that are null count as absent, and unknown keys
/// are passed over.
public struct JSONObjectScan: Sendable {
    private let keys: JSONKeyTable

    public init(keys: JSONKeyTable) { self.keys = keys }

    /// Finds the members of the object that begins at `start`.
    ///
    /// - Parameters:
    ///   - text: Less than 4 GiB.
    ///   - start: The position of the opening brace, or of blanks before it.
    ///   - found: Room for the members, in the order of the text; a key that comes twice is there twice.
    /// - Returns: The position after the closing brace, and how many members were found.
    /// - Throws: `JSONFault.Reason.unexpectedEnd` when more bytes may help, `JSONFault.Reason.wrongKind` when the
    ///   value is no object.
    public func members(
        of text: UnsafeRawBufferPointer, from start: Int = 0, into found: UnsafeMutableBufferPointer<JSONMember>
    ) throws(JSONFault) -> (end: Int, count: Int) {
        guard text.count <= Int(UInt32.max) else { throw JSONFault(.tooLong, at: 0) }
        let scan = ByteScan(text)
        var place = scan.pastBlank(start)
        guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
        guard scan.byte(place) == UInt8(ascii: "{") else { throw JSONFault(.wrongKind, at: place) }
        place = scan.pastBlank(place + 1)
        if place < scan.end, scan.byte(place) == UInt8(ascii: "}") { return (place + 1, 0) }
        var count = 0
        while true {
            let key = try scan.openQuote(place)
            let (keyEnd, keyHasEscapes) = try scan.pastString(key)
            place = try scan.pastColon(keyEnd + 1)
            guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
            let first = scan.byte(place)
            if first == UInt8(ascii: "n") {
                place = try scan.pastLiteral(place)
            } else {
                let code =
                    keyHasEscapes ? 0 : keys.code(scan.base + key, count: keyEnd - key, mayReadOn: key + 8 <= scan.end)
                let value = place
                var isEscaped = false
                if first == UInt8(ascii: "\"") {
                    let (valueEnd, hasEscapes) = try scan.pastString(value + 1)
                    place = valueEnd + 1
                    isEscaped = hasEscapes
                } else if first &- 48 < 10 {
                    place = try scan.pastNumber(value)
                } else {
                    place = try scan.pastValue(value, depth: 1)
                }
                if code != 0 {
                    guard count < found.count else { throw JSONFault(.tooManyMembers, at: value) }
                    let isString = first == UInt8(ascii: "\"")
                    found[count] = JSONMember(
                        start: scan.base + (isString ? value + 1 : value),
                        count: UInt32(truncatingIfNeeded: isString ? place - value - 2 : place - value), code: code,
                        kind: isString ? .string : scan.kind(value) ?? .null, hasEscapes: isEscaped)
                    count += 1
                }
            }
            place = scan.pastBlank(place)
            guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
            let next = scan.byte(place)
            if next == UInt8(ascii: "}") { return (place + 1, count) }
            guard next == UInt8(ascii: ",") else { throw JSONFault(.unexpectedByte, at: place) }
            place = scan.pastBlank(place + 1)
        }
    }
}
