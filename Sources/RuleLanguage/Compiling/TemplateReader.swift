import Diagnostics

/// Cuts a message into literal parts and the expressions in `${...}`.
struct TemplateReader {
    enum Part {
        case text(String)
        case expression(ExpressionText)
    }

    private let scalar: ScalarText
    private let bytes: [UInt8]

    init(_ scalar: ScalarText) {
        self.scalar = scalar
        bytes = Array(scalar.text.utf8)
    }

    /// The parts in order, and what is wrong with the text.
    func parts() -> (parts: [Part], diagnostics: [Diagnostic]) {
        var parts: [Part] = []
        var diagnostics: [Diagnostic] = []
        var literal: [UInt8] = []
        var index = 0
        func flush() {
            if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
            literal.removeAll()
        }
        while index < bytes.count {
            guard bytes[index] == 0x24, index + 1 < bytes.count, bytes[index + 1] == 0x7B else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            let start = index + 2
            guard let end = closing(from: start) else {
                diagnostics.append(
                    Diagnostic(
                        .error, RuleDiagnosticCode.badTemplate.rawValue, "`${` is not closed",
                        at: scalar.fileSpan(Span(index, index + 2)), label: "opened here",
                        help: "write `}` behind the expression"))
                return (parts, diagnostics)
            }
            if bytes[start..<end].allSatisfy({ $0 <= 0x20 }) {
                diagnostics.append(
                    Diagnostic(
                        .error, RuleDiagnosticCode.badTemplate.rawValue, "`${}` holds no expression",
                        at: scalar.fileSpan(Span(index, end + 1)), help: "write an expression between the braces"))
            } else {
                flush()
                parts.append(.expression(ExpressionText(scalar, bytes: start..<end)))
            }
            index = end + 1
        }
        flush()
        return (parts, diagnostics)
    }

    /// The brace that closes an expression: not one inside of quotes or of a map.
    private func closing(from start: Int) -> Int? {
        var depth = 0
        var quote: UInt8?
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == 0x5C { index += 1 } else if byte == open { quote = nil }
            } else {
                switch byte {
                case 0x22, 0x27: quote = byte
                case 0x7B: depth += 1
                case 0x7D where depth == 0: return index
                case 0x7D: depth -= 1
                default: break
                }
            }
            index += 1
        }
        return nil
    }
}
