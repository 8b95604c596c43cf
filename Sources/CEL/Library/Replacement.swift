/// The text that stands for a match: literal bytes and `\0` to `\9` for groups.
enum Replacement {
    enum Part {
        case text([UInt8])
        case group(Int)
    }

    /// What is wrong with a template for a pattern of so many groups; nil when nothing is.
    static func fault(in template: String, groups: Int) -> String? {
        guard let parts = parts(of: template) else {
            return "a backslash in a replacement stands before a digit or another backslash"
        }
        for case .group(let number) in parts where number > groups {
            return "the replacement names group \(number), and the pattern has \(groups)"
        }
        return nil
    }

    /// The parts of a template; nil when an escape is none.
    static func parts(of template: String) -> [Part]? {
        var parts: [Part] = []
        var text: [UInt8] = []
        var isEscaped = false
        for byte in template.utf8 {
            if isEscaped {
                isEscaped = false
                if byte == 0x5c {
                    text.append(byte)
                } else if byte.isDigit {
                    if !text.isEmpty { parts.append(.text(text)) }
                    text = []
                    parts.append(.group(Int(byte - 48)))
                } else {
                    return nil
                }
            } else if byte == 0x5c {
                isEscaped = true
            } else {
                text.append(byte)
            }
        }
        if isEscaped { return nil }
        if !text.isEmpty { parts.append(.text(text)) }
        return parts
    }
}
