/// Walks a document from the front: into objects and arrays, past values, checking all it passes.
///
/// The cursor is a value: a copy taken before a step goes back to it, which is how a reader of blocks tries again when
/// more bytes have come.
public struct JSONCursor {
    private let scan: ByteScan
    /// The byte that is read next, from 0.
    public private(set) var position: Int
    /// How many objects and arrays are open.
    public private(set) var depth = 0
    /// One bit a level: whether a member or element has been met there.
    private var hasMembers: UInt64 = 0

    /// A cursor at the start of a document.
    ///
    /// - Parameter text: Outlives the cursor and every value that it gives.
    public init(_ text: UnsafeRawBufferPointer, at position: Int = 0) {
        scan = ByteScan(text)
        self.position = position
    }

    /// The kind of the next value, without stepping past it; blanks before it are passed.
    public mutating func peekKind() throws(JSONFault) -> JSONKind {
        position = scan.pastBlank(position)
        guard position < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
        guard let kind = scan.kind(position) else { throw JSONFault(.unexpectedByte, at: position) }
        return kind
    }

    /// The next value, whole; the cursor is after it.
    public mutating func value() throws(JSONFault) -> JSONValue {
        let kind = try peekKind()
        let start = position
        if kind == .string {
            let (end, hasEscapes) = try scan.pastString(start + 1)
            position = end + 1
            return JSONValue(kind: .string, text: slice(start + 1, end), hasEscapes: hasEscapes)
        }
        position = try scan.pastValue(start, depth: depth)
        return JSONValue(kind: kind, text: slice(start, position))
    }

    /// The next value, and the cursor after it, also when what is inside is too deep or no JSON: then its quotes and
    /// brackets alone say where it ends, so that one bad element of a list does not hide those after it.
    ///
    /// - Throws: When not even those tell the end: the text ends first, or the value is a broken number or word.
    public mutating func valueOrExtent() throws(JSONFault) -> JSONValue {
        let start = self
        do throws(JSONFault) {
            return try value()
        } catch {
            self = start
            let kind = try peekKind()
            guard error.reason != .unexpectedEnd, kind == .string || kind == .array || kind == .object else {
                throw error
            }
            let first = position
            position = try scan.pastBrackets(first)
            return kind == .string
                ? JSONValue(kind: kind, text: slice(first + 1, position - 1), hasEscapes: true)
                : JSONValue(kind: kind, text: slice(first, position))
        }
    }

    /// Steps into the object that comes next.
    public mutating func enterObject() throws(JSONFault) { try enter(.object) }

    /// Steps into the array that comes next.
    public mutating func enterArray() throws(JSONFault) { try enter(.array) }

    /// The next key of the object that is open, with the cursor before its value; nil after the closing brace.
    public mutating func nextKey() throws(JSONFault) -> JSONValue? {
        guard try stepsToMember(closing: UInt8(ascii: "}")) else { return nil }
        let start = try scan.openQuote(position)
        let (end, hasEscapes) = try scan.pastString(start)
        position = try scan.pastColon(end + 1)
        return JSONValue(kind: .string, text: slice(start, end), hasEscapes: hasEscapes)
    }

    /// Whether the array that is open has another element, with the cursor before it; false after the closing bracket.
    public mutating func nextElement() throws(JSONFault) -> Bool {
        try stepsToMember(closing: UInt8(ascii: "]"))
    }

    /// Passes blanks and makes sure that nothing else is left.
    public mutating func finish() throws(JSONFault) {
        position = scan.pastBlank(position)
        guard position == scan.end else { throw JSONFault(.trailingBytes, at: position) }
    }

    private mutating func enter(_ kind: JSONKind) throws(JSONFault) {
        guard try peekKind() == kind else { throw JSONFault(.wrongKind, at: position) }
        guard depth < JSONLimits.depth else { throw JSONFault(.tooDeep, at: position) }
        position += 1
        depth += 1
        hasMembers &= ~(1 << UInt64(depth - 1))
    }

    private mutating func stepsToMember(closing: UInt8) throws(JSONFault) -> Bool {
        precondition(depth > 0, "there is no open object or array to step through")
        let bit: UInt64 = 1 << UInt64(depth - 1)
        var place = scan.pastBlank(position)
        guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
        if scan.byte(place) == closing {
            position = place + 1
            depth -= 1
            return false
        }
        if hasMembers & bit != 0 {
            guard scan.byte(place) == UInt8(ascii: ",") else { throw JSONFault(.unexpectedByte, at: place) }
            place = scan.pastBlank(place + 1)
            guard place < scan.end else { throw JSONFault(.unexpectedEnd, at: scan.end) }
            guard scan.byte(place) != closing else { throw JSONFault(.unexpectedByte, at: place) }
        }
        hasMembers |= bit
        position = place
        return true
    }

    private func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: scan.base + start, count: end - start)
    }
}

extension ByteScan {
    /// Past the text, object or array that begins at `start`, by its quotes and brackets alone.
    fileprivate func pastBrackets(_ start: Int) throws(JSONFault) -> Int {
        var place = start
        var depth = 0
        var isText = false
        while place < end {
            switch byte(place) {
            case UInt8(ascii: "\\") where isText: place += 1
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText: depth += 1
            case UInt8(ascii: "}") where !isText, UInt8(ascii: "]") where !isText: depth -= 1
            default: break
            }
            place += 1
            if depth <= 0, !isText { return place }
        }
        throw JSONFault(.unexpectedEnd, at: end)
    }
}
