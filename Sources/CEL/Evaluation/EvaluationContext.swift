public import Diagnostics
import FieldStorage
internal import PCRE2

/// What one thread evaluates with: budgets, memory for patterns and for made text, the last failure.
///
/// One context serves one thread at a time. It may be used for any number of programs.
public final class EvaluationContext {
    /// Why the last evaluation had no value; meaningful only after one that failed.
    public internal(set) var failure: EvaluationFailure?
    /// Where in the expression it failed, as far as that is known.
    public internal(set) var failureSpan: Span?
    /// Whether a pattern looked only at the first part of a longer text since ``reset()``.
    public internal(set) var didCutText = false

    let limits: Limits
    let matcher: Matcher
    var stepsLeft: Int
    let zones = ZoneTable()
    private(set) var locals: UnsafeMutablePointer<Value>
    private(set) var localSlots: UnsafeMutablePointer<Slot>
    private(set) var localRows: UnsafeMutablePointer<UnsafePointer<Slot>?>
    private var localCount = 16
    private let scratch = TextArena(chunkSize: 4096)
    private var scratchBoxes: [ValueBox] = []
    private var patterns: [CodePoints: Pattern] = [:]

    /// A context.
    ///
    /// - Parameter nanoseconds: A clock that never goes back, for the deadline of pattern searches.
    public init(
        limits: Limits = .default, nanoseconds: @escaping () -> UInt64 = EvaluationContext.monotonicNanoseconds
    ) {
        self.limits = limits
        stepsLeft = limits.steps
        var matching = MatchLimits()
        matching.subjectBytes = limits.regexSubjectBytes
        matching.deadlineNanoseconds = UInt64(limits.regexMilliseconds) * 1_000_000
        matcher = Matcher(limits: matching, nanoseconds: nanoseconds)
        locals = .allocate(capacity: localCount)
        locals.initialize(repeating: .null, count: localCount)
        localSlots = .allocate(capacity: localCount)
        localSlots.initialize(repeating: .null, count: localCount)
        localRows = .allocate(capacity: localCount)
        localRows.initialize(repeating: nil, count: localCount)
    }

    deinit { freeLocals() }

    private func freeLocals() {
        locals.deinitialize(count: localCount)
        locals.deallocate()
        localSlots.deallocate()
        localRows.deallocate()
    }

    /// Nanoseconds of a clock that never goes back.
    public static func monotonicNanoseconds() -> UInt64 {
        let parts = start.duration(to: .now).components
        return UInt64(parts.seconds) &* 1_000_000_000 &+ UInt64(parts.attoseconds / 1_000_000_000)
    }
    private static let start = ContinuousClock.now

    /// Gives back the text that programs made; slots they returned are not valid any more.
    public func reset() {
        scratch.removeAll()
        scratchBoxes.removeAll(keepingCapacity: true)
        didCutText = false
    }

    /// Room for `count` macro variables, a full step budget and no failure: the start of each evaluation.
    @inline(__always)
    func begin(locals count: Int) {
        stepsLeft = limits.steps
        failure = nil
        failureSpan = nil
        if count > localCount { growLocals(count) }
    }

    private func growLocals(_ count: Int) {
        freeLocals()
        localCount = count
        locals = .allocate(capacity: count)
        locals.initialize(repeating: .null, count: count)
        localSlots = .allocate(capacity: count)
        localSlots.initialize(repeating: .null, count: count)
        localRows = .allocate(capacity: count)
        localRows.initialize(repeating: nil, count: count)
    }

    /// Takes `count` steps from the budget.
    @inline(__always)
    func spend(_ count: Int = 1) throws(EvaluationFailure) {
        stepsLeft -= count
        if stepsLeft < 0 { throw .limit(.steps) }
    }

    /// Remembers where an evaluation failed; the innermost place stays.
    func note(_ span: Span) {
        if failureSpan == nil { failureSpan = span }
    }

    /// A slot for any value, whose text or box lives until ``reset()``.
    func slot(for value: Value) -> Slot { value.slot(text: scratch, boxes: &scratchBoxes) }

    func copyText(_ text: UnsafeRawBufferPointer) -> Slot { scratch.copy(text) }

    /// A pattern that is known only now; compiled once a context, at most 64 are kept.
    func pattern(_ text: String) throws(EvaluationFailure) -> Pattern {
        let key = CodePoints(text)
        if let known = patterns[key] { return known }
        let made: Pattern
        do { made = try Pattern(text) } catch { throw .invalidArgument("this pattern is not valid: \(error.message)") }
        if patterns.count >= 64 { patterns.removeAll() }
        patterns[key] = made
        return made
    }

    /// Whether a pattern matches somewhere in valid UTF-8.
    @inline(__always)
    func matches(_ pattern: Pattern, _ text: UnsafeRawBufferPointer) throws(EvaluationFailure) -> Bool {
        do {
            let found = try matcher.matches(pattern, text)
            if matcher.wasCut { didCutText = true }
            return found
        } catch { throw EvaluationFailure(error) }
    }
}

extension EvaluationFailure {
    /// The failure of a pattern search as a failure of the expression.
    init(_ failure: MatchFailure) {
        switch failure {
        case .matchLimit: self = .limit(.patternBacktracking)
        case .memoryLimit: self = .limit(.patternMemory)
        case .stepLimit: self = .limit(.patternSteps)
        case .deadline: self = .limit(.patternTime)
        case .other(let number): self = .invalidArgument("the pattern search failed with PCRE2 error \(number)")
        }
    }
}
