public import Diagnostics
import FieldStorage
internal import PCRE2
import Timekeeping

/// What one thread evaluates with: budgets, memory for patterns and for made text, the last failure.
///
/// One context serves one thread at a time. It may be used for any number of programs.
public final class EvaluationContext {
    /// Why the last evaluation had no value; meaningful only after one that failed.
    public internal(set) var failure: EvaluationFailure? {
        get { hot.pointee.hasFailure ? lastFailure : nil }
        set {
            hot.pointee.hasFailure = newValue != nil
            lastFailure = newValue
        }
    }
    /// Where in the expression it failed, as far as that is known.
    public internal(set) var failureSpan: Span? {
        get { hot.pointee.place }
        set { hot.pointee.place = newValue }
    }
    private var lastFailure: EvaluationFailure?
    /// Whether a pattern looked only at the first part of a longer text since `reset()`.
    @exclusivity(unchecked) public internal(set) var didCutText = false
    /// Searches that the deadline ended so far: facts that a replay has to be told.
    public internal(set) var deadlineHits: Set<DeadlineHit> = []
    /// Searches that the deadline ended when this was evaluated before; they end the same way again.
    public var knownDeadlineHits: Set<DeadlineHit> = []

    /// What each evaluation touches, behind a pointer so that reading it costs a load and no check.
    struct Hot {
        var stepsLeft: Int
        var hasFailure = false
        /// Where it failed.
        var place: Span?
        /// Whether text that is made now is needed for this evaluation only.
        var isTransient = false
        var hasTransientText = false
        /// Whether there is text or a box for `reset()` to give back.
        var hasText = false
        var localCount = 16
        var locals: UnsafeMutablePointer<Value>
        var localSlots: UnsafeMutablePointer<Slot>
        var localRows: UnsafeMutablePointer<UnsafePointer<Slot>?>

        init(stepsLeft: Int, localCount: Int) {
            self.stepsLeft = stepsLeft
            self.localCount = localCount
            locals = .allocate(capacity: localCount)
            locals.initialize(repeating: .null, count: localCount)
            localSlots = .allocate(capacity: localCount)
            localSlots.initialize(repeating: .null, count: localCount)
            localRows = .allocate(capacity: localCount)
            localRows.initialize(repeating: nil, count: localCount)
        }

        func free() {
            locals.deinitialize(count: localCount)
            locals.deallocate()
            localSlots.deallocate()
            localRows.deallocate()
        }
    }

    private let hot: UnsafeMutablePointer<Hot>

    /// What each evaluation may cost.
    public let limits: Limits
    let matcher: Matcher
    /// The macro variables that are values, slots and rows, by their places.
    var locals: UnsafeMutablePointer<Value> { hot.pointee.locals }
    var localSlots: UnsafeMutablePointer<Slot> { hot.pointee.localSlots }
    var localRows: UnsafeMutablePointer<UnsafePointer<Slot>?> { hot.pointee.localRows }
    /// What is left of the step budget.
    var stepsLeft: Int {
        get { hot.pointee.stepsLeft }
        set { hot.pointee.stepsLeft = newValue }
    }
    private let memo = JSONMemo()
    private let scratch = TextArena(chunkSize: 4096)
    private var scratchBoxes: [ValueBox] = []
    private let transientScratch = TextArena(chunkSize: 4096)
    private var transientBoxes: [ValueBox] = []
    private var patterns: [CodePoints: Pattern] = [:]

    /// A context.
    ///
    /// - Parameter nanoseconds: A clock that never goes back, for the deadline of pattern searches.
    public init(
        limits: Limits = .default, nanoseconds: @escaping () -> UInt64 = EvaluationContext.monotonicNanoseconds
    ) {
        self.limits = limits
        matcher = Matcher(limits: MatchLimits(limits), nanoseconds: nanoseconds)
        hot = .allocate(capacity: 1)
        hot.initialize(to: Hot(stepsLeft: limits.steps, localCount: 16))
    }

    deinit {
        hot.pointee.free()
        hot.deallocate()
    }

    /// Nanoseconds of a clock that never goes back.
    public static func monotonicNanoseconds() -> UInt64 { MonotonicClock.nanoseconds() }

    /// Gives back the text that programs made; slots they returned are not valid any more.
    public func reset() {
        didCutText = false
        if hot.pointee.hasText { dropText() }
    }

    private func dropText() {
        scratch.removeAll()
        scratchBoxes.removeAll(keepingCapacity: true)
        hot.pointee.hasText = false
    }

    /// Forgets that a text was cut, so that the next evaluations tell it of themselves alone.
    public func forgetCutText() { didCutText = false }

    /// Room for `count` macro variables, a full step budget and no failure: the start of each evaluation.
    @inline(__always)
    func begin(locals count: Int, isTransient: Bool = false) {
        hot.pointee.stepsLeft = limits.steps
        hot.pointee.hasFailure = false
        hot.pointee.place = nil
        hot.pointee.isTransient = isTransient
        if hot.pointee.hasTransientText { dropTransientText() }
        makeRoom(locals: count)
    }

    /// Room for `count` macro variables, while none is in use.
    @inline(__always)
    func makeRoom(locals count: Int) {
        if count > hot.pointee.localCount { growLocals(count) }
    }

    private func dropTransientText() {
        transientScratch.removeAll()
        transientBoxes.removeAll(keepingCapacity: true)
        hot.pointee.hasTransientText = false
    }

    private func growLocals(_ count: Int) {
        let before = hot.pointee
        before.free()
        hot.pointee = Hot(stepsLeft: limits.steps, localCount: count)
        hot.pointee.isTransient = before.isTransient
        hot.pointee.hasText = before.hasText
    }

    /// Takes `count` steps from the budget.
    @inline(__always)
    func spend(_ count: Int = 1) throws(EvaluationFailure) {
        hot.pointee.stepsLeft -= count
        if hot.pointee.stepsLeft < 0 { throw .limit(.steps) }
    }

    /// Remembers where an evaluation failed; the innermost place stays.
    func note(_ span: Span) {
        if hot.pointee.place == nil { hot.pointee.place = span }
    }

    /// Forgets the place of a failure that another operand may still make meaningless, and gives it back.
    @inline(__always)
    func beginPlace() -> Span? {
        let before = hot.pointee.place
        hot.pointee.place = nil
        return before
    }

    /// What the JSON text in a slot says; the same text is read once, however many expressions ask.
    func json(_ slot: Slot, label: String) throws(EvaluationFailure) -> Value {
        try memo.value(slot, label: label)
    }

    /// A slot for any value.
    ///
    /// Its text or box lives until `reset()`, or, while a condition runs, until the next evaluation.
    func slot(for value: Value) -> Slot {
        guard hot.pointee.isTransient else {
            hot.pointee.hasText = true
            return value.slot(text: scratch, boxes: &scratchBoxes)
        }
        hot.pointee.hasTransientText = true
        return value.slot(text: transientScratch, boxes: &transientBoxes)
    }

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
        let found = try search(pattern, text) { () throws(MatchFailure) in try matcher.matches(pattern, text) }
        if matcher.wasCut { didCutText = true }
        return found
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
