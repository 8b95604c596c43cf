/// Days and calendar windows of a zone, for rules that count by the day or the hour.
extension TimeZoneRules {
    private static let day: Int64 = 86_400
    /// Days from 1970-01-01 to the Monday from which windows of several days are counted.
    private static let anchorDay: Int64 = -3

    /// The first moment of the local day that holds `moment`.
    ///
    /// Midnight, or the end of the gap where clocks jump over midnight; of two midnights the first.
    public func startOfDay(holding moment: Timestamp) -> Timestamp {
        firstMoment(ofLocal: floor(moment.seconds + offset(at: moment), Self.day))
    }

    /// The calendar window of a length that holds `moment`.
    ///
    /// - Parameter length: Above zero, in whole seconds; what is below a second is cut off.
    /// - Returns: A window that holds `moment`; two neighbours share an edge, so every moment is in exactly one.
    ///   Lengths up to a day are counted from the start of the local day, whose last window may be shorter, and
    ///   which is longer or shorter than 24 hours when clocks change. Whole days are local days counted from a
    ///   Monday, so `7d` is the ISO week. Other lengths are counted in elapsed time from that Monday.
    public func window(of length: TimeSpan, holding moment: Timestamp) -> TimeWindow {
        let size = max(1, length.seconds)
        if size < Self.day { return windowInsideDay(size, moment) }
        if size % Self.day == 0 { return windowOfDays(size / Self.day, moment) }
        let anchor = firstMoment(ofLocal: Self.anchorDay * Self.day).seconds
        let start = anchor + floor(moment.seconds - anchor, size)
        return Self.window(start, start + size)
    }

    private func windowInsideDay(_ size: Int64, _ moment: Timestamp) -> TimeWindow {
        let local = floor(moment.seconds + offset(at: moment), Self.day)
        let dayStart = firstMoment(ofLocal: local).seconds
        let dayEnd = firstMoment(ofLocal: local + Self.day).seconds
        let start = dayStart + floor(moment.seconds - dayStart, size)
        return Self.window(start, min(start + size, dayEnd))
    }

    private func windowOfDays(_ count: Int64, _ moment: Timestamp) -> TimeWindow {
        let today = floor(moment.seconds + offset(at: moment), Self.day) / Self.day
        let first = Self.anchorDay + floor(today - Self.anchorDay, count)
        return Self.window(
            firstMoment(ofLocal: first * Self.day).seconds, firstMoment(ofLocal: (first + count) * Self.day).seconds)
    }

    private static func window(_ start: Int64, _ end: Int64) -> TimeWindow {
        TimeWindow(start: held(start), end: held(end))
    }

    private static func held(_ seconds: Int64) -> Timestamp {
        if seconds < Timestamp.earliest.seconds { return .earliest }
        if seconds > Timestamp.latest.seconds { return .latest }
        return Timestamp(seconds: seconds)
    }

    /// The first moment at which local clocks show `local` or later, where `local` is seconds since 1970-01-01T00:00
    /// on those clocks.
    private func firstMoment(ofLocal local: Int64) -> Timestamp {
        // No offset is above a day, so the walk begins before the answer; it takes two or three intervals.
        var from = local - Self.day
        while true {
            let interval = self.interval(at: from)
            let candidate = max(from, local - interval.offset)
            if candidate < interval.end { return Self.held(candidate) }
            from = interval.end
        }
    }

    private func floor(_ value: Int64, _ step: Int64) -> Int64 {
        let rest = value % step
        return value - (rest < 0 ? rest + step : rest)
    }
}
