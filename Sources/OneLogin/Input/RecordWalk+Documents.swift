import JSONScanning

extension RecordWalk {
    /// Walks values that may go over many lines; a fault ends the walk, since nothing says where to go on.
    mutating func runDocuments(_ take: (Finding) throws -> Bool) throws {
        do {
            while let first = try nextByte() {
                guard try document(first, take) else { return }
            }
        } catch let fault as JSONFault {
            _ = try take(.unreadable(reason: "\(fault.reason.clause)", text: reader.unread, line: reader.line))
        } catch let failure as InputFailure {
            guard case .recordTooLong = failure else { throw failure }
            _ = try take(.unreadable(reason: "a record is too long", text: reader.unread, line: reader.line))
        }
    }

    /// One value at the top of the file.
    private mutating func document(_ first: UInt8, _ take: (Finding) throws -> Bool) throws -> Bool {
        switch first {
        case UInt8(ascii: "["):
            reader.consume(1, lines: 0)
            return try list(nil, take)
        case UInt8(ascii: "{"):
            if try isRecord() {
                let line = reader.line
                let value = try nextValue()
                guard try take(finding(value, nil, line: line)) else { return false }
                reader.consume(value.text.count)
                return true
            }
            reader.consume(1, lines: 0)
            return try envelope(take)
        default:
            let value = try nextValue()
            throw JSONFault(.wrongKind, at: value.text.count)
        }
    }

    /// Whether the object that comes next is a record itself: it has a key of one before any list of records.
    private mutating func isRecord() throws -> Bool {
        while true {
            var cursor = JSONCursor(reader.unread)
            do throws(JSONFault) {
                try cursor.enterObject()
                while let key = try cursor.nextKey() {
                    let name = key.string ?? ""
                    if ["event_type_id", "event", "uuid", "id", "create"].contains(name) { return true }
                    if Collection(rawValue: name) != nil, try cursor.peekKind() == .array { return false }
                    _ = try cursor.valueOrExtent()
                }
                return false
            } catch {
                guard error.reason == .unexpectedEnd, reader.unread.count < BlockReader.blockBytes else { return false }
                do throws(InputFailure) {
                    guard try reader.refill() else { return false }
                } catch {
                    return false
                }
            }
        }
    }

    /// The members of an object whose brace has been passed; lists of records are walked, the rest is passed over.
    private mutating func envelope(_ take: (Finding) throws -> Bool) throws -> Bool {
        var isFirst = true
        while true {
            guard try stepsOn(closing: UInt8(ascii: "}"), isFirst: isFirst) else { return true }
            isFirst = false
            let key = try nextValue()
            guard key.kind == .string else { throw JSONFault(.unexpectedByte, at: 0) }
            let collection = Collection(rawValue: key.string ?? "")
            reader.consume(key.text.count + 2)
            guard try nextByte() == UInt8(ascii: ":") else { throw JSONFault(.unexpectedByte, at: 0) }
            reader.consume(1, lines: 0)
            if collection != nil, try nextByte() == UInt8(ascii: "[") {
                reader.consume(1, lines: 0)
                guard try list(collection, take) else { return false }
            } else {
                try skipValue()
            }
        }
    }

    /// The elements of a list whose bracket has been passed.
    private mutating func list(_ collection: Collection?, _ take: (Finding) throws -> Bool) throws -> Bool {
        var isFirst = true
        while try stepsOn(closing: UInt8(ascii: "]"), isFirst: isFirst) {
            isFirst = false
            let line = reader.line
            let value = try nextValue()
            guard try take(finding(value, collection, line: line)) else { return false }
            reader.consume(value.text.count + (value.kind == .string ? 2 : 0))
        }
        return true
    }

    /// Past the comma before the next member; false after the closing bracket, which is passed.
    private mutating func stepsOn(closing: UInt8, isFirst: Bool) throws -> Bool {
        guard let next = try nextByte() else { throw JSONFault(.unexpectedEnd, at: 0) }
        if next == closing {
            reader.consume(1, lines: 0)
            return false
        }
        if isFirst { return true }
        guard next == UInt8(ascii: ",") else { throw JSONFault(.unexpectedByte, at: 0) }
        reader.consume(1, lines: 0)
        guard let first = try nextByte() else { throw JSONFault(.unexpectedEnd, at: 0) }
        guard first != closing else { throw JSONFault(.unexpectedByte, at: 0) }
        return true
    }

    /// The next byte that is no blank, not consumed; nil at the end of the file.
    private mutating func nextByte() throws(InputFailure) -> UInt8? {
        while true {
            let unread = reader.unread
            if let place = unread.firstIndex(where: { $0 > 0x20 }) {
                reader.consume(place)
                return reader.unread.first
            }
            reader.consume(unread.count)
            guard try reader.refill() else { return nil }
        }
    }

    /// The next value, whole and not consumed.
    private mutating func nextValue() throws -> JSONValue {
        while true {
            var cursor = JSONCursor(reader.unread)
            do throws(JSONFault) {
                let value = try cursor.valueOrExtent()
                // A number at the end of the block may go on in the next.
                if cursor.position < reader.unread.count || reader.isAtEnd { return value }
            } catch {
                guard error.reason == .unexpectedEnd, !reader.isAtEnd else { throw error }
            }
            _ = try reader.refill()
        }
    }

    private mutating func skipValue() throws {
        _ = try nextByte()
        let value = try nextValue()
        reader.consume(value.text.count + (value.kind == .string ? 2 : 0))
    }
}
