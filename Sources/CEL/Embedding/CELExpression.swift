public import Diagnostics
import FieldStorage

/// An expression over named values: the way into this module for those who have no rows of slots.
///
/// It is read, checked and compiled once, and may then be evaluated any number of times, by one thread a context.
public struct CELExpression: Sendable {
    /// Why a text is no expression.
    public struct Refusal: Error, Hashable, Sendable {
        /// The text, for showing diagnostics with `DiagnosticReport`.
        public let source: SourceText
        /// Everything wrong with it, in order of place; at least one error.
        public let diagnostics: [Diagnostic]
    }

    /// How an expression is read.
    public struct Options: Sendable {
        public var limits = Limits.default
        /// Whether types may stay unknown until the value is there.
        public var allowsDyn = true
        /// Whether patterns may use recursion and backreferences.
        public var extendedRegex = false
        /// What warns of slow patterns.
        public var patternProber: PatternProber?

        public init() {}
    }

    /// The text as it was written.
    public let text: String
    /// The type of what it gives, as far as the types of its variables tell.
    public let type: CELType
    /// Warnings; errors are thrown.
    public let diagnostics: [Diagnostic]
    private let program: Program
    private let row: ObjectType
    private let limits: Limits

    /// Reads, checks and compiles an expression.
    ///
    /// - Parameter variables: The names that it may use, dotted ones too, with their types.
    public init(
        _ text: String, variables: [String: CELType] = [:], options: Options = Options()
    ) throws(Refusal) {
        var environment = Environment(
            limits: options.limits, allowsDyn: options.allowsDyn, extendedRegex: options.extendedRegex)
        environment.patternProber = options.patternProber
        let names = variables.keys.sorted()
        for (place, name) in names.enumerated() {
            environment.declare(name, variables[name] ?? .dyn, at: SlotAddress(table: 0, index: place))
        }
        let result = environment.check(text)
        guard let checked = result.checked else {
            throw Refusal(source: SourceText(name: "expression", text: text), diagnostics: result.diagnostics)
        }
        self.text = text
        type = checked.type
        diagnostics = result.diagnostics
        program = checked.program(in: environment)
        row = ObjectType(
            name: "variables", fields: names.enumerated().map { ObjectType.Field(name: $1, type: .dyn, slot: $0) })
        limits = options.limits
    }

    /// The value for these variables.
    ///
    /// - Parameters:
    ///   - variables: Those without a value are unknown: using one is a failure, unless `&&` or `||` decides
    ///     without it.
    ///   - context: The memory of the calling thread; its `failureSpan` says where a failure happened.
    public func value(
        _ variables: [String: Value] = [:], in context: EvaluationContext
    ) throws(EvaluationFailure) -> Value {
        let bound = ObjectValue(type: row, fields: variables, missing: .unknown)
        let result = withExtendedLifetime(bound) {
            withUnsafeTemporaryAllocation(of: UnsafePointer<Slot>?.self, capacity: 1) {
                tables -> Result<Value, EvaluationFailure> in
                tables.initialize(repeating: bound.row)
                guard let base = tables.baseAddress else { return .failure(.unbound(name: text)) }
                return program.value(Frame(tables: base, context: context))
            }
        }
        return try result.get()
    }

    /// The value for these variables, with a context of its own.
    public func value(_ variables: [String: Value] = [:]) throws(EvaluationFailure) -> Value {
        try value(variables, in: EvaluationContext(limits: limits))
    }
}

extension Value {
    /// The type of a variable that holds this value: what its elements agree on, `dyn` where they do not.
    public var variableType: CELType {
        let declared = declaredType
        return declared == .null ? .dyn : declared.settled
    }

    /// A value from JSON text: numbers without a fraction are ints where they fit, objects are maps.
    ///
    /// - Returns: nil when the text is not one JSON value.
    public init?(json text: String) {
        let value = withBytes(text) { bytes -> Value? in
            var reader = JSONText(bytes)
            return reader.document()
        }
        guard let value else { return nil }
        self = value
    }
}
