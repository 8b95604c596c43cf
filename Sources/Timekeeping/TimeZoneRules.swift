internal import Foundation
import Synchronization

/// A time zone: what its clocks show at a moment, and where its days and calendar windows begin.
///
/// The rules are those of the platform's time zone data. Answers are kept as intervals of one offset, so that asking
/// for moments near each other costs a lock and a short search (about 50 ns), not a calendar.
public final class TimeZoneRules: Sendable {
    /// A stretch of time in which the offset does not change.
    struct Interval: Sendable, Equatable {
        /// Seconds since 1970; the offset may have begun earlier.
        var start: Int64
        /// Seconds since 1970 of the next change.
        let end: Int64
        /// Seconds east of UTC.
        let offset: Int64
    }

    /// How many intervals are remembered: at two changes a year, more than a century.
    static let intervalLimit = 256
    /// How many zones `named(_:)` remembers; there are about 600 names.
    static let nameLimit = 1024

    private static let known = Mutex<[String: TimeZoneRules]>([:])

    /// Coordinated universal time.
    public static let utc = TimeZoneRules(name: "UTC", source: .fixed(0))

    private enum Source: Sendable {
        case fixed(Int64)
        case zone(TimeZone)
    }

    /// The name it was asked for by.
    public let name: String
    private let source: Source
    /// Sorted by `end`.
    private let intervals = Mutex<[Interval]>([])

    private init(name: String, source: Source) {
        self.name = name
        self.source = source
    }

    /// The zone of a name.
    ///
    /// - Parameter name: An IANA name such as `Europe/Berlin`, exactly as IANA writes it; `UTC`; or a fixed offset
    ///   `+hh:mm` or `-hh:mm` of up to 14 hours (the sign may be left out, as CEL has it).
    /// - Returns: nil for anything else. One object a name, however often it is asked for.
    public static func named(_ name: String) -> TimeZoneRules? {
        if name == "UTC" { return utc }
        if let found = known.withLock({ $0[name] }) { return found }
        guard let made = make(name) else { return nil }
        return known.withLock { zones in
            if let other = zones[name] { return other }
            if zones.count >= nameLimit { zones.removeAll() }
            zones[name] = made
            return made
        }
    }

    /// Every IANA name this machine knows, sorted: for suggestions.
    public static var names: [String] { TimeZone.knownTimeZoneIdentifiers.sorted() }

    private static func make(_ name: String) -> TimeZoneRules? {
        if let offset = fixedOffset(name) { return TimeZoneRules(name: name, source: .fixed(offset)) }
        // Foundation also takes abbreviations and any case; the name must be one of IANA's, so that a rule means the
        // same on every machine.
        guard name.utf8.count <= 64, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }),
            isNameOfIANA(name), let zone = TimeZone(identifier: name)
        else { return nil }
        return TimeZoneRules(name: name, source: .zone(zone))
    }

    private static let listed = Set(TimeZone.knownTimeZoneIdentifiers)
    /// Names of IANA's that the platform knows but does not list.
    private static let unlisted: Set = ["GMT", "Etc/UTC", "Etc/GMT", "Zulu", "Europe/Kyiv", "Asia/Kolkata"]

    private static func isNameOfIANA(_ name: String) -> Bool { listed.contains(name) || unlisted.contains(name) }

    /// Seconds east of UTC for `+hh:mm`, `-hh:mm` or `hh:mm`.
    private static func fixedOffset(_ text: String) -> Int64? {
        var digits = Array(text.utf8)
        let isWest = digits.first == UInt8(ascii: "-")
        if isWest || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard digits.count == 5, digits[2] == UInt8(ascii: ":") else { return nil }
        digits.remove(at: 2)
        guard digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        let values = digits.map { Int64($0) - 48 }
        let minutes = (values[0] * 10 + values[1]) * 60 + values[2] * 10 + values[3]
        guard values[2] < 6, minutes <= 14 * 60 else { return nil }
        return minutes * (isWest ? -60 : 60)
    }

    /// Seconds east of UTC at a moment.
    public func offset(at moment: Timestamp) -> Int64 { interval(at: moment.seconds).offset }

    /// The date and time that a clock of this zone shows at a moment.
    public func civil(at moment: Timestamp) -> CivilTime { CivilTime(moment, offset: offset(at: moment)) }

    /// The interval of one offset that holds a moment.
    func interval(at seconds: Int64) -> Interval {
        guard case .zone(let zone) = source else {
            guard case .fixed(let offset) = source else { return Interval(start: .min, end: .max, offset: 0) }
            return Interval(start: .min, end: .max, offset: offset)
        }
        return intervals.withLock { intervals in
            // The first interval that ends after the moment, by bisection.
            var low = 0
            var high = intervals.count
            while low < high {
                let middle = (low + high) / 2
                if intervals[middle].end > seconds { high = middle } else { low = middle + 1 }
            }
            if low < intervals.count, intervals[low].start <= seconds { return intervals[low] }
            let fresh = Self.askPlatform(zone, seconds)
            if low < intervals.count, intervals[low].end == fresh.end {
                intervals[low].start = seconds
                return intervals[low]
            }
            if intervals.count >= Self.intervalLimit {
                intervals = [fresh]
            } else {
                intervals.insert(fresh, at: low)
            }
            return fresh
        }
    }

    private static func askPlatform(_ zone: TimeZone, _ seconds: Int64) -> Interval {
        let date = Date(timeIntervalSince1970: Double(seconds))
        let next = zone.nextDaylightSavingTimeTransition(after: date)
        let end = next.map { Int64($0.timeIntervalSince1970.rounded()) } ?? .max
        return Interval(
            start: seconds, end: end > seconds ? end : .max, offset: Int64(zone.secondsFromGMT(for: date)))
    }
}
