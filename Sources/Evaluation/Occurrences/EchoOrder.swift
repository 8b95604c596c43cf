import Timekeeping

/// Which activities are echoes, told in order of time and id, so that the order of arrival does not matter.
struct EchoOrder {
    /// An activity that may be an echo or have one.
    struct Entry {
        let time: Timestamp
        let id: [UInt8]
        let type: Int64
        /// Kind, user, object and actor.
        let key: UInt64
        /// What the other feed tells of too; nil: feeds are not compared.
        let feed: FeedComparison.Place?

        fileprivate static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
            left.time != right.time ? left.time < right.time : left.id.lexicographicallyPrecedes(right.id)
        }
    }

    /// In order.
    private var waiting: [Entry] = []
    private var next = 0
    private var open: [UInt64: [EchoMembers.Occurrence]] = [:]
    private var sweepAt = 1024
    /// Ids of echoes among what has been told.
    private var echoes: Set<[UInt8]> = []

    /// Whether nothing waits and nothing was told.
    var isEmpty: Bool { next == waiting.count && echoes.isEmpty }

    /// Takes in an activity, in any order.
    mutating func insert(_ entry: Entry) {
        var place = waiting.count
        while place > next, Entry.isBefore(entry, waiting[place - 1]) { place -= 1 }
        if place > next, waiting[place - 1].time == entry.time, waiting[place - 1].id == entry.id { return }
        waiting.insert(entry, at: place)
    }

    /// Whether an activity is an echo; everything up to its time has been taken in.
    mutating func isEcho(_ id: [UInt8], at time: Timestamp, _ feeds: FeedComparison?) -> Bool {
        tell(feeds) { $0 <= time }
        return echoes.contains(id)
    }

    /// Tells of everything before a moment, and forgets who was an echo.
    mutating func finish(before edge: Timestamp, _ feeds: FeedComparison?) {
        guard !isEmpty else { return }
        tell(feeds) { $0 < edge }
        echoes.removeAll()
        waiting.removeFirst(next)
        next = 0
        guard open.count >= sweepAt else { return }
        open = open.filter { entry in entry.value.contains { edge - $0.time <= EchoMembers.window } }
        sweepAt = max(1024, open.count * 2)
    }

    private mutating func tell(_ feeds: FeedComparison?, while isDue: (Timestamp) -> Bool) {
        while next < waiting.count, isDue(waiting[next].time) {
            let entry = waiting[next]
            next += 1
            if let place = entry.feed, let feeds, feeds.isTwin(place) { continue }
            if EchoMembers.join(entry.type, at: entry.time, &open[entry.key, default: []]) { echoes.insert(entry.id) }
        }
    }
}

// MARK: Saving

extension EchoOrder {
    /// Writes what waits and what is open; nothing has been told since the last ``finish(before:_:)``.
    func save(to writer: inout StateWriter) throws(StateFault) {
        try writer.write(each: waiting[next...]) { entry, writer throws(StateFault) in
            writer.write(entry.time)
            entry.id.withUnsafeBytes { writer.write($0) }
            writer.write(entry.type)
            writer.write(entry.key)
            try writer.write(ifAny: entry.feed) { place, writer in place.save(to: &writer) }
        }
        try writer.write(each: open) { group, writer throws(StateFault) in
            writer.write(group.key)
            try writer.write(each: group.value) { occurrence, writer throws(StateFault) in
                try occurrence.save(to: &writer)
            }
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        waiting = try reader.readEach { reader throws(StateFault) in
            let time = try reader.readMoment()
            let id = Array(try reader.readContent())
            let type: Int64 = try reader.read()
            let key: UInt64 = try reader.read()
            let feed = try reader.readIfAny { reader throws(StateFault) in
                try FeedComparison.Place(from: &reader)
            }
            return Entry(time: time, id: id, type: type, key: key, feed: feed)
        }
        let groups = try reader.readEach { reader throws(StateFault) in
            let key: UInt64 = try reader.read()
            return (
                key,
                try reader.readEach { reader throws(StateFault) in try EchoMembers.Occurrence(from: &reader) }
            )
        }
        open = Dictionary(groups, uniquingKeysWith: { first, _ in first })
        sweepAt = max(1024, open.count * 2)
    }
}
