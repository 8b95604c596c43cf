import CEL
import RuleLanguage
import Timekeeping

extension MessageTemplate {
    /// The text for a frame; what is not known prints as `unknown`, what fails as `error`.
    func text(_ frame: Frame) -> String {
        var out = ""
        for part in parts {
            switch part {
            case .text(let text): out += text
            case .value(let program):
                switch program.value(frame) {
                case .success(let value): out += value.messageText
                case .failure(let failure): out += failure.isUnknown ? "unknown" : "error"
                }
            }
        }
        return out
    }
}

extension Value {
    /// The value as people read it in a message.
    var messageText: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double(let number): number.rounded() == number && abs(number) < 1e15 ? String(Int64(number)) : "\(number)"
        case .string(let text), .type(let text): text
        case .timestamp(let moment): moment.rfc3339
        case .duration(let span): span.shortText
        case .list(let elements): elements.map(\.messageText).joined(separator: ", ")
        case .optional(let inner): inner?.messageText ?? "null"
        default: String(describing: self)
        }
    }
}
