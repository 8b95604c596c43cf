import HTTPTransport
import JSONScanning

/// What an error answer says, whichever of its five shapes it has (reference, section 5).
struct ErrorBody: Hashable, Sendable {
    /// The words of the answer, on one line; empty when there are none to show.
    let message: String
    /// It is a page for people: a load balancer's, or no OneLogin at all.
    let isPage: Bool
    /// It has one of the API's shapes: the API itself says so, and nobody before it.
    let isOfAPI: Bool

    init(_ response: HTTPResponse) {
        let type = response.headers["Content-Type"]?.lowercased() ?? ""
        let start = response.body.first { $0 > 0x20 }
        isPage = type.contains("html") || start == UInt8(ascii: "<")
        guard !isPage else {
            message = "a web page instead of an answer"
            isOfAPI = false
            return
        }
        let found = response.body.withUnsafeBytes { Self.message(in: $0) }
        isOfAPI = found != nil
        message = Self.oneLine(found ?? (response.body.isEmpty ? "no body" : response.text(limitBytes: 200)))
    }

    /// Whether the words hold one of `phrases`, without regard to case.
    func says(_ phrases: String...) -> Bool {
        let text = message.lowercased()
        return phrases.contains { text.contains($0.lowercased()) }
    }

    /// Whether it says of what is named in the path that there is none, not that there is no such path.
    var saysNotThere: Bool { isOfAPI && !says("no route") }

    private static func message(in body: UnsafeRawBufferPointer) -> String? {
        guard let members = JSONMembers(body) else { return nil }
        if let status = members["status"], status.kind == .object, let inner = JSONMembers(status.text) {
            return text(inner["message"]) ?? text(inner["type"])
        }
        for key in ["message", "description", "messages", "error", "error_description"] {
            if let words = text(members[key]) {
                let detail = text(members["field"]).map { " (\($0))" } ?? text(members["errors"]).map { " (\($0))" }
                return words + (detail ?? "")
            }
        }
        return nil
    }

    /// Words of a value: text itself, an object's description, the parts of a list.
    private static func text(_ value: JSONValue?) -> String? {
        guard let value else { return nil }
        switch value.kind {
        case .string: return value.string
        case .object:
            guard let inner = JSONMembers(value.text) else { return nil }
            let parts = ["attribute", "field", "description", "message"].compactMap { text(inner[$0]) }
            return parts.isEmpty ? nil : parts.joined(separator: ": ")
        case .array:
            let parts = JSONElements(value.text).compactMap { text($0) }
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        default: return nil
        }
    }

    private static func oneLine(_ text: String) -> String {
        let words = text.split { $0.isWhitespace || $0.isNewline }
        return String(words.joined(separator: " ").prefix(300))
    }
}
