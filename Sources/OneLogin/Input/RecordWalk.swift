import JSONScanning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds the records of a file: one a line, or in the arrays of a document.
///
/// Lines: an object, an array of objects, or an envelope with a list. Documents: an array of records, an envelope
/// (`data`, `events`), a directory (`users`, `groups` and so on), or one record.
struct RecordWalk {
    /// One record that was found.
    struct Record {
        let text: UnsafeRawBufferPointer
        /// The list it was in; nil for a list without a name.
        let collection: Collection?
        let line: Int
        /// What keeps `text` alive, and is itself kept by the walk until the next record.
        let block: Unmanaged<FileBlock>

        init(text: UnsafeRawBufferPointer, collection: Collection?, line: Int, block: FileBlock) {
            self.text = text
            self.collection = collection
            self.line = line
            self.block = .passUnretained(block)
        }
    }

    /// What a walk tells.
    enum Finding {
        case record(Record)
        case unreadable(reason: String, text: UnsafeRawBufferPointer, line: Int)
    }

    /// The lists whose elements are records.
    enum Collection: String, Sendable {
        case data, events, users, groups, roles, apps, privileges, devices, mappings
    }

    var reader: BlockReader
    /// How the last line began that was no envelope: its first key, from the brace to the value.
    private var start = LineStart()

    init(_ path: String) throws(InputFailure) {
        reader = try BlockReader(path)
        _ = try reader.refill()
    }

    /// A walk through bytes in memory, as though they were a file.
    init(bytes: [UInt8]) { reader = BlockReader(bytes) }

    func finish() { reader.finish() }

    /// Tells every finding to `take`, in order, until it answers false or the file ends.
    mutating func run(_ take: (Finding) throws -> Bool) throws {
        if try hasLines() { try runLines(take) } else { try runDocuments(take) }
    }

    // MARK: Lines

    /// Whether the file has one value a line: the first line is one, or is a broken one before a line that is whole.
    private mutating func hasLines() throws(InputFailure) -> Bool {
        skipMark()
        let lines = reader.unread.split(separator: 10, maxSplits: 64, omittingEmptySubsequences: true)
            .map { UnsafeRawBufferPointer(rebasing: $0) }.filter { line in line.contains { $0 > 0x20 } }
        guard let first = lines.first else { return true }
        guard let fault = Self.fault(first) else { return true }
        guard fault.reason == .unexpectedEnd else { return true }
        // A list whose elements have lines of their own, the first beside the bracket.
        if first.first(where: { $0 > 0x20 }) == UInt8(ascii: "["), first.last(where: { $0 > 0x20 }) == UInt8(ascii: ",")
        {
            return false
        }
        guard lines.count > 1, first.filter({ $0 > 0x20 }).count > 1 else { return false }
        return Self.fault(lines[1]) == nil
    }

    /// Past a byte order mark, which some editors write.
    private mutating func skipMark() {
        if reader.unread.starts(with: [0xEF, 0xBB, 0xBF]) { reader.consume(3, lines: 0) }
    }

    private static func fault(_ text: UnsafeRawBufferPointer) -> JSONFault? {
        do throws(JSONFault) {
            var cursor = JSONCursor(text)
            _ = try cursor.value()
            try cursor.finish()
            return nil
        } catch {
            return error
        }
    }

    private mutating func runLines(_ take: (Finding) throws -> Bool) throws {
        while true {
            let unread = reader.unread
            guard let base = unread.baseAddress, let found = memchr(base, 10, unread.count) else {
                do throws(InputFailure) {
                    if try reader.refill() { continue }
                } catch {
                    guard case .recordTooLong = error else { throw error }
                    guard try take(.unreadable(reason: "the line is too long", text: unread, line: reader.line))
                    else { return }
                    try skipLine()
                    continue
                }
                if reader.unread.contains(where: { $0 > 0x20 }) {
                    _ = try line(reader.unread, take)
                }
                return
            }
            let count = UnsafeRawPointer(found) - base
            guard try line(UnsafeRawBufferPointer(rebasing: unread[..<count]), take) else { return }
            reader.consume(count + 1, lines: 1)
        }
    }

    /// Past the rest of a line that is too long to hold.
    private mutating func skipLine() throws(InputFailure) {
        while true {
            if let place = reader.unread.firstIndex(of: 10) {
                reader.consume(place + 1, lines: 1)
                return
            }
            reader.consume(reader.unread.count, lines: 0)
            guard try reader.refill() else { return }
        }
    }

