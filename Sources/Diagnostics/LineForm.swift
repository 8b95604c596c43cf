/// The two forms with one line for each diagnostic.
enum LineForm {
    static func short(_ located: LocatedDiagnostic) -> String {
        let diagnostic = located.diagnostic
        let place = "\(located.file):\(located.start.line):\(located.start.column)"
        return TextForm.singleLine("\(place): \(diagnostic.level.rawValue)[\(diagnostic.code)]: \(diagnostic.message)")
            + "\n"
    }

    /// A workflow command: `::error file=…,line=…::message`, with GitHub's percent escapes.
    static func github(_ located: LocatedDiagnostic) -> String {
        let diagnostic = located.diagnostic
        let command =
            switch diagnostic.level {
            case .error: "error"
            case .warning: "warning"
            case .note: "notice"
            }
        let (start, end) = (located.start, located.end)
        var properties = "file=\(escaped(located.file, isProperty: true)),line=\(start.line),col=\(start.column)"
        properties += ",endLine=\(end.line),endColumn=\(end.column),title=\(diagnostic.code)"
        var message = diagnostic.message
        if !diagnostic.primary.text.isEmpty { message += "\n" + diagnostic.primary.text }
        for note in diagnostic.notes { message += "\nnote: " + note }
        if let help = diagnostic.help { message += "\nhelp: " + help }
        return "::\(command) \(properties)::\(escaped(message, isProperty: false))\n"
    }

    private static func escaped(_ text: String, isProperty: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            case ":" where isProperty: out += "%3A"
            case "," where isProperty: out += "%2C"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
