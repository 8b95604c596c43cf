import CEL
import Diagnostics

/// Compiles the names of `let`: each is one call of an aggregate whose arguments are expressions.
struct AggregateCompiler {
    /// Where the arguments are evaluated.
    let scope: Scope
    /// Whether a group may be without rows, as the one group of `by: []` may.
    let mayBeEmpty: Bool
    /// The most values that `collect` may keep.
    let collectLimit: Int

    /// An aggregate before it has a slot.
    struct Result {
        let name: String
        let function: Aggregate.Function
        let argument: CompiledExpression?
        let condition: CompiledExpression?
        let limit: Int?
        let type: CELType
        let isNullable: Bool
    }

    func compile(_ source: LetSource, _ compiler: inout ExpressionCompiler) -> Result? {
        guard let tree = compiler.tree(source.call, in: scope) else { return nil }
        guard case .call(let name, let place, nil, let arguments) = tree.kind else {
            compiler.error(
                .badAggregate, "`\(source.name.text)` is not one call of an aggregate", at: source.call.span,
                help: "write one of \(Self.forms), and compute with the result in `alert_if`")
            return nil
        }
        guard let function = Aggregate.Function(rawValue: name) else {
            let near = nearestName(to: name, in: Aggregate.Function.allCases.map(\.rawValue))
            compiler.error(
                .badAggregate, "`\(name)` is not an aggregate", at: source.call.fileSpan(place),
                help: near.map { "did you mean `\($0)`?" } ?? "write one of \(Self.forms)")
            return nil
        }
        switch function {
        case .count: return count(source, arguments, &compiler)
        case .collect: return collect(source, arguments, &compiler)
        default: return single(function, source, arguments, &compiler)
        }
    }

    private static let forms = Aggregate.Function.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")

    private func count(
        _ source: LetSource, _ arguments: [Expr], _ compiler: inout ExpressionCompiler
    ) -> Result? {
        guard arguments.count <= 1 else {
            wrongCount("count", "nothing or one condition", source, arguments.count, &compiler)
            return nil
        }
        var condition: CompiledExpression?
        if let argument = arguments.first {
            condition = compiler.compile(argument, of: source.call, in: scope, needsValue: true)
            guard let condition else { return nil }
            guard condition.type == .bool || condition.type == .dyn else {
                compiler.error(
                    .wrongType, "`count` takes a condition, and this is \(condition.checked.type)",
                    at: source.call.fileSpan(argument.span),
                    help: "write `distinct(...)` to count different values")
                return nil
            }
        }
        return Result(
            name: source.name.text, function: .count, argument: nil, condition: condition, limit: nil, type: .int,
            isNullable: false)
    }

    private func collect(
        _ source: LetSource, _ arguments: [Expr], _ compiler: inout ExpressionCompiler
    ) -> Result? {
        guard arguments.count == 2 else {
            wrongCount("collect", "an expression and how many values to keep", source, arguments.count, &compiler)
            return nil
        }
        guard case .literal(.int(let limit)) = arguments[1].kind, (1...Int64(collectLimit)).contains(limit) else {
            compiler.error(
                .limit, "`collect` keeps 1 to \(collectLimit) values", at: source.call.fileSpan(arguments[1].span),
                help: "write a number, such as `collect(activity.user_name, 25)`")
            return nil
        }
        guard let argument = compiler.compile(arguments[0], of: source.call, in: scope, needsValue: false) else {
            return nil
        }
        return Result(
            name: source.name.text, function: .collect, argument: argument, condition: nil, limit: Int(limit),
            type: .list(argument.type), isNullable: false)
    }

    private func single(
        _ function: Aggregate.Function, _ source: LetSource, _ arguments: [Expr],
        _ compiler: inout ExpressionCompiler
    ) -> Result? {
        guard arguments.count == 1 else {
            wrongCount(function.rawValue, "one expression", source, arguments.count, &compiler)
            return nil
        }
        guard let argument = compiler.compile(arguments[0], of: source.call, in: scope, needsValue: false),
            let type = type(of: function, argument, at: source.call.fileSpan(arguments[0].span), &compiler)
        else { return nil }
        let skipsNull = argument.reasoning.mayBeNull(argument.checked.root, scope.facts)
        let hasNoValue = function != .distinct && function != .sum && (mayBeEmpty || skipsNull)
        return Result(
            name: source.name.text, function: function, argument: argument, condition: nil, limit: nil, type: type,
            isNullable: hasNoValue)
    }

    /// The type of the result; nil, with a diagnostic, for an argument that the aggregate does not take.
    private func type(
        of function: Aggregate.Function, _ argument: CompiledExpression, at span: Span,
        _ compiler: inout ExpressionCompiler
    ) -> CELType? {
        let given = argument.type
        let isOrdered = given.isNumeric || given == .string || given == .timestamp || given == .duration
        let fits =
            switch function {
            case .sum: given.isNumeric || given == .duration
            case .avg: given.isNumeric
            case .min, .max: isOrdered
            default: true
            }
        guard fits || given == .dyn else {
            compiler.error(
                .wrongType, "`\(function.rawValue)` does not take \(argument.checked.type)", at: span,
                label: "this is \(argument.checked.type)",
                help: function == .sum || function == .avg ? "it takes numbers" : "it takes what has an order")
            return nil
        }
        return switch function {
        case .distinct: .int
        case .avg: .double
        default: given
        }
    }

    private func wrongCount(
        _ name: String, _ wanted: String, _ source: LetSource, _ count: Int, _ compiler: inout ExpressionCompiler
    ) {
        compiler.error(
            .badAggregate, "`\(name)` takes \(wanted), and got \(count) arguments", at: source.call.span,
            help: name == "collect" ? "write `collect(activity.user_name, 25)`" : nil)
    }
}
