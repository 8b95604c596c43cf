import Directory
import FieldStorage
public import Timekeeping

/// Lets one activity stand for each occurrence, where OneLogin or a second feed tells of it again.
///
/// Rules with memory ask in order of time, so what they are told does not hang on the order of arrival. Rules that
/// answer on arrival take whichever comes first, and how many they take does not hang on the order either.
public final class Occurrences {
    /// What an activity is that has just arrived.
    enum Arrival {
        case new
        /// Another type number told of the same act.
        case echo
        /// The other feed told of the same activity.
        case twin
    }

    /// Kinds that OneLogin has several type numbers for: what a restart reads again for ``memory``, beside the rest.
    public static let sharedKinds = Set(OccurrenceFields.sharedKinds)
    /// How long after its time an activity is remembered, since what comes so late is still evaluated.
    public static let memory = TimeSpan.hours(24)

    private let entries: UnsafeMutableBufferPointer<OccurrenceFields.Entry>
    private var feeds: FeedComparison?
    private var arrived: [UInt64: EchoMembers] = [:]
    private var memberCount = 0
    private var sweepAt = 4096
    private var order = EchoOrder()
    /// What is older may have been forgotten.
    private(set) var horizon = Timestamp.earliest
    /// Activities that came when what they may repeat had been forgotten.
    private(set) var tooOld = 0

    /// - Parameters:
    ///   - comparesFeeds: Whether activities of two feeds come.
    ///   - limit: How many activities are remembered to compare feeds.
    init(comparesFeeds: Bool, limit: Int) {
        entries = .allocate(capacity: OccurrenceFields.entries.count)
        _ = entries.initialize(from: OccurrenceFields.entries)
        if comparesFeeds { feeds = FeedComparison(limit: limit) }
    }

    deinit { entries.deallocate() }

    var comparesFeeds: Bool { feeds != nil }

    /// Whether an activity of a type number may tell of what another told of.
    @inline(__always)
    func concerns(_ type: Slot) -> Bool {
        guard type.bits < UInt64(entries.count) else { return feeds != nil }
        return feeds != nil && type.bits != 0 || entries[Int(truncatingIfNeeded: type.bits)].sharedKind != 0
    }

    private func entry(_ type: Slot) -> OccurrenceFields.Entry {
        type.bits < UInt64(entries.count) ? entries[Int(type.bits)] : OccurrenceFields.Entry()
    }

    /// Takes in an activity that ``concerns(_:)``, in any order.
    func arrive(_ row: UnsafePointer<Slot>, at time: Timestamp, isLate: Bool) -> Arrival {
        if time < horizon { tooOld += 1 }
        let type = row[ActivityField.typeID.rawValue]
        let entry = entry(type)
        var place: FeedComparison.Place?
        var isTwin = false
        if feeds != nil {
            let found = FeedComparison.place(of: row, at: time, type: type, object: entry.object)
            isTwin = feeds?.arrive(found, isLate: isLate) ?? false
            place = found
        }
        // Whom nobody knows is nobody else.
        guard entry.sharedKind != 0, row[ActivityField.userID.rawValue].tag == .int else {
            return isTwin ? .twin : .new
        }
        let key = OccurrenceFields.hash(UInt64(entry.sharedKind), row, object: entry.object)
        let id = row[ActivityField.id.rawValue].text
        if !isLate {
            order.insert(EchoOrder.Entry(time: time, id: Array(id), type: type.intValue, key: key, feed: place))
        }
        guard !isTwin else { return .twin }
        memberCount += 1
        let member = EchoMembers.Member(time: time, id: TextHash.of(id), type: type.intValue)
        return arrived[key, default: EchoMembers()].insert(member) ? .new : .echo
    }

    /// Whether an activity that ``concerns(_:)`` repeats one; asked in order of time, of those that came in time.
    func isRepeated(_ row: UnsafePointer<Slot>, at time: Timestamp) -> Bool {
        let type = row[ActivityField.typeID.rawValue]
        let entry = entry(type)
        if let feeds, feeds.isTwin(FeedComparison.place(of: row, at: time, type: type, object: entry.object)) {
            return true
        }
        guard entry.sharedKind != 0 else { return false }
        return order.isEcho(Array(row[ActivityField.id.rawValue].text), at: time, feeds)
    }

    /// The moment before which it can be told who repeats whom when all before a watermark are here: feeds are compared
    /// by whole seconds.
    func edge(_ watermark: Timestamp) -> Timestamp {
        feeds == nil ? watermark : Timestamp(seconds: watermark.seconds)
    }

    /// The fields, as rules write them, that the comparison needs when an activity's turn comes.
    var comparedFields: Set<String> {
        feeds == nil ? [] : ["role_id", "privilege_id", "app_id", "device_id", "policy_id", "group_id"]
    }

    /// Forgets what nothing that still comes can repeat.
    func advance(to watermark: Timestamp) {
        order.finish(before: watermark, feeds)
        let edge = watermark - Self.memory
        if let forgotten = feeds?.forget(before: edge) { horizon = max(horizon, forgotten) }
        if memberCount >= sweepAt {
            arrived = arrived.compactMapValues { members in
                var left = members
                return left.forget(before: edge) ? nil : left
            }
            memberCount = arrived.values.reduce(0) { $0 + $1.members.count }
            sweepAt = max(4096, memberCount * 2)
            horizon = max(horizon, edge)
        }
    }
}

// MARK: Saving

extension Occurrences {
    func save(to writer: inout StateWriter) throws(StateFault) {
        writer.write(horizon)
        writer.write(tooOld)
        try writer.write(each: arrived) { group, writer throws(StateFault) in
            writer.write(group.key)
            try group.value.save(to: &writer)
        }
        try order.save(to: &writer)
        try writer.write(ifAny: feeds) { feeds, writer throws(StateFault) in try feeds.save(to: &writer) }
    }

    /// Takes in what was saved where as many feeds came.
    func restore(from reader: inout StateReader) throws(StateFault) {
        horizon = try reader.readMoment()
        tooOld = try reader.read()
        let groups = try reader.readEach { reader throws(StateFault) in
            let key: UInt64 = try reader.read()
            return (key, try EchoMembers(from: &reader))
        }
        arrived = Dictionary(groups, uniquingKeysWith: { first, _ in first })
        memberCount = arrived.values.reduce(0) { $0 + $1.members.count }
        sweepAt = max(4096, memberCount * 2)
        order = try EchoOrder(from: &reader)
        guard try reader.readFlag() else { return }
        try feeds?.restore(from: &reader)
    }
}
