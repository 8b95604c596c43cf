/// Reading and writing RFC 3339 times, without a calendar library, for any year from 1 to 9999.
extension Timestamp {
    /// A moment from RFC 3339 text such as `2026-02-01T07:12:09.412Z`.
    ///
    /// - Parameter text: Exactly one time; offsets other than `Z` are honoured; a leap second reads as 59.
    /// - Returns: nil for anything else, also for days that no calendar has.
    public init?(rfc3339 text: String) {
        var text = text
        guard let moment = text.withUTF8({ Timestamp(rfc3339: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = moment
    }

    /// A moment from the UTF-8 of RFC 3339 text; see `init(rfc3339:)-(String)`.
    public init?(rfc3339 text: UnsafeRawBufferPointer) {
        guard text.count >= 20, text.count <= 64 else { return nil }
        func digits(_ start: Int, _ count: Int) -> Int64? {
            var value: Int64 = 0
            for place in start..<(start + count) {
                let digit = text[place] &- 48
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
            }
            return value
        }
        let isDate = text[4] == 45 && text[7] == 45 && (text[10] | 32) == 116 && text[13] == 58 && text[16] == 58
        guard isDate,
            let year = digits(0, 4), let month = digits(5, 2), let day = digits(8, 2),
            let hour = digits(11, 2), let minute = digits(14, 2), let second = digits(17, 2)
        else { return nil }
        var place = 19
        var nanos: UInt32 = 0
        if text[place] == 46 {
            place += 1
            var scale: UInt32 = 100_000_000
            let first = place
            while place < text.count, text[place] &- 48 < 10 {
                nanos += UInt32(text[place] &- 48) * scale
                scale /= 10
                place += 1
            }
            guard place > first else { return nil }
        }
        guard place < text.count else { return nil }
        var offset: Int64 = 0
        switch text[place] {
        case 90, 122:
            guard place + 1 == text.count else { return nil }
        case 43, 45:
            guard place + 6 == text.count, text[place + 3] == 58,
                let hours = digits(place + 1, 2), let minutes = digits(place + 4, 2), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (text[place] == 45 ? -1 : 1)
        default:
            return nil
        }
        guard
            let seconds = Self.seconds(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        let total = seconds - offset
        guard total >= Self.earliest.seconds, total <= Self.latest.seconds else { return nil }
        self.init(seconds: total, nanoseconds: nanos)
    }

    /// Seconds since 1970 of a date and time in UTC; nil for a day or time that no calendar has.
    ///
    /// - Parameters:
    ///   - year: 1 to 9999.
    ///   - second: 0 to 60; 60 reads as 59, as clocks that know no leap second do.
    public static func seconds(
        year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
    ) -> Int64? {
        guard year >= 1, year <= 9999, month >= 1, month <= 12, day >= 1, day <= daysIn(month: month, year: year),
            hour >= 0, hour < 24, minute >= 0, minute < 60, second >= 0, second <= 60
        else { return nil }
        return daysSince1970(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60
            + min(second, 59)
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar, by counting 400-year eras from a year that begins
    /// in March, so that the leap day comes last.
    public static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The date and time in UTC.
    public var civil: CivilTime { CivilTime(self) }

    /// RFC 3339 text in UTC; no fraction when there is none, else 3, 6 or 9 digits.
    public var rfc3339: String {
        let civil = self.civil
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        var text = padded(civil.year, 4) + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2) + "T"
        text += padded(civil.hour, 2) + ":" + padded(civil.minute, 2) + ":" + padded(civil.second, 2)
        if nanoseconds > 0 {
            let digits = padded(Int64(nanoseconds), 9)
            let width = nanoseconds % 1_000_000 == 0 ? 3 : nanoseconds % 1000 == 0 ? 6 : 9
            text += "." + digits.prefix(width)
        }
        return text + "Z"
    }
}

/// A moment as a calendar and a clock show it.
public struct CivilTime: Hashable, Sendable {
    public let year: Int64
    /// 1 to 12.
    public let month: Int64
    /// 1 to 31.
    public let day: Int64
    public let hour: Int64
    public let minute: Int64
    public let second: Int64
    /// 0 is Sunday.
    public let dayOfWeek: Int64
    /// 0 is January 1st.
    public let dayOfYear: Int64

    /// The parts of `moment` as a clock `offset` seconds east of UTC shows them.
    public init(_ moment: Timestamp, offset: Int64 = 0) {
        let local = moment.seconds + offset
        let days = (local >= 0 ? local : local - 86_399) / 86_400
        let rest = local - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayFromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayFromMarch + 2) / 153
        day = dayFromMarch - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3600
        minute = rest % 3600 / 60
        second = rest % 60
        dayOfWeek = ((days + 4) % 7 + 7) % 7
        dayOfYear = days - Timestamp.daysSince1970(year: year, month: 1, day: 1)
    }
}
