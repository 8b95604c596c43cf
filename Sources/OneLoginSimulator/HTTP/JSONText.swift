/// Writes JSON straight into bytes: pages of fifty rows need no tree and no encoder.
struct JSONText: Sendable {
    private(set) var bytes: [UInt8] = []
    /// When set, ``field(_:_:)-(_,Int?)`` and its like write only these names, as `?fields=` asks.
    var only: Set<String>?
    private var needsComma = false

    init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    // MARK: structure

    mutating func object(_ write: (inout JSONText) -> Void) {
        open(UInt8(ascii: "{"))
        write(&self)
        close(UInt8(ascii: "}"))
    }

    mutating func objectField(_ name: String, _ write: (inout JSONText) -> Void) {
        key(name)
        object(write)
    }

    mutating func array<Elements: Sequence>(
        _ elements: Elements, _ write: (inout JSONText, Elements.Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    mutating func list<Elements: Sequence>(
        _ name: String, _ elements: Elements, _ write: (inout JSONText, Elements.Element) -> Void
    ) {
        if let only, !only.contains(name) { return }
        key(name)
        array(elements, write)
    }

    mutating func key(_ name: String) {
        separate()
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: fields

    mutating func field(_ name: String, _ value: Int?) {
        if let only, !only.contains(name) { return }
        key(name)
        self.value(value)
    }

    mutating func field(_ name: String, _ value: String?) {
        if let only, !only.contains(name) { return }
        key(name)
        self.value(value)
    }

    mutating func field(_ name: String, _ value: Bool) {
        if let only, !only.contains(name) { return }
        key(name)
        self.value(value)
    }

    /// A time in milliseconds since 1970, as UTC text with three decimals.
    mutating func time(_ name: String, _ milliseconds: Int64?) {
        if let only, !only.contains(name) { return }
        key(name)
        separate()
        if let milliseconds { quotedTime(milliseconds) } else { append("null") }
        needsComma = true
    }

    mutating func null(_ name: String) { field(name, nil as Int?) }

    // MARK: values

    mutating func value(_ value: Int?) {
        separate()
        if let value { append(String(value)) } else { append("null") }
        needsComma = true
    }

    mutating func value(_ value: String?) {
        separate()
        if let value { quoted(value) } else { append("null") }
        needsComma = true
    }

    mutating func value(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
        needsComma = true
    }

    /// JSON that is already written.
    mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    // MARK: bytes

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<32:
                append("\\u00")
                bytes.append(Self.hex[Int(byte >> 4)])
                bytes.append(Self.hex[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hex = Array("0123456789abcdef".utf8)

    private mutating func quotedTime(_ milliseconds: Int64) {
        bytes.append(UInt8(ascii: "\""))
        append(WireTime.text(milliseconds))
        bytes.append(UInt8(ascii: "\""))
    }
}
