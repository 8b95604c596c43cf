public import FieldStorage

/// The rows that an evaluation reads, and what it evaluates with.
public struct Frame {
    /// One pointer a table, nil for a record that is not there.
    public let tables: UnsafePointer<UnsafePointer<Slot>?>
    public let context: EvaluationContext

    /// A frame.
    ///
    /// - Parameter tables: As many as the environment declared; the rows and what their slots point to live as long as
    ///   the evaluation, and as any string slot that it returns.
    @inlinable
    public init(tables: UnsafePointer<UnsafePointer<Slot>?>, context: EvaluationContext) {
        self.tables = tables
        self.context = context
    }
}

/// What a condition says.
@frozen
public enum Truth: UInt8, Sendable {
    case no, yes
    /// It has no value; the context holds the failure.
    case failed
}

/// A compiled expression: a tree of closures over slots, without a dictionary or a string look-up.
///
/// One reference, so that copying a program, and all that holds programs, costs little.
public struct Program: Sendable {
    /// What runs, for callers that keep the program themselves and count no references to it.
    public let code: ProgramCode

    /// The type of what it gives.
    public var type: CELType { code.source.checked.type }
    /// Whether it gives the same for every frame.
    public var isConstant: Bool { code.isConstant }
    /// The expression it was made of, for explaining what it says.
    var checked: CheckedExpression { code.source.checked }

    /// Whether the condition holds; for a program of another type it fails.
    ///
    /// Text that is made on the way is given back by the next evaluation.
    @inline(__always)
    public func truth(_ frame: Frame) -> Truth { code.truth(frame) }

    /// The value.
    public func value(_ frame: Frame) -> Result<Value, EvaluationFailure> {
        frame.context.begin(locals: code.localCount)
        do throws(EvaluationFailure) {
            return .success(try code.valueCode(frame))
        } catch {
            frame.context.failure = error
            return .failure(error)
        }
    }

    /// The value as a slot; text and boxes that were made live until the context's `EvaluationContext.reset()`.
    ///
    /// - Returns: nil when there is no value; the context holds the failure.
    @inline(__always)
    public func slot(_ frame: Frame) -> Slot? { code.slot(frame) }

    /// The value of an int; nil for failures, null and other types.
    public func int(_ frame: Frame) -> Int64? {
        guard let slot = slot(frame), slot.tag == .int else { return nil }
        return slot.intValue
    }

    /// The value of a double, or of an int or uint as a double; nil for failures, null and other types.
    public func double(_ frame: Frame) -> Double? {
        guard let slot = slot(frame) else { return nil }
        switch slot.tag {
        case .double: return slot.doubleValue
        case .int: return Double(slot.intValue)
        case .uint: return Double(slot.bits)
        default: return nil
        }
    }
}

/// What a ``Program`` runs: an expression in three forms, of which all say the same.
public final class ProgramCode: Sendable {
    let isConstant: Bool
    let source: ProgramSource
    let truthCode: TruthCode
    let slotCode: SlotCode
    let valueCode: ValueCode
    let localCount: Int

    init(
        _ source: ProgramSource, isConstant: Bool, truthCode: TruthCode, slotCode: SlotCode, valueCode: ValueCode,
        localCount: Int
    ) {
        self.source = source
        self.isConstant = isConstant
        self.truthCode = truthCode
        self.slotCode = slotCode
        self.valueCode = valueCode
        self.localCount = localCount
    }

    /// ``Program/truth(_:)``.
    public func truth(_ frame: Frame) -> Truth {
        frame.context.begin(locals: localCount, isTransient: true)
        return truthCode(frame)
    }

    /// ``Program/slot(_:)``.
    public func slot(_ frame: Frame) -> Slot? {
        frame.context.begin(locals: localCount)
        let slot = slotCode(frame)
        return slot.tag == .unknown ? nil : slot
    }
}

/// Gives a value or throws why there is none.
///
/// The closures are wrapped because a bare one in an optional or an array is called through two more functions.
struct ValueCode: Sendable {
    private let run: @Sendable (Frame) throws(EvaluationFailure) -> Value

    init(_ run: @escaping @Sendable (Frame) throws(EvaluationFailure) -> Value) { self.run = run }

    @inline(__always)
    func callAsFunction(_ frame: Frame) throws(EvaluationFailure) -> Value { try run(frame) }
}

/// Gives a truth; for `failed` the context's failure is set.
struct TruthCode: Sendable {
    private let run: @Sendable (Frame) -> Truth

    init(_ run: @escaping @Sendable (Frame) -> Truth) { self.run = run }

    @inline(__always)
    func callAsFunction(_ frame: Frame) -> Truth { run(frame) }
}

/// Gives a slot; the tag `unknown` means that the context's failure is set.
struct SlotCode: Sendable {
    private let run: @Sendable (Frame) -> Slot

    init(_ run: @escaping @Sendable (Frame) -> Slot) { self.run = run }

    @inline(__always)
    func callAsFunction(_ frame: Frame) -> Slot { run(frame) }
}

extension CheckedExpression {
    /// Compiles the expression.
    ///
    /// - Parameter environment: The one it was checked in.
    public func program(in environment: Environment) -> Program {
        program(folding: true)
    }

    /// Compiles the expression, without working out constant parts beforehand when `folding` is false.
    func program(folding: Bool) -> Program {
        var compiler = Compiler(checked: self, folds: folding)
        return compiler.program()
    }
}
