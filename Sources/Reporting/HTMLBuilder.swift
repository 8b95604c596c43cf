/// Builds HTML in which text can only be text: whatever is put in is escaped, and element names are the code's own.
struct HTMLBuilder {
    private(set) var text = ""

    /// An element with attributes and what stands in it.
    mutating func element(
        _ name: StaticString, _ attributes: [(StaticString, String)] = [], _ content: (inout HTMLBuilder) -> Void
    ) {
        open(name, attributes)
        content(&self)
        text += "</\(name)>"
    }

    /// An element that holds text only.
    mutating func element(_ name: StaticString, _ attributes: [(StaticString, String)] = [], _ content: String) {
        element(name, attributes) { $0.add(content) }
    }

    /// An element without an end, such as `meta`.
    mutating func void(_ name: StaticString, _ attributes: [(StaticString, String)]) { open(name, attributes) }

    /// Text, escaped.
    mutating func add(_ content: String) { text += Self.escaped(PlainLine.clean(content)) }

    /// A line break in the source, which keeps lines short and differences readable.
    mutating func newline() { text += "\n" }

    /// Text of the code's own that is already HTML, such as a style sheet.
    mutating func verbatim(_ content: StaticString) { text += "\(content)" }

    private mutating func open(_ name: StaticString, _ attributes: [(StaticString, String)]) {
        text += "<\(name)"
        for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    /// The text with the five characters that mean something to HTML written as references.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 })
        else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
