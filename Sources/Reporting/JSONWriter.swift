import Alerting
import Timekeeping

/// Writes JSON with two blanks of indentation and keys in the order they are given.
struct JSONWriter {
    private(set) var text = ""
    private var depth = 0
    private var isFirst = true

    /// A whole document, which is an object.
    static func document(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.object(body)
        return writer.text + "\n"
    }

    private mutating func next() {
        if !isFirst { text += "," }
        isFirst = false
        text += "\n" + String(repeating: "  ", count: depth)
    }

    private mutating func block(_ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
        text += open
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        if !isFirst { text += "\n" + String(repeating: "  ", count: depth) }
        isFirst = false
        text += close
    }

    private mutating func object(_ body: (inout JSONWriter) -> Void) { block("{", "}", body) }

    private mutating func key(_ name: String) {
        next()
        string(name)
        text += ": "
    }

    mutating func field(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { text += "null" }
    }

    mutating func field(_ name: String, _ value: Int?) {
        key(name)
        text += value.map(String.init) ?? "null"
    }

    mutating func field(_ name: String, _ value: Bool) {
        key(name)
        text += value ? "true" : "false"
    }

    mutating func field(_ name: String, _ value: Timestamp?) { field(name, value?.rfc3339) }

    mutating func field(_ name: String, _ values: [String]) {
        field(name, EvidenceValue.list(values.map(EvidenceValue.text)))
    }

    mutating func field(_ name: String, _ value: EvidenceValue) {
        key(name)
        self.value(value)
    }

    mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    /// A list of objects.
    mutating func list<Item>(_ name: String, _ items: [Item], _ body: (Item, inout JSONWriter) -> Void) {
        key(name)
        block("[", "]") { writer in
            for item in items {
                writer.next()
                writer.object { body(item, &$0) }
            }
        }
    }

    private mutating func value(_ value: EvidenceValue) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        // JSON has no word for infinities.
        case .double(let value): if value.isFinite { text += "\(value)" } else { string("\(value)") }
        case .text(let value): string(value)
        case .time(let moment): string(moment.rfc3339)
        case .list(let values):
            text += "["
            for (index, item) in values.enumerated() {
                if index > 0 { text += ", " }
                self.value(item)
            }
            text += "]"
        }
    }

    private mutating func string(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            // Controls, and the two that end a line in JavaScript.
            case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
