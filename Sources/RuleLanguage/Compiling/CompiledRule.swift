import CEL
import Timekeeping

/// A rule compiled with one set of parameters and lists, before a policy adds scope, receivers and exceptions.
struct CompiledRule {
    let body: Body
    let key: [Program]
    let keyTypes: [CELType]
    let severityWhen: [BoundRule.SeverityBranch]
    let message: MessageTemplate
    let cooldown: TimeSpan?
    let layout: FrameLayout
    /// What the final expressions, and so exceptions, may name.
    let finalScope: Scope
    let fieldsRead: Set<String>
    /// Ids of the rules whose signals are read.
    let signalsRead: Set<String>
    /// What was said of it.
    let messages: Set<String>
}

/// Gives the variables of table 0 their indexes, in the order that ``FrameLayout`` documents.
struct LayoutBuilder {
    private(set) var variables: [FrameLayout.Variable] = [
        FrameLayout.Variable(name: "now", type: .timestamp, isNullable: false)
    ]

    /// The index of a new variable.
    mutating func add(_ name: String, _ type: CELType, isNullable: Bool = false) -> Int {
        variables.append(FrameLayout.Variable(name: name, type: type, isNullable: isNullable))
        return variables.count - 1
    }

    /// Makes the variables from `start` on known in a scope.
    func declare(from start: Int = 0, in scope: inout Scope) {
        for (index, variable) in variables.enumerated().dropFirst(start) {
            scope.environment.declare(
                variable.name, variable.type, isNullable: variable.isNullable,
                at: SlotAddress(table: FrameLayout.variablesTable, index: index))
        }
    }
}
