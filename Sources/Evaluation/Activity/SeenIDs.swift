import FieldStorage

/// Which activities of a feed came already, by id; the oldest half is forgotten when there are too many.
struct SeenIDs {
    private var current: Set<UInt64> = []
    private var previous: Set<UInt64> = []
    private let limit: Int

    /// - Parameter limit: At least so many ids are remembered, at most twice as many.
    init(limit: Int) { self.limit = max(1, limit) }

    /// Notes an id of a feed.
    ///
    /// - Returns: false when it came before. Two ids have the same 64 bits once in 10^13 among a million.
    mutating func insert(_ id: Slot, feed: Slot) -> Bool {
        guard id.tag == .string, id.count > 0 else { return true }
        let hash = Self.hash(id.text, feed.tag == .string ? feed.text : UnsafeRawBufferPointer(start: nil, count: 0))
        if previous.contains(hash) || !current.insert(hash).inserted { return false }
        if current.count >= limit {
            previous = current
            current = []
        }
        return true
    }

    private static func hash(_ id: UnsafeRawBufferPointer, _ feed: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
        for byte in feed { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for byte in id { hash = (hash ^ UInt64(byte)) &* 0x9fb2_1c65_1e98_df25; hash ^= hash >> 32 }
        return hash ^ (hash >> 29)
    }
}
