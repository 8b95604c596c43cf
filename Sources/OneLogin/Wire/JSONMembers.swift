import JSONScanning

/// The members of one small object by key, for answers that are not on the hot path.
struct JSONMembers {
    private var members: [String: JSONValue] = [:]

    /// Reads the object that is all of `text`; nil when it is none or its grammar is wrong.
    init?(_ text: UnsafeRawBufferPointer) {
        do throws(JSONFault) {
            var cursor = JSONCursor(text)
            try cursor.enterObject()
            while let key = try cursor.nextKey() { members[key.string ?? ""] = try cursor.value() }
            try cursor.finish()
        } catch {
            return nil
        }
    }

    subscript(key: String) -> JSONValue? {
        guard let value = members[key], value.kind != .null else { return nil }
        return value
    }

    /// Whether the key is there, null or not.
    func has(_ key: String) -> Bool { members[key] != nil }

    /// Every member that has text, a number or a truth value, as text.
    var texts: [String: String] {
        var result: [String: String] = [:]
        for (key, value) in members {
            if let text = text(key) ?? value.bool.map({ $0 ? "true" : "false" }) { result[key] = text }
        }
        return result
    }

    /// Text that is not empty, or a number as text.
    func text(_ key: String) -> String? {
        guard let value = self[key] else { return nil }
        switch value.kind {
        case .string: return value.text.isEmpty ? nil : value.string
        case .number: return String(decoding: value.text, as: UTF8.self)
        default: return nil
        }
    }

    /// An integer, from a number or from text.
    func integer(_ key: String) -> Int64? {
        guard let value = self[key], value.kind == .number || value.kind == .string else { return nil }
        return JSONValue.integer(value.text)
    }
}

/// The elements of one array, lists inside it flattened; none when it is no array.
struct JSONElements: Sequence {
    private var elements: [JSONValue] = []

    init(_ text: UnsafeRawBufferPointer) {
        var found: [JSONValue] = []
        if (try? Self.collect(text, into: &found)) != nil { elements = found }
    }

    private static func collect(_ text: UnsafeRawBufferPointer, into found: inout [JSONValue]) throws(JSONFault) {
        var cursor = JSONCursor(text)
        try cursor.enterArray()
        while try cursor.nextElement() {
            let value = try cursor.value()
            // Some v1 answers have `data` as a list inside a list (reference, section 6).
            if value.kind == .array { try collect(value.text, into: &found) } else { found.append(value) }
        }
    }

    func makeIterator() -> IndexingIterator<[JSONValue]> { elements.makeIterator() }
}
