import Directory
import JSONScanning

/// The members of one small object by key, for answers that are not on the hot path.
struct JSONMembers {
    private var members: [String: JSONValue] = [:]

    /// Reads the object that is all of `text`; nil when it is none or its grammar is wrong.
    init?(_ text: UnsafeRawBufferPointer) {
        var unknown = UnknownFieldCounts()
        self.init(text, known: nil, &unknown)
    }

    /// Reads an object like the others, and counts its members that have a value and are not among `known`.
    ///
    /// - Parameter known: nil to count none.
    init?(_ text: UnsafeRawBufferPointer, known: JSONKeyTable?, _ unknown: inout UnknownFieldCounts) {
        do throws(JSONFault) {
            var cursor = JSONCursor(text)
            try cursor.enterObject()
            while let key = try cursor.nextKey() {
                let name = key.string ?? ""
                let value = try cursor.value()
                if let known, known.code(of: key.text) == 0, value.kind != .null { unknown.add(name) }
                members[name] = value
            }
            try cursor.finish()
        } catch {
            return nil
        }
    }

    /// Reads an envelope: its members are there also when some record inside them is too deep or no JSON, so that it
    /// does not hide the others; nil when the object itself has no end.
    init?(envelope text: UnsafeRawBufferPointer) {
        do throws(JSONFault) {
            var cursor = JSONCursor(text)
            try cursor.enterObject()
            while let key = try cursor.nextKey() { members[key.string ?? ""] = try cursor.valueOrExtent() }
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
///
/// An element that is too deep or no JSON inside is there like the others; whoever reads it finds out.
struct JSONElements: Sequence {
    private var elements: [JSONValue] = []
    /// What follows the last element that has an end, and what is wrong with it; nil when the array is whole.
    private(set) var rest: (fault: JSONFault, text: UnsafeRawBufferPointer)?

    init(_ text: UnsafeRawBufferPointer) {
        var cursor = JSONCursor(text)
        do throws(JSONFault) {
            try cursor.enterArray()
            try Self.collect(&cursor, into: &elements)
            try cursor.finish()
        } catch {
            rest = (error, UnsafeRawBufferPointer(rebasing: text[Swift.min(cursor.position, text.count)...]))
        }
    }

    private static func collect(_ cursor: inout JSONCursor, into found: inout [JSONValue]) throws(JSONFault) {
        while try cursor.nextElement() {
            // Some v1 answers have `data` as a list inside a list (reference, section 6).
            let start = cursor
            if try cursor.peekKind() == .array, (try? cursor.value()) != nil {
                cursor = start
                try cursor.enterArray()
                try collect(&cursor, into: &found)
            } else {
                found.append(try cursor.valueOrExtent())
            }
        }
    }

    func makeIterator() -> IndexingIterator<[JSONValue]> { elements.makeIterator() }
}
