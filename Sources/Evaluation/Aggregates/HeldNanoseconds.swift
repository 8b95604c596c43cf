import Timekeeping

extension TimeSpan {
    /// Nanoseconds, held at ± 146 years.
    var heldNanoseconds: Int64 {
        let limit: Int64 = 4_600_000_000
        guard seconds.magnitude < UInt64(limit) else { return (seconds < 0 ? -limit : limit) * 1_000_000_000 }
        return seconds * 1_000_000_000 + Int64(nanoseconds)
    }
}

extension Timestamp {
    /// Nanoseconds since 1970, held at ± 146 years: what windows compare.
    var heldNanoseconds: Int64 {
        let limit: Int64 = 4_600_000_000
        guard seconds.magnitude < UInt64(limit) else { return (seconds < 0 ? -limit : limit) * 1_000_000_000 }
        return seconds * 1_000_000_000 + Int64(nanoseconds)
    }
}
