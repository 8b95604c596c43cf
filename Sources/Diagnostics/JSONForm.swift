/// A JSON value whose members keep the order they were given in, so that two runs write the same bytes.
indirect enum JSONText {
    case string(String)
    case number(Int)
    case array([JSONText])
    case object([(String, JSONText)])

    /// The value with two blanks for each level.
    func rendered(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .string(let text): return Self.quoted(text)
        case .number(let number): return String(number)
        case .array(let items):
            if items.isEmpty { return "[]" }
            let lines = items.map { inner + $0.rendered(indent: inner) }.joined(separator: ",\n")
            return "[\n\(lines)\n\(indent)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.rendered(indent: inner))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// The JSON form: `{"diagnostics": [...], "errors": n, "warnings": n}`.
enum JSONForm {
    static func render(_ located: [LocatedDiagnostic], errors: Int, warnings: Int) -> String {
        JSONText.object([
            ("diagnostics", .array(located.map(object))), ("errors", .number(errors)), ("warnings", .number(warnings)),
        ]).rendered() + "\n"
    }

    private static func object(_ located: LocatedDiagnostic) -> JSONText {
        let diagnostic = located.diagnostic
        var members: [(String, JSONText)] = [
            ("level", .string(diagnostic.level.rawValue)), ("code", .string(diagnostic.code)),
            ("message", .string(diagnostic.message)), ("file", .string(located.file)),
        ]
        members += place(diagnostic.primary.span, in: located.lines)
        members.append(("label", .string(diagnostic.primary.text)))
        members.append(("notes", .array(diagnostic.notes.map(JSONText.string))))
        if let help = diagnostic.help { members.append(("help", .string(help))) }
        let related = diagnostic.secondary.map { label in
            JSONText.object(place(label.span, in: located.lines) + [("label", .string(label.text))])
        }
        members.append(("related", .array(related)))
        return .object(members)
    }

    private static func place(_ span: Span, in lines: LineIndex) -> [(String, JSONText)] {
        let (start, end) = (lines.position(at: span.start), lines.position(at: span.end))
        return [
            ("line", .number(start.line)), ("column", .number(start.column)), ("endLine", .number(end.line)),
            ("endColumn", .number(end.column)),
        ]
    }
}
