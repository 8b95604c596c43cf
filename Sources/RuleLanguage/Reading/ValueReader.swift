import CEL
import Diagnostics
import Timekeeping

/// Reads the values of parameters and lists: text whose meaning the declared type decides.
struct ValueReader {
    let sink: DiagnosticSink

    /// The types that a parameter may have, as authors write them.
    static let parameterTypes: [String: CELType] = [
        "int": .int, "double": .double, "string": .string, "bool": .bool, "duration": .duration,
        "list(string)": .list(.string),
    ]

    /// The value of a node as a type; nil, with a diagnostic, when it is none.
    ///
    /// - Parameter name: What the value is of, for messages.
    func value(_ node: YAMLNode, as type: CELType, of name: String, code: RuleDiagnosticCode = .badValue) -> Value? {
        if case .list(let element) = type {
            guard case .sequence(let items) = node.content else {
                refuse(node, type, name, code)
                return nil
            }
            let values = items.compactMap { value($0, as: element, of: "an item of " + name, code: code) }
            return values.count == items.count ? .list(values) : nil
        }
        guard case .scalar(let text) = node.content, let value = Self.value(text.text, as: type) else {
            refuse(node, type, name, code)
            return nil
        }
        return value
    }

    /// The value of a text as a type.
    static func value(_ text: String, as type: CELType) -> Value? {
        switch type {
        case .int: Int64(text).map(Value.int)
        case .double: Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        case .bool: text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        case .duration: TimeSpan(text).map(Value.duration)
        case .string: .string(text)
        default: nil
        }
    }

    private func refuse(_ node: YAMLNode, _ type: CELType, _ name: String, _ code: RuleDiagnosticCode) {
        guard !node.isRefused else { return }
        var given = node.kindName
        if case .scalar(let text) = node.content, !node.isEmptyScalar { given = "`\(text.text)`" }
        let help: String? =
            switch type {
            case .duration: "write a number and a unit, such as `90d` or `15m`"
            case .list: "write `[...]`, with commas between the items"
            case .bool: "write `true` or `false`"
            default: nil
            }
        sink.error(code, "\(name) is \(type.description), and this is \(given)", at: node.span, help: help)
    }
}
