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
/// are passed over, but counted in the memory.
public struct JSONObjectScan: Sendable {
    /// The code of keys that are known and passed over: they are not found, and not counted as unknown.
    public static let passedOver: UInt8 = 255

    private let keys: JSONKeyTable

    public init(keys: JSONKeyTable) { self.keys = keys }

    /// Finds the members of the object that begins at `start`.
    ///
    /// - Parameters:
    ///   - text: Less than 4 GiB.
    ///   - start: The position of the opening brace, or of blanks before it.
    ///   - found: Room for the members, in the order of the text; a key that comes twice is there twice.
    ///   - memory: What the records before were like, for speed alone.
    /// - Returns: The position after the closing brace, and how many members were found.
    /// - Throws: `JSONFault.Reason.unexpectedEnd` when more bytes may help, `JSONFault.Reason.wrongKind` when the
    ///   value is no object.
    public func members(
        of text: UnsafeRawBufferPointer, from start: Int = 0, into found: UnsafeMutableBufferPointer<JSONMember>,
        memory: JSONKeyMemory
    ) throws(JSONFault) -> (end: Int, count: Int) {
        guard text.count <= Int(UInt32.max) else { throw JSONFault(.tooLong, at: 0) }
        let scan = ByteScan(text)
        var place = scan.pastBlank(start)
        guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
        guard scan.byte(place) == UInt8(ascii: "{") else { throw JSONFault(.wrongKind, at: place) }
        place = scan.pastBlank(place + 1)
        if place < scan.end, scan.byte(place) == UInt8(ascii: "}") { return (place + 1, 0) }
        let entries = memory.entries
        var last = 0
        var count = 0
        while true {
            var entry = entries[last].next
            let guess = entries + entry
            let code: UInt8
            if place &+ 32 <= scan.end ? scan.has(guess, at: place) : scan.hasNearEnd(guess, at: place) {
                place &+= guess.pointee.length
                code = guess.pointee.code
                if place < scan.end, scan.byte(place) <= 0x20 { place = scan.pastBlank(place) }
            } else {
                (place, code, entry) = try key(scan, place, memory, after: last)
            }
            last = entry
            if scan.hasNull(place) {
                place &+= 5
                if scan.byte(place) <= 0x20 { place = scan.pastBlank(place) }
                continue
            }
            guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
            let first = scan.byte(place)
            if first == UInt8(ascii: "n") {
                place = try scan.pastLiteral(place)
            } else {
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
                } else if last == 0 {
                    memory.noteUnlearnt()
                } else {
                    entries[last].unasked &+= 1
                }
            }
            guard let next = try scan.pastSeparator(place) else { return (scan.pastBlank(place) + 1, count) }
            place = next
        }
    }

    /// Reads a key that was not guessed, and learns it.
    ///
    /// - Parameter last: The entry of the key before.
    /// - Returns: The position of the value, the key's code, and its entry.
    private func key(
        _ scan: ByteScan, _ start: Int, _ memory: JSONKeyMemory, after last: Int
    ) throws(JSONFault) -> (place: Int, code: UInt8, entry: Int) {
        let key = try scan.openQuote(start)
        let (keyEnd, hasEscapes) = try scan.pastString(key)
        let place = try scan.pastColon(keyEnd + 1)
        memory.unlearnt = UnsafeRawBufferPointer(start: scan.base + key, count: keyEnd - key)
        if hasEscapes { return (place, 0, 0) }
        var code = keys.code(scan.base + key, count: keyEnd - key, mayReadOn: key + 8 <= scan.end)
        let isPassedOver = code == Self.passedOver
        if isPassedOver {
            memory.unlearnt = UnsafeRawBufferPointer(start: nil, count: 0)
            code = 0
        }
        // Only text without blanks before the colon can be compared as a whole.
        guard scan.byte(keyEnd + 1) == UInt8(ascii: ":") else { return (place, code, 0) }
        let entry = memory.entry(
            of: UnsafeRawBufferPointer(start: scan.base + start, count: keyEnd + 2 - start), code: code,
            isPassedOver: isPassedOver)
        memory.entries[last].next = entry
        return (place, code, entry)
    }
}

extension ByteScan {
    /// Whether `null,` is at `place`, and more after it: what most members of most records are.
    @inline(__always)
    func hasNull(_ place: Int) -> Bool {
        place &+ 8 <= end && word(place) & 0xFF_FFFF_FFFF == 0x2C_6C6C_756E
    }

    /// Past the comma after a member, and blanks; nil at the closing brace, which is not passed.
    @inline(__always)
    func pastSeparator(_ start: Int) throws(JSONFault) -> Int? {
        var place = start
        if place < end, byte(place) <= 0x20 { place = pastBlank(place) }
        guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
        let next = byte(place)
        if next == UInt8(ascii: ",") {
            place += 1
            return place < end && byte(place) <= 0x20 ? pastBlank(place) : place
        }
        guard next == UInt8(ascii: "}") else { throw JSONFault(.unexpectedByte, at: place) }
        return nil
    }
}
