import CEL
import FieldStorage

/// The different values that an aggregate's activities have, each kept once, by number.
final class ValueTable {
    private struct Held {
        var uses: Int32
        /// `null` where nobody reads it again.
        let value: Value
    }

    private let store = KeyedStore<Held>()
    private let writer = KeyWriter()
    private let keepsValues: Bool

    /// - Parameter keepsValues: Whether values are read again, and not only told apart.
    init(keepsValues: Bool) { self.keepsValues = keepsValues }

    private var pointedBytes = 0

    /// Bytes held.
    var byteCount: Int { store.byteCount + pointedBytes }

    /// The number of a value, which is in use once more.
    @inline(__always)
    func use(_ slot: Slot) -> Int {
        writer.begin()
        writer.append(slot, isLast: true)
        let key = writer.key
        let known = store.place(of: key)
        if known >= 0 {
            store[known].uses += 1
            return known
        }
        let value = keepsValues ? Value(scalarOrBox: slot) ?? .null : .null
        pointedBytes += value.heldBytes
        return store.insert(key, Held(uses: 1, value: value))
    }

    /// Gives one use of a value back.
    @inline(__always)
    func leave(_ number: Int) {
        store[number].uses -= 1
        guard store[number].uses == 0 else { return }
        pointedBytes -= store[number].value.heldBytes
        store.remove(number)
    }

    func value(_ number: Int) -> Value { store[number].value }

    // MARK: Saving

    /// Writes every value with its number.
    func save(to writer: inout StateWriter) throws(StateFault) {
        try writer.write(each: Array(store.places)) { place, writer throws(StateFault) in
            writer.write(UInt32(truncatingIfNeeded: place))
            writer.write(store.bytes(of: place))
            try writer.write(store[place].value)
        }
    }

    /// Takes in what was saved; no value is in use before ``use(again:)``.
    ///
    /// - Returns: The numbers of today by those that were written.
    func restore(from reader: inout StateReader) throws(StateFault) -> [UInt32: Int] {
        let numbers = try reader.readEach { reader throws(StateFault) in
            let number: UInt32 = try reader.read()
            let key = writer.key(of: try reader.readContent())
            let value = try reader.readValue()
            pointedBytes += value.heldBytes
            return (number, store.insert(key, Held(uses: 0, value: value)))
        }
        return Dictionary(numbers, uniquingKeysWith: { first, _ in first })
    }

    /// Uses a value that is there once more.
    func use(again number: Int) { store[number].uses += 1 }
}

/// How often each value is in the window of each key, for counting the different ones.
final class PairCounts {
    private struct Entry {
        var pair: UInt64
        var count: UInt32
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var mask = 15
    private var count = 0

    init() { entries = Self.room(16) }

    deinit { entries.deallocate() }

    /// Bytes held.
    var byteCount: Int { (mask + 1) * MemoryLayout<Entry>.stride }

    private static func room(_ size: Int) -> UnsafeMutablePointer<Entry> {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
        entries.initialize(repeating: Entry(pair: 0, count: 0), count: size)
        return entries
    }

    @inline(__always)
    private static func pair(_ place: Int, _ value: Int) -> UInt64 { UInt64(place) << 32 | UInt64(value) }

    @inline(__always)
    private func home(_ pair: UInt64) -> Int {
        let product = (pair ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xff51_afd7_ed55_8ccd)
        return Int(truncatingIfNeeded: (product.high ^ product.low) >> 8) & mask
    }

    /// Counts a value of a key.
    ///
    /// - Returns: Whether it is the first of its kind.
    @inline(__always)
    func add(_ place: Int, _ value: Int) -> Bool {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        let pair = Self.pair(place, value)
        var at = home(pair)
        while entries[at].count != 0 {
            if entries[at].pair == pair {
                entries[at].count += 1
                return false
            }
            at = (at &+ 1) & mask
        }
        entries[at] = Entry(pair: pair, count: 1)
        count += 1
        return true
    }

    /// Takes back one count of a value of a key.
    ///
    /// - Returns: Whether it was the last of its kind.
    @inline(__always)
    func remove(_ place: Int, _ value: Int) -> Bool {
        let pair = Self.pair(place, value)
        var at = home(pair)
        while entries[at].pair != pair || entries[at].count == 0 { at = (at &+ 1) & mask }
        if entries[at].count > 1 {
            entries[at].count -= 1
            return false
        }
        var gap = at
        var next = (at &+ 1) & mask
        while entries[next].count != 0 {
            if (next &- home(entries[next].pair)) & mask >= (next &- gap) & mask {
                entries[gap] = entries[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        entries[gap].count = 0
        count -= 1
        return true
    }

    private func grow() {
        let old = entries
        let size = mask + 1
        mask = size * 2 - 1
        entries = Self.room(size * 2)
        for place in 0..<size where old[place].count != 0 {
            var at = home(old[place].pair)
            while entries[at].count != 0 { at = (at &+ 1) & mask }
            entries[at] = old[place]
        }
        old.deallocate()
    }
}
