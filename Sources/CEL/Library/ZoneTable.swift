internal import Foundation
import Synchronization
import Timekeeping

/// The offsets of a time zone, as a table of the moments at which its clocks change.
///
/// The table spans 1970 to 2069 and is made once a process, when the zone is first named; a moment outside of it is a
/// question to Foundation. Read only after that, so that all threads share it.
final class ZoneOffsets: Sendable {
    private struct Change: Sendable {
        let start: Int64
        let offset: Int64
    }

    /// 2070-01-01.
    private static let end: Int64 = 3_155_760_000
    /// Seconds of a stretch that has at most a few changes, as a power of two: 97 days.
    private static let stretchBits: Int64 = 23

    private let zone: TimeZone
    private let changes: [Change]
    /// The change that holds at the start of each stretch.
    private let stretches: [Int]

    init(_ zone: TimeZone) {
        self.zone = zone
        var changes = [Change(start: 0, offset: Self.ask(zone, 0))]
        var date = Date(timeIntervalSince1970: 0)
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date {
            let start = Int64(next.timeIntervalSince1970.rounded(.down))
            guard start < Self.end else { break }
            changes.append(Change(start: start, offset: Self.ask(zone, start)))
            date = next
        }
        self.changes = changes
        var place = 0
        stretches = (0...(Self.end >> Self.stretchBits)).map { stretch in
            while place + 1 < changes.count, changes[place + 1].start <= stretch << Self.stretchBits { place += 1 }
            return place
        }
    }

    private static func ask(_ zone: TimeZone, _ seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }

    /// Seconds east of UTC at a moment.
    @inline(__always)
    func offset(at seconds: Int64) -> Int64 {
        guard seconds >= 0, seconds < Self.end else { return Self.ask(zone, seconds) }
        var place = stretches[Int(seconds >> Self.stretchBits)]
        while place + 1 < changes.count, changes[place + 1].start <= seconds { place += 1 }
        return changes[place].offset
    }
}

/// The time zones that expressions have named.
enum ZoneTable {
    enum Zone: Sendable {
        /// Seconds east of UTC.
        case fixed(Int64)
        case changing(ZoneOffsets)

        /// Seconds east of UTC at a moment.
        func offset(at seconds: Int64) -> Int64 {
            switch self {
            case .fixed(let offset): offset
            case .changing(let zone): zone.offset(at: seconds)
            }
        }
    }

    private static let limit = 1000
    private static let known = Mutex<[String: Zone]>([:])

    /// The zone of that name or offset (`Europe/Berlin`, `UTC`, `+05:30`, `02:00`); nil when there is none.
    static func zone(_ name: String) -> Zone? {
        if let found = known.withLock({ $0[name] }) { return found }
        guard let made = make(name) else { return nil }
        known.withLock { zones in
            if zones.count >= limit { zones.removeAll() }
            zones[name] = made
        }
        return made
    }

    private static func make(_ name: String) -> Zone? {
        if name == "UTC" || name == "Z" { return .fixed(0) }
        if let offset = fixedOffset(name) { return .fixed(offset) }
        guard name.contains("/") || name.utf8.allSatisfy({ $0.isLetter || $0.isDigit }), !name.isEmpty,
            let zone = TimeZone(identifier: name)
        else { return nil }
        return .changing(ZoneOffsets(zone))
    }

    private static func fixedOffset(_ name: String) -> Int64? {
        var digits = name.utf8[...]
        let isWest = digits.first == 0x2d
        if digits.first == 0x2d || digits.first == 0x2b { digits = digits.dropFirst() }
        let bytes = Array(digits)
        guard bytes.count == 5, bytes[2] == 0x3a, [0, 1, 3, 4].allSatisfy({ bytes[$0].isDigit }) else { return nil }
        let hours = Int64(bytes[0] - 48) * 10 + Int64(bytes[1] - 48)
        let minutes = Int64(bytes[3] - 48) * 10 + Int64(bytes[4] - 48)
        guard hours < 24, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
}

/// A part of a date or a time of day.
enum TimePart: String, CaseIterable {
    case getFullYear, getMonth, getDayOfYear, getDayOfMonth, getDate, getDayOfWeek, getHours, getMinutes
    case getSeconds, getMilliseconds

    /// The part of a moment, as a clock `offset` seconds east of UTC shows it.
    func of(_ moment: Timestamp, offset: Int64) -> Int64 {
        let local = moment.seconds + offset
        let dayTime = ((local % 86_400) + 86_400) % 86_400
        switch self {
        case .getHours: return dayTime / 3600
        case .getMinutes: return dayTime % 3600 / 60
        case .getSeconds: return dayTime % 60
        case .getMilliseconds: return Int64(moment.nanoseconds / 1_000_000)
        default: break
        }
        let civil = CivilTime(moment, offset: offset)
        return switch self {
        case .getFullYear: civil.year
        case .getMonth: civil.month - 1
        case .getDayOfYear: civil.dayOfYear
        case .getDayOfMonth: civil.day - 1
        case .getDate: civil.day
        default: civil.dayOfWeek
        }
    }

    /// The part of a length of time: the whole in that unit, milliseconds apart.
    func of(_ span: TimeSpan) -> Int64? {
        switch self {
        case .getHours: span.seconds / 3600
        case .getMinutes: span.seconds / 60
        case .getSeconds: span.seconds
        case .getMilliseconds: Int64(span.nanoseconds) / 1_000_000
        default: nil
        }
    }
}
