internal import CPCRE2

/// A text on which a pattern does badly.
public struct PatternWeakness: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The search reaches a limit, which is an error and not "no match".
        case givesUp
        /// The steps grow faster than the text.
        case isSlow
    }

    public let kind: Kind
    /// How the text begins, without control characters.
    public let example: String
    /// Bytes of the shortest text tried on which it gives up; 256 for a slow one.
    public let bytes: Int
    /// Items of the pattern that were tried on 256 bytes, or the limit of the probe when it was reached.
    public let steps: Int
    /// Wall time of a search of the longest text; nil without a clock.
    public let nanoseconds: UInt64?
}

/// Tries a pattern on texts made of its own literals and classes.
///
/// What it finds depends on the pattern alone: it counts steps of the interpreter, not time. The clock serves the words
/// of the message, and ends the probe of a pattern that takes longer than its budget.
public struct PatternProbe {
    /// What a probe may cost.
    public struct Budget: Hashable, Sendable {
        /// Steps of all texts of one pattern.
        public var steps = 400_000
        /// Steps of one text.
        public var stepsPerText = 40_000
        /// Nanoseconds of wall time of one pattern, where there is a clock.
        public var nanoseconds: UInt64 = 50_000_000

        public init() {}
    }

    private static let bytes = 256
    /// Fewer steps than these are never slow.
    private static let slowSteps = 8_000
    /// Bytes of text on which no pattern may give up, however evenly its steps grow.
    private static let ordinaryBytes = 2048

    private let budget: Budget
    private let limits: MatchLimits
    private let nanoseconds: (() -> UInt64)?

    /// A probe.
    ///
    /// - Parameters:
    ///   - limits: Those that the pattern will be searched with.
    ///   - nanoseconds: A clock that never goes back; without one nothing is timed.
    public init(
        budget: Budget = Budget(), limits: MatchLimits = MatchLimits(), nanoseconds: (() -> UInt64)? = nil
    ) {
        self.budget = budget
        self.limits = limits
        self.nanoseconds = nanoseconds
    }

    /// The worst text that was found; nil when the pattern takes its texts in its stride.
    public func weakness(of pattern: Pattern) -> PatternWeakness? {
        let bytes = Array(pattern.text.utf8)
        guard let counter = StepCounter(bytes) else { return nil }
        let begun = nanoseconds?()
        var spent = 0
        var worst: (recipe: PumpedTexts.Recipe, steps: Int)?
        var others: [(recipe: PumpedTexts.Recipe, steps: Int)] = []
        for recipe in PumpedTexts.recipes(of: bytes) {
            if spent > budget.steps || isOver(begun) { break }
            let half = counter.steps(on: recipe.text(bytes: Self.bytes / 2), limit: budget.stepsPerText)
            let whole = counter.steps(on: recipe.text(bytes: Self.bytes), limit: budget.stepsPerText)
            spent += half + whole
            let isSlow = whole >= Self.slowSteps && (whole >= 3 * half || whole >= budget.stepsPerText)
            if !isSlow { others.append((recipe, whole)) } else if whole > worst?.steps ?? 0 { worst = (recipe, whole) }
            if whole >= budget.stepsPerText { break }
        }
        // A pattern whose steps grow with the text alone may still take more of them than a search has.
        others.sort { ($1.steps, $0.recipe.pump.count) < ($0.steps, $1.recipe.pump.count) }
        worst = worst ?? others.prefix(8).first { fails(pattern, $0.recipe.text(bytes: Self.ordinaryBytes)) }
        guard let worst else { return nil }
        return weakness(of: pattern, worst.recipe, steps: min(worst.steps, budget.stepsPerText))
    }

    private func isOver(_ begun: UInt64?) -> Bool {
        guard let begun, let now = nanoseconds?() else { return false }
        return now &- begun > budget.nanoseconds
    }

    private func weakness(of pattern: Pattern, _ recipe: PumpedTexts.Recipe, steps: Int) -> PatternWeakness {
        let longest = longest(pattern)
        var bytes = 16
        while bytes < longest, !fails(pattern, recipe.text(bytes: bytes)) { bytes *= 2 }
        let text = recipe.text(bytes: min(bytes, longest))
        let givesUp = fails(pattern, text)
        let start = nanoseconds?()
        if start != nil, !givesUp { _ = fails(pattern, recipe.text(bytes: longest)) }
        let time = start.flatMap { start in nanoseconds.map { $0() &- start } }
        return PatternWeakness(
            kind: givesUp ? .givesUp : .isSlow, example: Self.example(recipe), bytes: givesUp ? text.count : Self.bytes,
            steps: steps, nanoseconds: givesUp ? nil : time)
    }

    /// Bytes of the longest text that is tried; interpreted patterns take ten times as long.
    private func longest(_ pattern: Pattern) -> Int {
        pattern.isCompiled ? limits.subjectBytes : min(limits.subjectBytes, 2048)
    }

    /// Whether a search reaches a limit other than the deadline, which does not depend on the pattern alone.
    private func fails(_ pattern: Pattern, _ text: [UInt8]) -> Bool {
        let matcher = Matcher(limits: limits) { 0 }
        return text.withUnsafeBytes { bytes in
            do throws(MatchFailure) {
                _ = try matcher.matches(pattern, bytes)
                return false
            } catch { return true }
        }
    }

    private static func example(_ recipe: PumpedTexts.Recipe) -> String {
        let text = recipe.text(bytes: recipe.prefix.count + max(12, 2 * recipe.pump.count))
        let shown = text.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }.prefix(24)
        return String(decoding: shown, as: UTF8.self).filter { $0 != "`" && $0 != "\u{fffd}" }
    }
}

/// Counts the items of a pattern that the interpreter tries.
private final class StepCounter {
    private struct Count {
        var steps = 0
        var limit = 0
    }

    private let code: OpaquePointer
    private let context: OpaquePointer?
    private let data: OpaquePointer?
    private let count: UnsafeMutablePointer<Count>

    /// nil when the pattern does not compile with a callout at every item.
    init?(_ pattern: [UInt8]) {
        guard let code = try? Pattern.compile(pattern, countsItems: true) else { return nil }
        self.code = code
        context = pcre2_match_context_create_8(nil)
        data = pcre2_match_data_create_8(1, nil)
        count = .allocate(capacity: 1)
        count.initialize(to: Count())
        pcre2_set_match_limit_8(context, UInt32.max)
        pcre2_set_heap_limit_8(context, 16 * 1024)
        pcre2_set_callout_8(
            context,
            { _, data in
                guard let count = data?.assumingMemoryBound(to: Count.self) else { return 0 }
                count.pointee.steps += 1
                return count.pointee.steps > count.pointee.limit ? PCRE2_ERROR_CALLOUT : 0
            }, count)
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
        count.deallocate()
    }

    /// Steps of one search; `limit` and one when it takes more.
    func steps(on text: [UInt8], limit: Int) -> Int {
        count.pointee = Count(steps: 0, limit: limit)
        _ = pcre2_match_8(code, text, text.count, 0, UInt32(PCRE2_NO_UTF_CHECK), data, context)
        return count.pointee.steps
    }
}
