import Directory
import FieldStorage
import Timekeeping

/// How far the activities of an audit have come, and so how far windows may close.
struct ActivityProgress {
    /// The first and the last moment so far.
    private(set) var range: (first: Timestamp, last: Timestamp)?
    /// The latest moment so far, at most the horizon.
    private(set) var latest = Timestamp.earliest
    /// How much older than what came before it an activity was, at most.
    private(set) var seenDisorder = TimeSpan.zero
    /// What is dated later than this does not make windows close.
    private let horizon: Timestamp

    init(horizon: Timestamp) { self.horizon = horizon }

    /// Takes in a batch.
    mutating func take(_ batch: ActivityBatch) {
        guard batch.count > 0 else { return }
        var row = UnsafePointer(batch.slots(of: 0)) + ActivityField.time.rawValue
        let opening = Self.time(row.pointee)
        var (first, last) = range ?? (opening, opening)
        for _ in 0..<batch.count {
            let moment = Self.time(row.pointee)
            if moment < first { first = moment }
            if moment > last { last = moment }
            if moment < latest {
                if latest - moment > seenDisorder { seenDisorder = latest - moment }
            } else {
                latest = min(moment, horizon)
            }
            row += ActivityField.count
        }
        range = (first, last)
    }

    @inline(__always)
    private static func time(_ slot: Slot) -> Timestamp {
        slot.tag == .timestamp ? Timestamp(seconds: slot.intValue, nanoseconds: slot.count) : .earliest
    }
}

/// How often each kind came.
final class KindCounts {
    private struct Entry {
        var typeID: Int64 = -1
        /// The dictionary's text for the type, which stays where it is.
        var kind = Slot.null
        var count = 0
    }

    private static let placeCount = 1024
    /// By the lowest bits of the type number.
    private var entries = [Entry](repeating: Entry(), count: placeCount)
    /// Kinds that are not their type's, and those that had to leave their place.
    private var others: [String: Int] = [:]

    /// Counts the activities of a batch.
    func take(_ batch: ActivityBatch) {
        guard batch.count > 0 else { return }
        var row = UnsafePointer(batch.slots(of: 0))
        for _ in 0..<batch.count {
            let kind = row[ActivityField.kind.rawValue]
            let typeID = row[ActivityField.typeID.rawValue].intValue
            let place = Int(truncatingIfNeeded: typeID) & (Self.placeCount - 1)
            if entries[place].typeID == typeID, entries[place].kind.bits == kind.bits {
                entries[place].count &+= 1
            } else {
                take(kind, typeID, place)
            }
            row += ActivityField.count
        }
    }

    private func take(_ kind: Slot, _ typeID: Int64, _ place: Int) {
        let standard = ActivityKind.forType(typeID).kindSlot
        guard kind.bits == standard.bits else {
            others[kind.string, default: 0] += 1
            return
        }
        let before = entries[place]
        if before.count > 0 { others[before.kind.string, default: 0] += before.count }
        entries[place] = Entry(typeID: typeID, kind: standard, count: 1)
    }

    var byName: [String: Int] {
        entries.reduce(into: others) { all, entry in
            if entry.count > 0 { all[entry.kind.string, default: 0] += entry.count }
        }
    }
}
