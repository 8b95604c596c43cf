import Diagnostics
internal import PCRE2
internal import Synchronization

/// Tries patterns on texts made of their own literals and classes, each pattern once.
///
/// An environment that has one warns of patterns that give up or are slow; checking then costs up to 50 ms a pattern.
public final class PatternProber: Sendable {
    private struct Key: Hashable {
        let text: CodePoints
        let isExtended: Bool
    }

    private let isTimed: Bool
    private let limits: Limits
    private let known = Mutex<[Key: PatternWeakness?]>([:])

    /// A prober.
    ///
    /// - Parameter isTimed: Whether messages say how long a search took, which differs from run to run.
    public init(limits: Limits = .default, isTimed: Bool) {
        self.limits = limits
        self.isTimed = isTimed
    }

    func weakness(of pattern: Pattern, isExtended: Bool) -> PatternWeakness? {
        let key = Key(text: CodePoints(pattern.text), isExtended: isExtended)
        if let found = known.withLock({ $0[key] }) { return found }
        var clock: (() -> UInt64)?
        if isTimed { clock = { EvaluationContext.monotonicNanoseconds() } }
        let found = PatternProbe(limits: MatchLimits(limits), nanoseconds: clock).weakness(of: pattern)
        known.withLock { $0[key] = found }
        return found
    }
}

extension MatchLimits {
    /// The limits of pattern searches out of those of an expression.
    init(_ limits: Limits) {
        self.init()
        subjectBytes = limits.regexSubjectBytes
        matchLimit = UInt32(clamping: limits.regexBacktracking)
        deadlineNanoseconds = UInt64(max(0, limits.regexMilliseconds)) * 1_000_000
    }
}

extension Checker {
    /// Warns of a pattern that some text makes slow; the rule still runs.
    mutating func probe(_ pattern: Pattern, at span: Span) {
        guard !isExpanded, let prober = environment.patternProber,
            let weakness = prober.weakness(of: pattern, isExtended: environment.extendedRegex)
        else { return }
        switch weakness.kind {
        case .givesUp:
            warn(
                .weakPattern, "this pattern gives up on text such as `\(weakness.example)`", at: span,
                label: "\(weakness.bytes) bytes are enough",
                notes: ["a search that gives up is an error of the rule, neither true nor false"],
                help: "let no two repetitions take the same text, or write `++` and `(?>...)` for what need not be "
                    + "tried again")
        case .isSlow:
            let time = weakness.nanoseconds.map { ", and \(Self.milliseconds($0)) ms for \(prober.longest)" } ?? ""
            warn(
                .weakPattern, "this pattern is slow on text such as `\(weakness.example)`", at: span,
                label: "\(weakness.steps) steps for \(weakness.bytes) bytes\(time)",
                help: "begin it with `^` or a literal, or put a bound on the repetition, as in `{1,64}`")
        }
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension PatternProber {
    /// Bytes of the longest text that is searched.
    var longest: Int { limits.regexSubjectBytes }
}