    private mutating func line(_ text: UnsafeRawBufferPointer, _ take: (Finding) throws -> Bool) throws -> Bool {
        if start.begins(text) {
            return try take(.record(Record(text: text, collection: nil, line: reader.line, block: reader.block)))
        }
        if text.first == UInt8(ascii: "{"), !isEnvelope(text) {
            start.learn(text)
            return try take(.record(Record(text: text, collection: nil, line: reader.line, block: reader.block)))
        }
        guard let start = text.firstIndex(where: { $0 > 0x20 }) else { return true }
        let value = UnsafeRawBufferPointer(rebasing: text[start...])
        if value.first == UInt8(ascii: "[") { return try elements(value, nil, take) }
        let members = isEnvelope(value) ? JSONMembers(envelope: value) : nil
        if members == nil, let fault = Self.fault(value) {
            return try take(.unreadable(reason: "\(fault)", text: value, line: reader.line))
        }
        guard let members else {
            return try take(.record(Record(text: value, collection: nil, line: reader.line, block: reader.block)))
        }
        for collection in Self.ordered {
            guard let list = members[collection.rawValue], list.kind == .array else { continue }
            guard try elements(list.text, collection, take) else { return false }
        }
        return true
    }

    private func elements(
        _ text: UnsafeRawBufferPointer, _ collection: Collection?, _ take: (Finding) throws -> Bool
    ) throws -> Bool {
        let elements = JSONElements(text)
        for element in elements {
            guard try take(finding(element, collection, line: reader.line)) else { return false }
        }
        guard let rest = elements.rest else { return true }
        return try take(.unreadable(reason: "\(rest.fault)", text: rest.text, line: reader.line))
    }

    func finding(_ value: JSONValue, _ collection: Collection?, line: Int) -> Finding {
        value.kind == .object
            ? .record(Record(text: value.text, collection: collection, line: line, block: reader.block))
            : .unreadable(reason: "the record is no object", text: value.text, line: line)
    }

    /// Whether an object begins as an envelope does, `{"status":` or with a list: cheap enough for every line.
    private func isEnvelope(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count > 12 else { return false }
        var cursor = JSONCursor(text)
        guard (try? cursor.enterObject()) != nil, let key = try? cursor.nextKey(), let kind = try? cursor.peekKind()
        else { return false }
        guard kind == .object || kind == .array else { return false }
        let name = String(decoding: key.text, as: UTF8.self)
        return (kind == .object && (name == "status" || name == "pagination"))
            || (kind == .array && Collection(rawValue: name) != nil)
    }

    private static let ordered: [Collection] = [
        .data, .events, .users, .groups, .roles, .apps, .privileges, .devices, .mappings,
    ]
}

/// The beginning of a line that is a record: most lines of a file begin alike, and then one comparison tells.
struct LineStart {
    private var words: (UInt64, UInt64) = (0, 0)
    private var masks: (UInt64, UInt64) = (0, 0)
    /// Where the value of the first key begins; 0 while nothing is known.
    private var length = 0

    /// Whether the text begins with the same key, and its value is no list or object.
    @inline(__always)
    func begins(_ text: UnsafeRawBufferPointer) -> Bool {
        guard length > 0, text.count > 16 else { return false }
        let low = UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) & masks.0
        let high = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) & masks.1
        guard low == words.0, high == words.1 else { return false }
        let value = text[length]
        return value == UInt8(ascii: "\"") || value &- 48 < 10
    }

    /// Takes over how a line begins that is known to be a record.
    mutating func learn(_ text: UnsafeRawBufferPointer) {
        guard let colon = text.prefix(16).firstIndex(of: UInt8(ascii: ":")),
            text[1] == UInt8(ascii: "\""), text[..<colon].filter({ $0 == UInt8(ascii: "\"") }).count == 2
        else { return }
        words = (0, 0)
        masks = (0, 0)
        length = colon + 1
        for place in 0..<length {
            let shift = UInt64((place & 7) * 8)
            if place < 8 {
                words.0 |= UInt64(text[place]) << shift
                masks.0 |= 0xFF << shift
            } else {
                words.1 |= UInt64(text[place]) << shift
                masks.1 |= 0xFF << shift
            }
        }
    }
}
