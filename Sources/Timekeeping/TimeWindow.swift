/// A half-open stretch of time, `[start, end)`, so that two windows end to end count no moment twice.
///
/// Calendar windows are of this form; a look-back window `(t - within, t]` is not one and is not made into one.
public struct TimeWindow: Hashable, Sendable {
    /// The first moment inside.
    public let start: Timestamp
    /// The first moment after it that is outside; never before `start`.
    public let end: Timestamp

    /// The window between two moments; empty when `end` is not after `start`.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = max(start, end)
    }

    /// The window of `length` that ends at `end`, cut off at year 1.
    public init(_ length: TimeSpan, until end: Timestamp) {
        self.init(start: end - length, end: end)
    }

    /// The window of so many minutes that ends at `end`.
    public init(minutes: Int64, until end: Timestamp) {
        self.init(.minutes(minutes), until: end)
    }

    /// Whether `moment` is inside: the start is, the end is not.
    public func contains(_ moment: Timestamp) -> Bool { start <= moment && moment < end }

    /// How long it is.
    public var length: TimeSpan { end - start }

    /// Whether no moment is inside.
    public var isEmpty: Bool { start == end }
}
