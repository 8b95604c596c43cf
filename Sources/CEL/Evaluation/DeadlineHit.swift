internal import PCRE2

/// A pattern search that the wall clock ended, and nothing else.
///
/// The one outcome that does not follow from rule and data. Whoever keeps it as a fact and hands it to the contexts of
/// a replay gets the same outcome again.
public struct DeadlineHit: Hashable, Sendable, Comparable {
    /// The pattern as it was written.
    public let pattern: String
    /// A hash of the text that was searched, the same on every machine.
    public let textHash: UInt64

    public init(pattern: String, textHash: UInt64) {
        self.pattern = pattern
        self.textHash = textHash
    }

    init(_ pattern: Pattern, _ text: UnsafeRawBufferPointer) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        self.init(pattern: pattern.text, textHash: hash ^ UInt64(text.count))
    }

    public static func < (left: DeadlineHit, right: DeadlineHit) -> Bool {
        (left.pattern, left.textHash) < (right.pattern, right.textHash)
    }
}

extension EvaluationContext {
    /// Runs a search; a deadline that ended it once ends it again.
    @inline(__always)
    func search<T>(
        _ pattern: Pattern, _ text: UnsafeRawBufferPointer, _ body: () throws(MatchFailure) -> T
    ) throws(EvaluationFailure) -> T {
        if !knownDeadlineHits.isEmpty, knownDeadlineHits.contains(DeadlineHit(pattern, text)) {
            throw .limit(.patternTime)
        }
        do throws(MatchFailure) { return try body() } catch {
            if error == .deadline { deadlineHits.insert(DeadlineHit(pattern, text)) }
            throw EvaluationFailure(error)
        }
    }
}
