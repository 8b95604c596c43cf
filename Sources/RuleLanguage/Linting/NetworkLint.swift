import CEL
import Diagnostics

/// R0313: finds entries of constant lists that `cidr()` is asked to read and cannot, as `cidr` of a constant is found.
struct NetworkLint {
    let checked: CheckedExpression

    var diagnostics: [Diagnostic] {
        var found: [Diagnostic] = []
        checked.root.walk { expr in
            guard case .comprehension(let loop) = expr.kind,
                case .list(let entries)? = checked.constantValue(of: loop.range),
                readsNetworks(loop)
            else { return }
            for case .string(let text) in entries where AddressBlock(text) == nil {
                guard !found.contains(where: { $0.message.contains("`\(text)`") }) else { continue }
                found.append(
                    Diagnostic(
                        .error, RuleDiagnosticCode.badNetwork.rawValue, "`\(text)` is not an address range",
                        at: loop.range.span, label: "has this entry",
                        help: "write a network such as `10.0.0.0/8` into the list"))
            }
        }
        return found
    }

    /// Whether the name that the loop gives is what some `cidr` reads.
    private func readsNetworks(_ loop: Expr.Comprehension) -> Bool {
        var reads = false
        for part in [loop.condition, loop.result].compactMap({ $0 }) {
            part.walk { expr in
                guard case .call("cidr", _, nil, let arguments) = expr.kind, arguments.count == 1,
                    case .name(loop.first.name, _) = arguments[0].kind, loop.second == nil
                else { return }
                reads = true
            }
        }
        return reads
    }
}
