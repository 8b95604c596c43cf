/// A moment in UTC, to the nanosecond, from year 1 to year 9999.
///
/// The range and the precision are those of CEL timestamps (cel-spec, "Timestamps").
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, negative before.
    public let seconds: Int64
    /// The part of a second after `seconds`, 0 to 999,999,999.
    public let nanoseconds: UInt32

    /// A moment from whole seconds and the rest.
    ///
    /// - Parameter nanoseconds: 0 to 999,999,999.
    public init(seconds: Int64, nanoseconds: UInt32 = 0) {
        precondition(nanoseconds < 1_000_000_000, "nanoseconds of a timestamp must be below one second")
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// A moment from milliseconds since 1970.
    public init(milliseconds: Int64) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let borrow: Int64 = remainder < 0 ? 1 : 0
        self.init(seconds: quotient - borrow, nanoseconds: UInt32(remainder + borrow * 1000) * 1_000_000)
    }

    /// Milliseconds since 1970; what is below a millisecond is cut off towards the past.
    public var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    /// 0001-01-01T00:00:00Z.
    public static let earliest = Timestamp(seconds: -62_135_596_800)
    /// 9999-12-31T23:59:59.999999999Z.
    public static let latest = Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999)

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The moment `span` later, held within the range of years 1 to 9999.
    public static func + (moment: Timestamp, span: TimeSpan) -> Timestamp {
        moment.addingReportingOverflow(span).moment
    }

    /// The moment `span` earlier, held within the range of years 1 to 9999.
    public static func - (moment: Timestamp, span: TimeSpan) -> Timestamp {
        moment.addingReportingOverflow(-span).moment
    }

    /// How long after `earlier` this moment is; negative when it is before.
    public static func - (later: Timestamp, earlier: Timestamp) -> TimeSpan {
        TimeSpan(
            seconds: later.seconds - earlier.seconds,
            nanoseconds: Int64(later.nanoseconds) - Int64(earlier.nanoseconds))
    }

    /// The moment `span` later, and whether it left the range and was held at its edge.
    public func addingReportingOverflow(_ span: TimeSpan) -> (moment: Timestamp, overflow: Bool) {
        var nanos = Int64(nanoseconds) + Int64(span.nanoseconds)
        var carry: Int64 = 0
        if nanos < 0 { nanos += 1_000_000_000; carry = -1 }
        if nanos >= 1_000_000_000 { nanos -= 1_000_000_000; carry = 1 }
        let (sum, overflow) = seconds.addingReportingOverflow(span.seconds)
        let (total, carried) = sum.addingReportingOverflow(carry)
        if overflow || carried { return (span.seconds < 0 ? .earliest : .latest, true) }
        if total < Timestamp.earliest.seconds { return (.earliest, true) }
        if total > Timestamp.latest.seconds { return (.latest, true) }
        return (Timestamp(seconds: total, nanoseconds: UInt32(nanos)), false)
    }
}

extension Timestamp: Codable {
    /// Reads RFC 3339 text.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let moment = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not an RFC 3339 time"))
        }
        self = moment
    }

    /// Writes RFC 3339 text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
