/// The Static Analysis Results Interchange Format, version 2.1.0 (OASIS), one run.
enum SARIFForm {
    static func render(_ located: [LocatedDiagnostic]) -> String {
        let codes = Set(located.map(\.diagnostic.code)).sorted()
        let driver = JSONText.object([
            ("name", .string("tocsin")), ("rules", .array(codes.map { .object([("id", .string($0))]) })),
        ])
        let run = JSONText.object([
            ("tool", .object([("driver", driver)])), ("columnKind", .string("unicodeCodePoints")),
            ("results", .array(located.map(result))),
        ])
        return JSONText.object([
            ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .string("2.1.0")),
            ("runs", .array([run])),
        ]).rendered() + "\n"
    }

    private static func result(_ located: LocatedDiagnostic) -> JSONText {
        let diagnostic = located.diagnostic
        var text = diagnostic.message
        for note in diagnostic.notes { text += "\n" + note }
        if let help = diagnostic.help { text += "\n" + help }
        var members: [(String, JSONText)] = [
            ("ruleId", .string(diagnostic.code)), ("level", .string(diagnostic.level.rawValue)),
            ("message", message(text)), ("locations", .array([.object([physical(diagnostic.primary, located)])])),
        ]
        if !diagnostic.secondary.isEmpty {
            let related = diagnostic.secondary.enumerated().map { index, label in
                JSONText.object([
                    ("id", .number(index)), physical(label, located), ("message", message(label.text)),
                ])
            }
            members.append(("relatedLocations", .array(related)))
        }
        return .object(members)
    }

    private static func message(_ text: String) -> JSONText { .object([("text", .string(text))]) }

    private static func physical(_ label: Diagnostic.Label, _ located: LocatedDiagnostic) -> (String, JSONText) {
        let (start, end) = (
            located.lines.position(at: label.span.start), located.lines.position(at: label.span.end)
        )
        let region = JSONText.object([
            ("startLine", .number(start.line)), ("startColumn", .number(start.column)),
            ("endLine", .number(end.line)), ("endColumn", .number(end.column)),
        ])
        let artifact = JSONText.object([("uri", .string(percentEncoded(located.file)))])
        return ("physicalLocation", .object([("artifactLocation", artifact), ("region", region)]))
    }

    /// A path as a relative URI reference (RFC 3986, unreserved characters and `/` stay).
    private static func percentEncoded(_ path: String) -> String {
        var out = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return out
    }
}
