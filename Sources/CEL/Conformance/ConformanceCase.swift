import Diagnostics
import FieldStorage

/// Answers one case of the conformance suite: a line of JSON in, a line of JSON out.
///
/// A case names an expression, declared names and values for them. The same parser, checker and evaluator as for rules
/// give the answer `{"id":…,"value":…,"type":…}`, or `{"id":…,"error":…}` for any failure, a bad case included.
public func answerConformanceCase(_ line: String) -> String { answerConformanceCase(line, as: .value) }

/// The forms that one program has; all give the same.
enum ProgramForm {
    /// Over values, with constants folded.
    case value
    /// Over slots, with every node evaluated.
    case slot
    /// As a condition, with every node evaluated; what is no condition fails.
    case truth
}

func answerConformanceCase(_ line: String, as form: ProgramForm) -> String {
    let parsed = withBytes(line) { bytes -> Value? in
        var reader = JSONText(bytes)
        return reader.document()
    }
    guard case .map(let fields)? = parsed else {
        return TaggedValue.object([("id", TaggedValue.text("")), ("error", TaggedValue.text("this line is not JSON"))])
    }
    let subject = ConformanceCase(fields, form: form)
    let id = ("id", TaggedValue.text(subject.id))
    switch subject.answer() {
    case .success(let answer): return TaggedValue.object([id] + answer)
    case .failure(let fault): return TaggedValue.object([id, ("error", TaggedValue.text(fault.message))])
    }
}

/// Why a case has no answer.
struct ConformanceFault: Error {
    let message: String
}

/// One case, as the suite's files have it.
struct ConformanceCase {
    let id: String
    private let fields: MapValue
    private let form: ProgramForm

    init(_ fields: MapValue, form: ProgramForm = .value) {
        self.fields = fields
        self.form = form
        id = fields.text("id")
    }

    /// The members of the answer after the id.
    func answer() -> Result<[(String, String)], ConformanceFault> {
        do throws(ConformanceFault) { return .success(try evaluate()) } catch { return .failure(error) }
    }

    private func evaluate() throws(ConformanceFault) -> [(String, String)] {
        var environment = Environment(limits: Self.limits, allowsDyn: true, extendedRegex: true)
        environment.container = fields.text("container")
        declareTypes(in: &environment)
        let bound = try bind(in: &environment)
        let parsed = parse(
            fields.text("expr"), limits: Self.limits, expandsMacros: !fields.flag("disable_macros"))
        if let first = parsed.diagnostics.first { throw ConformanceFault(message: first.message) }
        let isUnchecked = fields.flag("disable_check")
        let checked: CheckedExpression
        if isUnchecked {
            guard let resolved = environment.resolveUnchecked(parsed) else {
                throw ConformanceFault(message: "nothing to evaluate")
            }
            checked = resolved
        } else {
            let result = environment.check(parsed)
            guard let good = result.checked else {
                throw ConformanceFault(message: result.diagnostics.first?.message ?? "the check failed")
            }
            checked = good
        }
        let type = ("type", TaggedValue.text(checked.type.formalName))
        if fields.flag("check_only") { return [type] }
        let value = try run(checked, bound, in: environment)
        return [("value", TaggedValue.json(value))] + (isUnchecked ? [] : [type])
    }

    /// The suite nests deeper and makes more than a rule may.
    private static let limits: Limits = {
        var limits = Limits()
        limits.textBytes = 64 * 1024
        limits.nesting = 128
        return limits
    }()

    private func run(
        _ checked: CheckedExpression, _ bound: ObjectValue, in environment: Environment
    ) throws(ConformanceFault) -> Value {
        let program = checked.program(folding: form == .value)
        let context = EvaluationContext(limits: Self.limits)
        let result = withUnsafeTemporaryAllocation(of: UnsafePointer<Slot>?.self, capacity: 1) {
            tables -> Result<Value, EvaluationFailure>? in
            tables.initialize(repeating: bound.row)
            return tables.baseAddress.map { outcome(of: program, Frame(tables: $0, context: context)) }
        }
        withExtendedLifetime(bound) {}
        switch result {
        case .success(let value)?: return value
        case .failure(let failure)?: throw ConformanceFault(message: failure.description)
        case nil: throw ConformanceFault(message: "no frame")
        }
    }

    private func outcome(of program: Program, _ frame: Frame) -> Result<Value, EvaluationFailure> {
        let made: Value? =
            switch form {
            case .value: nil
            case .slot: program.slot(frame).flatMap { Value(scalarOrBox: $0) }
            case .truth:
                switch program.truth(frame) {
                case .yes: .bool(true)
                case .no: .bool(false)
                case .failed: nil
                }
            }
        guard form != .value else { return program.value(frame) }
        return made.map { .success($0) } ?? .failure(frame.context.failure ?? .unbound(name: "the failure"))
    }

    private func declareTypes(in environment: inout Environment) {
        guard case .list(let declarations)? = fields[text: "type_env"] else { return }
        for case .map(let declaration) in declarations where declaration.text("kind") == "function" {
            guard case .list(let overloads)? = declaration[text: "overloads"] else { continue }
            for case .map(let overload) in overloads {
                guard case .list(let parameters)? = overload[text: "params"] else { continue }
                environment.declare(
                    function: Overload(
                        name: declaration.text("name"), isMember: overload.flag("member"),
                        parameters: parameters.map { Self.type($0) }, result: Self.type(overload[text: "result"])))
            }
        }
    }

    private static func type(_ value: Value?) -> CELType {
        guard case .string(let text)? = value else { return .dyn }
        var reader = TypeReader(text)
        return reader.type()
    }

    /// Declares the names of the case, each at a slot of table 0, and gives the row of that table.
    private func bind(in environment: inout Environment) throws(ConformanceFault) -> ObjectValue {
        var types: [String: CELType] = [:]
        if case .list(let declarations)? = fields[text: "type_env"] {
            for case .map(let declaration) in declarations where declaration.text("kind") == "ident" {
                types[declaration.text("name")] = Self.type(declaration[text: "type"])
            }
        }
        var values: [String: Value] = [:]
        if case .map(let bindings)? = fields[text: "bindings"] {
            for (key, binding) in zip(bindings.keys, bindings.values) {
                guard case .string(let name) = key, case .map(let given) = binding else { continue }
                types[name] = types[name] ?? .dyn
                guard let tagged = given[text: "value"] else { continue }
                guard let value = TaggedValue.value(tagged) else {
                    throw ConformanceFault(message: "the binding of `\(name)` is no value")
                }
                values[name] = value
            }
        }
        let names = types.keys.sorted()
        for (place, name) in names.enumerated() {
            environment.declare(name, types[name] ?? .dyn, at: SlotAddress(table: 0, index: place))
        }
        let row = ObjectType(
            name: "bindings",
            fields: names.enumerated().map { ObjectType.Field(name: $1, type: .dyn, slot: $0) })
        return ObjectValue(type: row, fields: values, missing: .unknown)
    }
}

extension MapValue {
    /// The text of a member, empty when there is none.
    func text(_ key: String) -> String {
        if case .string(let text)? = self[text: key] { return text }
        return ""
    }

    /// Whether a member is true.
    func flag(_ key: String) -> Bool { self[text: key] == .bool(true) }
}
