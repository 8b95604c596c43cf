import Diagnostics
internal import PCRE2

/// What is said of calls that cannot be, and of constant arguments that never can.
extension Checker {
    mutating func unknownFunction(_ name: String, _ span: Span, isMember: Bool, receiver: CELType? = nil) {
        if isMember {
            report(
                .unknownFunction, "`\(name)` is called on a value", at: span,
                help: "write `value.\(name)(...)`")
            return
        }
        if receiver != nil, FunctionTable.functions[name] != nil || environment.predicates[name] != nil {
            report(
                .unknownFunction, "`\(name)` is not called on a value", at: span,
                help: "write `\(name)(...)` with the value inside the brackets")
            return
        }
        var known = Set(FunctionTable.members.keys)
        if receiver == nil {
            known = Set(FunctionTable.functions.keys).union(environment.predicates.keys).union(["has"])
        } else {
            known.formUnion(["all", "exists", "exists_one", "map", "filter", "sortBy", "transformList"])
        }
        report(
            .unknownFunction, "no function is named `\(name)`", at: span, label: "unknown function",
            help: nearestName(to: name, in: known).map { "did you mean `\($0)`?" })
    }

    private static let macros: Set<String> = [
        "all", "exists", "exists_one", "existsOne", "map", "filter", "sortBy", "transformList", "transformMap",
        "transformMapEntry", "optMap", "optFlatMap",
    ]

    /// Says that a macro's name was called with a number of arguments that no macro has; false for other names.
    mutating func isMiscountedMacro(_ name: String, _ span: Span) -> Bool {
        guard Self.macros.contains(name), environment.extraOverloads[name] == nil, !isLenient else { return false }
        report(
            .badMacro, "`\(name)` was given a wrong number of arguments", at: span,
            help: "write a name and an expression over it, as in `roles.\(name)(r, r == \"admin\")`")
        return true
    }

    mutating func noOverload(
        _ name: String, _ overloads: [Overload], _ given: [CELType], _ arguments: [Expr], _ span: Span
    ) {
        let isMember = overloads.first?.isMember ?? false
        let skipped = isMember ? 1 : 0
        let fitting = overloads.filter { overload in
            guard isMember, let target = given.first else { return true }
            var trial = unifier
            let instance = trial.instance(of: overload)
            return trial.fits(target, instance.parameters[0])
        }
        let signatures = (fitting.isEmpty ? overloads : fitting).map { signature($0) }
        let notes = signatures.count <= 4 ? signatures.map { "there is `\($0)`" } : []
        if isMember, fitting.isEmpty, let target = given.first, let receiver = arguments.first {
            report(
                .noOverload, "\(shown(target)) has no `\(name)`", at: span,
                label: "`\(source(receiver))` is \(shown(target))", notes: notes)
            return
        }
        let shownTypes = given.dropFirst(skipped).map { shown($0) }
        let counts = Set((fitting.isEmpty ? overloads : fitting).map { $0.parameters.count - skipped })
        if !counts.contains(shownTypes.count) {
            let wanted = counts.sorted().map(String.init).joined(separator: " or ")
            report(
                .noOverload,
                "`\(name)` takes \(wanted) argument\(wanted == "1" ? "" : "s"), and got \(shownTypes.count)",
                at: span, notes: notes)
            return
        }
        let wrong = firstWrong(fitting, given)
        report(
            .noOverload,
            shownTypes.isEmpty
                ? "`\(name)` cannot be called like this"
                : "`\(name)` does not take \(shownTypes.joined(separator: " and "))",
            at: wrong.map { arguments[$0].span } ?? span,
            label: wrong.map { "this is \(shown(given[$0]))" } ?? "", notes: notes)
    }

    /// The first argument that fits no overload, whatever the others are.
    private func firstWrong(_ overloads: [Overload], _ given: [CELType]) -> Int? {
        given.indices.first { place in
            !overloads.contains { overload in
                guard place < overload.parameters.count else { return false }
                var trial = unifier
                let instance = trial.instance(of: overload)
                return trial.fits(given[place], instance.parameters[place])
            }
        }
    }

    private func signature(_ overload: Overload) -> String {
        var words = overload.parameters.map(\.description)
        let receiver = overload.isMember ? words.removeFirst() + "." : ""
        return "\(receiver)\(overload.name)(\(words.joined(separator: ", ")))"
    }

    /// Checks arguments that are text literals and can only be right or wrong.
    mutating func checkConstant(_ name: String, _ arguments: [Expr]) {
        guard environment.allowsDyn == false, let first = arguments.first,
            case .string(let text)? = constant(first)
        else { return }
        let isValid: Bool
        switch name {
        case "ip": isValid = IPAddress(text) != nil
        case "cidr": isValid = AddressBlock(text) != nil
        case "timestamp": isValid = parseTimestamp(text) != nil
        case "duration": isValid = parseDuration(text) != nil
        default: return
        }
        guard !isValid else { return }
        let help: [String: String] = [
            "cidr": "write a network such as `10.0.0.0/8`", "ip": "write an address such as `192.0.2.1`",
            "timestamp": "write RFC 3339, such as `2026-02-01T00:00:00Z`",
            "duration": "write a number and a unit out of `h m s ms us ns`, such as `90m`; for days write `days(90)`",
        ]
        report(.badArgument, "this text is no \(name)", at: first.span, help: help[name])
    }

    /// The value of a literal or of a declared constant.
    func constant(_ expr: Expr) -> Value? {
        if case .literal(let value) = expr.kind { return value }
        if case .variable(let variable)? = references[expr.id], case .constant(let value) = variable.binding {
            return value
        }
        if case .binary(.add, let left, let right) = expr.kind, case .string(let one)? = constant(left),
            case .string(let two)? = constant(right)
        {
            return .string(one + two)
        }
        return nil
    }
}
