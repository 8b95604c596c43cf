import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// The tables that expressions read, laid out as `FrameLayout` says, and the memory of one worker.
///
/// One owner fills the tables and runs programs; nothing is allocated to look at one more row.
final class RuleFrame {
    let context: EvaluationContext
    let tables: UnsafeMutablePointer<UnsafePointer<Slot>?>
    /// Table 0: `now`, keys, `let` names and the numbers of verbs.
    let variables: RowBuffer
    private let tableCount: Int

    /// A frame with room for every rule of a book, and the book's limits.
    init(for bindings: [BoundRule], patternClock: (() -> UInt64)? = nil) {
        context = EvaluationContext(
            limits: bindings.first?.limits.expressions ?? .default,
            nanoseconds: patternClock ?? EvaluationContext.monotonicNanoseconds)
        tableCount = max(FrameLayout.firstStepTable, bindings.map(\.layout.tableCount).max() ?? 0)
        tables = .allocate(capacity: tableCount)
        tables.initialize(repeating: nil, count: tableCount)
        variables = RowBuffer(slotCount: bindings.map(\.layout.variables.count).max() ?? 1)
        tables[FrameLayout.variablesTable] = UnsafePointer(variables.slots)
    }

    deinit { tables.deallocate() }

    @inline(__always)
    var frame: Frame { Frame(tables: UnsafePointer(tables), context: context) }

    /// Sets `now`.
    @inline(__always)
    func setNow(_ moment: Timestamp) {
        variables.slots[FrameLayout.nowIndex] = .timestamp(
            seconds: moment.seconds, nanoseconds: moment.nanoseconds)
    }

    /// Sets `directory` of state rules, which must outlive their evaluation.
    func setDirectory(_ row: RowBuffer?) {
        tables[FrameLayout.directoryTable] = row.map { UnsafePointer($0.slots) }
    }

    /// Begins with another activity or moment: forgets who was in it, and gives back text of variables.
    ///
    /// The variables of a rule are set by its verb and its profiles before anything reads them.
    @inline(__always)
    func begin(now: Timestamp) {
        variables.forgetText()
        setNow(now)
        tables[FrameLayout.targetTable] = nil
        tables[FrameLayout.actorTable] = nil
    }

    /// Makes every variable null but `now`, and forgets the rows of all tables but the subject.
    func reset(now: Timestamp) {
        variables.reset()
        setNow(now)
        for table in FrameLayout.targetTable..<tableCount { tables[table] = nil }
    }

    /// Sets a variable of table 0.
    func set(_ index: Int, to value: Value) { variables.slots[index] = variables.any(value) }

    /// Sets `keys.0` and those after it to values of their own.
    func set(keys: GroupKey, from first: Int?) {
        guard let first else { return }
        for (place, value) in keys.values.enumerated() { set(first + place, to: value) }
    }

    /// Sets `keys.0` and those after it to parts that outlive what reads them.
    @inline(__always)
    func set(keys: UnsafeBufferPointer<Slot>, from first: Int?) {
        guard let first else { return }
        for place in keys.indices { variables.slots[first + place] = keys[place] }
    }

    /// Sets what aggregates gave; one without a value makes every expression that reads it unknown.
    func set(_ aggregate: Aggregate, to result: Result<Value, EvaluationFailure>) {
        switch result {
        case .success(let value): set(aggregate.index, to: value)
        case .failure: variables.slots[aggregate.index] = .unknown
        }
    }

    /// The failure of the program that ran last.
    var failure: EvaluationFailure { context.failure ?? .invalidArgument("the condition has no value") }
}

/// The value of `by` expressions: which group, window or sequence something belongs to.
struct GroupKey: Hashable, Sendable {
    let values: [Value]

    static let only = GroupKey(values: [])

    /// What `by` says of a row.
    enum Outcome {
        case key(GroupKey)
        /// A part is null, and a null key never joins.
        case null
        case failed(EvaluationFailure)
    }

    /// Evaluates `by` expressions in order.
    static func evaluate(_ programs: [Program], _ frame: Frame) -> Outcome {
        if programs.isEmpty { return .key(.only) }
        var values: [Value] = []
        values.reserveCapacity(programs.count)
        for program in programs {
            switch program.value(frame) {
            case .success(.null): return .null
            case .success(let value): values.append(value)
            case .failure(let failure): return .failed(failure)
            }
        }
        return .key(GroupKey(values: values))
    }
}
