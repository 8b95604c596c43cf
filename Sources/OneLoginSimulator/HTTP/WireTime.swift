import Timekeeping

/// Times as OneLogin writes and reads them.
enum WireTime {
    /// UTC with exactly three decimals: `2026-02-01T07:12:09.412Z`.
    static func text(_ milliseconds: Int64) -> String {
        let text = Timestamp(milliseconds: milliseconds).rfc3339
        return milliseconds % 1000 == 0 ? text.dropLast() + ".000Z" : text
    }

    /// UTC without a fraction, as role memberships have it.
    static func textOfSeconds(_ milliseconds: Int64) -> String {
        Timestamp(milliseconds: milliseconds - (milliseconds % 1000 + 1000) % 1000).rfc3339
    }

    /// Milliseconds since 1970 of a query's time: RFC 3339, or a date alone.
    static func milliseconds(_ text: String) -> Int64? {
        if let moment = Timestamp(rfc3339: text) { return moment.milliseconds }
        return Timestamp(rfc3339: text + "T00:00:00Z")?.milliseconds
    }
}
