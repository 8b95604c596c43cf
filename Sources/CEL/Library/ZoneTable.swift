internal import Foundation
import Timekeeping

/// Offsets of time zones, remembered from one change of the clocks to the next.
///
/// Foundation is asked once per zone and half-year; a read in between is a comparison. Not shared between threads.
final class ZoneTable {
    /// A zone and the stretch of time for which its offset is known.
    final class Zone {
        private let zone: TimeZone?
        private let fixed: Int64
        private var start = Int64.max
        private var end = Int64.min
        private var offset: Int64 = 0

        init(zone: TimeZone?, fixed: Int64) {
            self.zone = zone
            self.fixed = fixed
        }

        /// Seconds east of UTC at a moment.
        func offset(at seconds: Int64) -> Int64 {
            if seconds >= start, seconds < end { return offset }
            guard let zone else { return fixed }
            let date = Date(timeIntervalSince1970: Double(seconds))
            offset = Int64(zone.secondsFromGMT(for: date))
            start = seconds
            if let next = zone.nextDaylightSavingTimeTransition(after: date), next > date {
                end = Int64(next.timeIntervalSince1970.rounded(.down))
            } else {
                end = .max
            }
            return offset
        }
    }

    private var zones: [String: Zone] = [:]

    /// The zone of that name or offset (`Europe/Berlin`, `UTC`, `+05:30`, `02:00`); nil when there is none.
    func zone(_ name: String) -> Zone? {
        if let known = zones[name] { return known }
        guard let made = Self.make(name) else { return nil }
        if zones.count >= 1000 { zones.removeAll() }
        zones[name] = made
        return made
    }

    private static func make(_ name: String) -> Zone? {
        if name == "UTC" || name == "Z" { return Zone(zone: nil, fixed: 0) }
        if let offset = fixedOffset(name) { return Zone(zone: nil, fixed: offset) }
        guard name.contains("/") || name.utf8.allSatisfy({ $0.isLetter || $0.isDigit }), !name.isEmpty,
            let zone = TimeZone(identifier: name)
        else { return nil }
        return Zone(zone: zone, fixed: 0)
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
