import Directory
import FieldStorage
import Timekeeping

/// What two feeds of one tenant tell of in common: the n-th activity of one is the n-th of the other, among those of
/// one type, user, actor, object and second.
///
/// The feeds are told apart by their ids: the API's are numbers, a webhook's are not. In order of time the webhook's
/// activities count, and the API's fill what it lacks. On arrival whichever comes first counts.
struct FeedComparison {
    /// Where an activity stands among those of its type, user, actor, object and second.
    struct Place {
        let key: UInt64
        let minute: Int64
        /// Whether it is of the feed that counts.
        let isLeading: Bool
        /// Its order in that second.
        let rank: UInt64
    }

    private struct Second {
        /// Activities of the feed that counts, and those of them that came too late for windows.
        var leading: UInt32 = 0
        var lateLeading: UInt32 = 0
        var lateOthers: UInt32 = 0
        /// The ranks of the other feed's, in order, but for late ones.
        var others: [UInt64] = []
    }

    /// How many activities are remembered.
    private let limit: Int
    private var minutes: [Int64: [UInt64: Second]] = [:]
    /// No minute is before it.
    private var first = Int64.max / 120
    private var count = 0

    init(limit: Int) { self.limit = limit }

    /// Where an activity stands.
    static func place(of row: UnsafePointer<Slot>, at time: Timestamp, type: Slot, object: Int8) -> Place {
        let start = TextHash.mixed(UInt64(bitPattern: time.seconds) ^ 0xE703_7ED1_A0B4_28DB, type.bits ^ 0x9E37_79B9)
        let id = row[ActivityField.id.rawValue]
        let order = UInt64(time.nanoseconds) << 34 | TextHash.of(id.text) >> 30
        return Place(
            key: OccurrenceFields.hash(start, row, object: object), minute: time.seconds / 60,
            isLeading: !isNumber(id.text), rank: order)
    }

    private static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        text.allSatisfy { $0 &- 48 < 10 }
    }

    /// Notes an activity.
    ///
    /// - Returns: Whether the other feed told of it before.
    mutating func arrive(_ place: Place, isLate: Bool) -> Bool {
        count += 1
        if place.minute < first { first = place.minute }
        return Self.note(place, isLate: isLate, &minutes[place.minute, default: [:]][place.key, default: Second()])
    }

    private static func note(_ place: Place, isLate: Bool, _ second: inout Second) -> Bool {
        if place.isLeading {
            second.leading += 1
            if isLate { second.lateLeading += 1 }
            return Int(second.leading) <= second.others.count + Int(second.lateOthers)
        }
        if isLate {
            second.lateOthers += 1
        } else {
            let at = second.others.firstIndex { $0 > place.rank } ?? second.others.count
            second.others.insert(place.rank, at: at)
        }
        return second.others.count + Int(second.lateOthers) <= Int(second.leading)
    }

    /// Whether the feed that counts tells of it too; everything of its second has arrived.
    func isTwin(_ place: Place) -> Bool {
        guard !place.isLeading, let second = minutes[place.minute]?[place.key] else { return false }
        let number = second.others.firstIndex(of: place.rank) ?? second.others.count
        return number < Int(second.leading - second.lateLeading)
    }

    /// Forgets the minutes that ended before the horizon, and the oldest while there is more than the limit allows.
    ///
    /// - Returns: Up to when it forgot; nil when nothing was to be forgotten.
    mutating func forget(before horizon: Timestamp) -> Timestamp? {
        guard count > limit || (first + 1) * 60 <= horizon.seconds else { return nil }
        var edge: Timestamp?
        for minute in minutes.keys.sorted() {
            first = minute
            guard minutes.count > 1, count > limit || (minute + 1) * 60 <= horizon.seconds else { break }
            let gone = minutes.removeValue(forKey: minute) ?? [:]
            count -= gone.values.reduce(0) { $0 + Int($1.leading) + $1.others.count + Int($1.lateOthers) }
            edge = Timestamp(seconds: (minute + 1) * 60)
        }
        return edge
    }
}

// MARK: Saving

extension FeedComparison {
    func save(to writer: inout StateWriter) throws(StateFault) {
        writer.write(first)
        writer.write(count)
        try writer.write(each: minutes) { minute, writer throws(StateFault) in
            writer.write(minute.key)
            try writer.write(each: minute.value) { second, writer throws(StateFault) in
                writer.write(second.key)
                writer.write(second.value.leading)
                writer.write(second.value.lateLeading)
                writer.write(second.value.lateOthers)
                try writer.write(each: second.value.others) { rank, writer in writer.write(rank) }
            }
        }
    }

    mutating func restore(from reader: inout StateReader) throws(StateFault) {
        first = try reader.read()
        count = try reader.read()
        let minutes = try reader.readEach { reader throws(StateFault) in
            let minute: Int64 = try reader.read()
            let seconds = try reader.readEach { reader throws(StateFault) in
                let key: UInt64 = try reader.read()
                var second = Second()
                second.leading = try reader.read()
                second.lateLeading = try reader.read()
                second.lateOthers = try reader.read()
                second.others = try reader.readEach { reader throws(StateFault) in try reader.read() }
                return (key, second)
            }
            return (minute, Dictionary(seconds, uniquingKeysWith: { first, _ in first }))
        }
        self.minutes = Dictionary(minutes, uniquingKeysWith: { first, _ in first })
    }
}

extension FeedComparison.Place {
    func save(to writer: inout StateWriter) {
        writer.write(key)
        writer.write(minute)
        writer.write(isLeading)
        writer.write(rank)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        key = try reader.read()
        minute = try reader.read()
        isLeading = try reader.readFlag()
        rank = try reader.read()
    }
}
