import FieldStorage
import Timekeeping

/// What a profile remembers: when each value of each key was seen last, for as long as its history is.
///
/// Keys and values have limits, values both of one key and of all keys: of what is beyond one, that which was used
/// longest ago leaves and is counted. Values are kept in the order in which they were seen, of all keys and of each,
/// so nothing is looked for and two runs forget the same.
final class ProfileMemory {
    /// What is remembered of one key.
    private struct Known {
        let since: Timestamp
        var values: Int32 = 0
        var oldest: Int32 = -1
        var newest: Int32 = -1
    }

    private struct Seen {
        var moment: Timestamp
        /// The place of its key.
        let key: Int32
        var before: Int32 = -1
        var after: Int32 = -1
        var beforeOfKey: Int32 = -1
        var afterOfKey: Int32 = -1
    }

    private let history: TimeSpan
    private let limit: Int
    private let limitOfKey: Int
    private let keys: KeyTable<Known>
    /// By the place of the key, four bytes, and the value.
    private let values = KeyedStore<Seen>()
    private let writer = KeyWriter()
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    /// How many values had to leave before their time.
    private(set) var crowdedOut = 0

    init(history: TimeSpan, _ limits: EngineLimits) {
        self.history = history
        limit = min(max(1, limits.profileValues), Int(Int32.max))
        limitOfKey = max(1, limits.valuesOfKey)
        keys = KeyTable(limit: limits.keys)
    }

    var evictedKeys: Int { keys.evictedCount }
    var liveKeys: Int { keys.count }
    var liveValues: Int { values.count }
    var byteCount: Int { keys.byteCount + values.byteCount }

    // MARK: Keys

    /// Notes the use of a key that may be new.
    func use(_ key: KeyBytes, at moment: Timestamp) -> (place: Int, isNew: Bool) {
        if keys.isFull, keys.place(of: key) == nil, let quiet = keys.oldest {
            while keys[quiet.place].oldest >= 0 { remove(keys[quiet.place].oldest) }
        }
        return keys.use(key, at: moment) { Known(since: moment) }
    }

    /// Since when there is the key at a place.
    func since(_ place: Int) -> Timestamp { keys[place].since }

    // MARK: Values

    /// When a value of the key at a place was seen last, if that is remembered.
    func lastSeen(_ value: Slot, of place: Int) -> Timestamp? {
        begin(place)
        writer.append(value, isLast: true)
        let known = values.place(of: writer.key)
        return known < 0 ? nil : values[known].moment
    }

    /// Remembers that the value that ``lastSeen(_:of:)`` was asked for last was seen, and forgets what is past.
    func see(_ place: Int, at moment: Timestamp) {
        while oldest >= 0, values[Int(oldest)].moment <= moment - history { remove(oldest) }
        let known = values.place(of: writer.key)
        guard known < 0 else {
            values[known].moment = moment
            unlink(Int32(known))
            link(Int32(known))
            return
        }
        // Several, where what was restored had other limits.
        while keys[place].values >= limitOfKey { crowdOut(keys[place].oldest) }
        while values.count >= limit { crowdOut(oldest) }
        insert(moment, of: place)
    }

    private func crowdOut(_ value: Int32) {
        remove(value)
        crowdedOut += 1
    }

    private func begin(_ place: Int) {
        writer.begin()
        withUnsafeBytes(of: UInt32(place).littleEndian) { writer.append($0) }
    }

    private func insert(_ moment: Timestamp, of place: Int) {
        let added = values.insert(writer.key, Seen(moment: moment, key: Int32(place)))
        keys[place].values += 1
        link(Int32(added))
    }

    private func remove(_ value: Int32) {
        keys[Int(values[Int(value)].key)].values -= 1
        unlink(value)
        values.remove(Int(value))
    }

    private func link(_ value: Int32) {
        let key = Int(values[Int(value)].key)
        let last = keys[key].newest
        values[Int(value)].before = newest
        values[Int(value)].after = -1
        values[Int(value)].beforeOfKey = last
        values[Int(value)].afterOfKey = -1
        if newest >= 0 { values[Int(newest)].after = value } else { oldest = value }
        if last >= 0 { values[Int(last)].afterOfKey = value } else { keys[key].oldest = value }
        newest = value
        keys[key].newest = value
    }

    private func unlink(_ value: Int32) {
        let node = values[Int(value)]
        let key = Int(node.key)
        if node.before >= 0 { values[Int(node.before)].after = node.after } else { oldest = node.after }
        if node.after >= 0 { values[Int(node.after)].before = node.before } else { newest = node.before }
        if node.beforeOfKey >= 0 {
            values[Int(node.beforeOfKey)].afterOfKey = node.afterOfKey
        } else {
            keys[key].oldest = node.afterOfKey
        }
        if node.afterOfKey >= 0 {
            values[Int(node.afterOfKey)].beforeOfKey = node.beforeOfKey
        } else {
            keys[key].newest = node.beforeOfKey
        }
    }
}

// MARK: Saving

extension ProfileMemory {
    /// Writes keys, and then values in the order in which they were seen.
    func save(to writer: inout StateWriter) throws(StateFault) {
        let places = try keys.save(to: &writer) { known, writer in writer.write(known.since) }
        let numbers = Dictionary(places.enumerated().map { ($1, UInt32($0)) }, uniquingKeysWith: { first, _ in first })
        writer.write(crowdedOut)
        writer.write(UInt32(truncatingIfNeeded: values.count))
        var value = oldest
        while value >= 0 {
            let seen = values[Int(value)]
            writer.write(numbers[Int(seen.key)] ?? 0)
            writer.write(seen.moment)
            writer.write(UnsafeRawBufferPointer(rebasing: values.bytes(of: Int(value)).dropFirst(4)))
            value = seen.after
        }
    }

    /// Takes in what the memory of the same profile wrote; this one is new.
    func restore(from reader: inout StateReader) throws(StateFault) {
        let places = try keys.restore(from: &reader) { reader throws(StateFault) in
            Known(since: try reader.readMoment())
        }
        crowdedOut = try reader.read()
        for _ in 0..<(try reader.readCount()) {
            let number = Int(try reader.read(UInt32.self))
            let moment = try reader.readMoment()
            let bytes = try reader.readContent()
            guard number < places.count else { throw .damaged("a value without its key") }
            begin(places[number])
            writer.append(bytes)
            guard values.place(of: writer.key) < 0 else { throw .damaged("a value that is there twice") }
            insert(moment, of: places[number])
        }
    }
}
