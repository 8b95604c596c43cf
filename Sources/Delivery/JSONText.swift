internal import Alerting
internal import Timekeeping

/// JSON with the keys in the order in which they were written, so that the same notice is the same bytes.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func object(_ key: String? = nil, _ body: (inout JSONText) -> Void) {
        nest(key, UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    mutating func array(_ key: String? = nil, _ body: (inout JSONText) -> Void) {
        nest(key, UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// A member of an object or, without a key, of an array.
    mutating func add(_ key: String? = nil, _ value: String?) {
        begin(key)
        if let value { quote(value) } else { bytes.append(contentsOf: "null".utf8) }
    }

    mutating func add(_ key: String? = nil, _ value: Int) {
        begin(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func add(_ key: String? = nil, _ value: Timestamp?) { add(key, value?.rfc3339) }

    mutating func add(_ key: String? = nil, _ value: EvidenceValue) {
        switch value {
        case .null: add(key, nil as String?)
        case .bool(let value): addLiteral(key, value ? "true" : "false")
        case .int(let value): addLiteral(key, String(value))
        // JSON has no word for what is no finite number.
        case .double(let value): value.isFinite ? addLiteral(key, "\(value)") : add(key, "\(value)")
        case .text(let value): add(key, value)
        case .time(let value): add(key, value)
        case .list(let values): array(key) { list in for value in values { list.add(nil, value) } }
        }
    }

    private mutating func addLiteral(_ key: String?, _ text: String) {
        begin(key)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func nest(_ key: String?, _ open: UInt8, _ close: UInt8, _ body: (inout JSONText) -> Void) {
        begin(key)
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func begin(_ key: String?) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        guard let key else { return }
        quote(key)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Text in quotes; hidden characters become escapes, so the line may be shown on a terminal as it is.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: "\\\"".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case _ where Visible.isHidden(scalar):
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    bytes.append(contentsOf: "\\u".utf8)
                    bytes.append(contentsOf: String(repeating: "0", count: 4 - digits.count).utf8)
                    bytes.append(contentsOf: digits.utf8)
                }
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
