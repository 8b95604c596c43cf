import Timekeeping

/// State by key, at most so many keys, the one that was quiet for longest leaving first.
///
/// Keys are kept in the order of their last use, so finding who is quiet since when costs nothing.
final class KeyTable<State> {
    private struct Node {
        var state: State
        var lastUsed: Timestamp
        var before: Int32
        var after: Int32
        /// What the state points to.
        var bytes: UInt32 = 0
    }

    private let store = KeyedStore<Node>()
    @exclusivity(unchecked) private var oldestPlace = -1
    @exclusivity(unchecked) private var newestPlace = -1
    private let limit: Int
    /// How many keys had to leave because there was no room.
    @exclusivity(unchecked) private(set) var evictedCount = 0
    /// Bytes that the states point to, as they were noted.
    @exclusivity(unchecked) private var pointedBytes = 0

    /// A table without keys.
    ///
    /// - Parameter limit: How many keys it holds, at least 1.
    init(limit: Int) { self.limit = min(max(1, limit), Int(Int32.max)) }

    var count: Int { store.count }
    /// Whether a new key pushes the oldest out.
    var isFull: Bool { store.count >= limit }
    /// Bytes held, with what the states point to as far as that was noted.
    var byteCount: Int { store.byteCount + pointedBytes }

    /// Notes how many bytes the state at a place points to now; they go when the key goes.
    @inline(__always)
    func note(bytes: Int, of place: Int) {
        let held = UInt32(clamping: bytes)
        pointedBytes += Int(held) - Int(store[place].bytes)
        store[place].bytes = held
    }

    /// The key whose last use is longest ago, and when that was.
    var oldest: (place: Int, lastUsed: Timestamp)? {
        oldestPlace < 0 ? nil : (oldestPlace, store[oldestPlace].lastUsed)
    }

    /// The place of a key, if it is there; this is no use of it.
    @inline(__always)
    func place(of key: KeyBytes) -> Int? {
        let place = store.place(of: key)
        return place < 0 ? nil : place
    }

    /// Whether there is a key at a place.
    func holds(_ place: Int) -> Bool { store.holds(place) }

    /// The state at a place.
    subscript(_ place: Int) -> State {
        @inline(__always) get { store[place].state }
        @inline(__always) _modify { yield &store[place].state }
    }

    /// Notes the use of a key that may be new.
    ///
    /// - Returns: Its place, and whether it was made now.
    func use(_ key: KeyBytes, at moment: Timestamp, make: () -> State) -> (place: Int, isNew: Bool) {
        if let known = place(of: key) {
            touch(known, at: moment)
            return (known, false)
        }
        if store.count >= limit {
            removeOldest()
            evictedCount += 1
        }
        let place = store.insert(key, Node(state: make(), lastUsed: moment, before: -1, after: -1))
        linkAsNewest(place)
        return (place, true)
    }

    /// Notes the use of a key that is there.
    func touch(_ place: Int, at moment: Timestamp) {
        store[place].lastUsed = moment
        guard place != newestPlace else { return }
        unlink(place)
        linkAsNewest(place)
    }

    /// Forgets the key that was quiet for longest.
    func removeOldest() {
        if oldestPlace >= 0 { remove(oldestPlace) }
    }

    /// Forgets a key.
    func remove(_ place: Int) {
        unlink(place)
        pointedBytes -= Int(store[place].bytes)
        store.remove(place)
    }

    private func unlink(_ place: Int) {
        let before = Int(store[place].before)
        let after = Int(store[place].after)
        if before >= 0 { store[before].after = Int32(after) } else { oldestPlace = after }
        if after >= 0 { store[after].before = Int32(before) } else { newestPlace = before }
    }

    private func linkAsNewest(_ place: Int) {
        store[place].before = Int32(newestPlace)
        store[place].after = -1
        if newestPlace >= 0 { store[newestPlace].after = Int32(place) } else { oldestPlace = place }
        newestPlace = place
    }
}

// MARK: Saving

extension KeyTable {
    /// Writes every key with its state, the one that was quiet for longest first.
    ///
    /// - Returns: The places of the keys, in the order in which they were written.
    @discardableResult
    func save(
        to writer: inout StateWriter, _ body: (State, inout StateWriter) throws(StateFault) -> Void
    ) throws(StateFault) -> [Int] {
        writer.write(evictedCount)
        writer.write(UInt32(truncatingIfNeeded: count))
        var places: [Int] = []
        var place = oldestPlace
        while place >= 0 {
            writer.write(store.bytes(of: place))
            writer.write(store[place].lastUsed)
            try body(store[place].state, &writer)
            places.append(place)
            place = Int(store[place].after)
        }
        return places
    }

    /// Takes in what was saved, in the place of every key that is there.
    ///
    /// - Parameter bytes: How many bytes a state points to.
    /// - Returns: The places of the keys, in the order in which they were written.
    @discardableResult
    func restore(
        from reader: inout StateReader, bytes: (State) -> Int = { _ in 0 },
        _ body: (inout StateReader) throws(StateFault) -> State
    ) throws(StateFault) -> [Int] {
        while oldestPlace >= 0 { removeOldest() }
        let evicted: Int = try reader.read()
        let keys = KeyWriter()
        let places = try reader.readEach { reader throws(StateFault) in
            let key = try reader.readContent()
            let lastUsed = try reader.readMoment()
            let state = try body(&reader)
            let place = use(keys.key(of: key), at: lastUsed) { state }.place
            note(bytes: bytes(state), of: place)
            return place
        }
        evictedCount = evicted
        return places
    }
}
