import CEL

/// How much memory values point to, for what an engine says it holds.
extension Value {
    /// Bytes that it points to, beside the value itself; objects count as if they held nothing.
    var heldBytes: Int {
        switch self {
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .object, .ip, .cidr: 0
        case .string(let text), .type(let text): text.heldBytes
        case .bytes(let content): content.count + 32
        case .list(let elements): Self.heldBytes(elements)
        case .map(let map): 64 + Self.heldBytes(map.keys) + Self.heldBytes(map.values)
        case .optional(let inner): inner.map { MemoryLayout<Value>.stride + 16 + $0.heldBytes } ?? 0
        }
    }

    fileprivate static func heldBytes(_ values: some Collection<Value>) -> Int {
        values.reduce(32 + values.count * MemoryLayout<Value>.stride) { $0 + $1.heldBytes }
    }
}

extension String {
    /// Bytes that it points to: up to fifteen lie in the string itself.
    var heldBytes: Int {
        let count = utf8.count
        return count > 15 ? count + 32 : 0
    }
}

extension GroupKey {
    /// Bytes that it points to.
    var heldBytes: Int { values.isEmpty ? 0 : Value.heldBytes(values) }
}

/// The ids of the last activities behind something, at most so many as evidence takes.
struct EvidenceIDs: Sendable {
    private var ids = Ring<String>()
    private var textBytes = 0

    init(_ ids: [String] = []) {
        self.ids = Ring(ids)
        textBytes = ids.reduce(0) { $0 + $1.heldBytes }
    }

    /// Oldest first.
    var elements: [String] { ids.elements }
    /// Bytes that it points to.
    var heldBytes: Int { ids.byteCount + textBytes }

    /// Adds one, and lets the oldest go where there are too many.
    mutating func append(_ id: String) {
        ids.append(id)
        textBytes += id.heldBytes
        guard ids.count > SlidingTable.evidenceLimit, let gone = ids.removeFirst() else { return }
        textBytes -= gone.heldBytes
    }
}
