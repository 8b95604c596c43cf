/// A length of time, to the nanosecond, negative or not; `90d` in settings and rules.
public struct TimeSpan: Hashable, Comparable, Sendable {
    /// Whole seconds.
    public let seconds: Int64
    /// The rest, -999,999,999 to 999,999,999, of the same sign as `seconds` when that is not 0.
    public let nanoseconds: Int32

    /// A length from seconds and nanoseconds that need not be in normal form.
    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        var whole = seconds + nanoseconds / 1_000_000_000
        var rest = nanoseconds % 1_000_000_000
        if whole > 0 && rest < 0 { whole -= 1; rest += 1_000_000_000 }
        if whole < 0 && rest > 0 { whole += 1; rest -= 1_000_000_000 }
        self.seconds = whole
        self.nanoseconds = Int32(rest)
    }

    public static let zero = TimeSpan(seconds: 0)

    public static func milliseconds(_ count: Int64) -> TimeSpan {
        TimeSpan(seconds: count / 1000, nanoseconds: count % 1000 * 1_000_000)
    }
    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count) }
    public static func minutes(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count * 60) }
    public static func hours(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count * 3600) }
    public static func days(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count * 86_400) }

    /// Milliseconds, cut off towards zero.
    public var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds) / 1_000_000 }

    public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    public static prefix func - (span: TimeSpan) -> TimeSpan {
        TimeSpan(seconds: -span.seconds, nanoseconds: -Int64(span.nanoseconds))
    }

    public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(
            seconds: left.seconds + right.seconds, nanoseconds: Int64(left.nanoseconds) + Int64(right.nanoseconds))
    }
}
