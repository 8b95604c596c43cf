/// The times that HTTP headers carry (RFC 9110, section 5.6.7).
public enum HTTPDate {
    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
    public static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let day = Int64(parts[1]), let month = months.firstIndex(of: String(parts[2])), let year = Int64(parts[3]),
            (1...31).contains(day), (1...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        return days * 86_400 + hour * 3600 + minute * 60 + min(second, 59)
    }

    /// Milliseconds that a `Retry-After` value asks for: a count of seconds or a date.
    ///
    /// - Parameter nowSeconds: Seconds since 1970 now, against which a date is measured; a past date gives 0.
    public static func retryAfterMilliseconds(_ value: String, nowSeconds: Int64) -> Int64? {
        let trimmed = value.drop { $0 == " " }
        if let count = Int64(trimmed) { return count >= 0 && count <= 366 * 86_400 ? count * 1000 : nil }
        return seconds(String(trimmed)).map { max(0, $0 - nowSeconds) * 1000 }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Whole years since 1970 in days, leap days counted by the Gregorian rule, then the months.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334].map(Int64.init)
        let last = year - 1
        let leapDays = last / 4 - last / 100 + last / 400 - 477
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        return (year - 1970) * 365 + leapDays + before[Int(month) - 1] + (isLeap && month > 2 ? 1 : 0) + day - 1
    }
}
