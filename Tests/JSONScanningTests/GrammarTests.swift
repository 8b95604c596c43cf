import JSONScanning
import Testing

@Suite struct GrammarTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: [UInt8]
        let reason: JSONFault.Reason
        let offset: Int

        init(_ name: String, _ text: String, _ reason: JSONFault.Reason, _ offset: Int) {
            self.init(name, Array(text.utf8), reason, offset)
        }

        init(_ name: String, _ text: [UInt8], _ reason: JSONFault.Reason, _ offset: Int) {
            testDescription = name
            self.text = text
            self.reason = reason
            self.offset = offset
        }
    }

    static let long = String(repeating: "a", count: 20)

    @Test(arguments: [
        Bad("nothing", "", .unexpectedEnd, 0),
        Bad("blanks only", " \t\r\n", .unexpectedEnd, 4),
        Bad("a form feed is no blank", "\u{0C}1", .unexpectedByte, 0),
        Bad("text without end", "\"\(long)", .unexpectedEnd, 21),
        Bad("a line feed in text", "\"\(long)\n\"", .controlCharacter, 21),
        Bad("a NUL in text", [0x22, 0x00, 0x22], .controlCharacter, 1),
        Bad("an escape that is none", "\"\\x41\"", .invalidEscape, 1),
        Bad("three hex digits", "\"\\u12g4\"", .invalidEscape, 1),
        Bad("an escape at the end", "\"\\", .unexpectedEnd, 2),
        Bad("a lone continuation byte", [0x22, 0x80, 0x22], .invalidUTF8, 1),
        Bad("an overlong slash", [0x22, 0xC0, 0xAF, 0x22], .invalidUTF8, 1),
        Bad("an overlong three-byte form", [0x22, 0xE0, 0x80, 0xAF, 0x22], .invalidUTF8, 1),
        Bad("a surrogate in UTF-8", [0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, 1),
        Bad("above U+10FFFF", [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, 1),
        Bad("a byte that UTF-8 does not have", [0x22, 0xFF, 0x22], .invalidUTF8, 1),
        Bad("a scalar cut off by the quote", [0x22, 0xC3, 0x22], .invalidUTF8, 1),
        Bad("a byte order mark", [0xEF, 0xBB, 0xBF, 0x31], .unexpectedByte, 0),
        Bad("a leading zero", "01", .invalidNumber, 0),
        Bad("a minus alone", "-", .unexpectedEnd, 1),
        Bad("a minus before a letter", "-a", .invalidNumber, 0),
        Bad("a point without digits", "1.]", .invalidNumber, 0),
        Bad("a point without digits at the end", "1.", .unexpectedEnd, 2),
        Bad("an exponent without digits", "1e+,", .invalidNumber, 0),
        Bad("two points", "1.2.3", .invalidNumber, 0),
        Bad("a number with a unit", "15ms", .invalidNumber, 0),
        Bad("a plus sign", "+1", .unexpectedByte, 0),
        Bad("a number that begins with a point", ".5", .unexpectedByte, 0),
        Bad("NaN", "NaN", .unexpectedByte, 0),
        Bad("nul", "nul", .unexpectedEnd, 3),
        Bad("nulL", "nulL", .invalidLiteral, 0),
        Bad("True", "True", .unexpectedByte, 0),
        Bad("single quotes", "{'a':1}", .unexpectedByte, 1),
        Bad("a comma before the brace", "{\"a\":1,}", .unexpectedByte, 7),
        Bad("a comma before the bracket", "[1,]", .unexpectedByte, 3),
        Bad("a comma at the start", "[,1]", .unexpectedByte, 1),
        Bad("no comma", "[1 2]", .unexpectedByte, 3),
        Bad("no colon", "{\"a\" 1}", .unexpectedByte, 5),
        Bad("no value", "{\"a\":}", .unexpectedByte, 5),
        Bad("a number as key", "{1:2}", .unexpectedByte, 1),
        Bad("an object without end", "{\"a\":[1,{}]", .unexpectedEnd, 11),
        Bad("the wrong bracket", "[1}", .unexpectedByte, 2),
        Bad("a comment", "/* */1", .unexpectedByte, 0),
        Bad("two values", "1 2", .trailingBytes, 2),
    ])
    func refuses(_ row: Bad) {
        #expect(fault(in: row.text) == JSONFault(row.reason, at: row.offset))
    }

    @Test(arguments: [
        "0", "-0", "0.0", "1e5", "1E-5", "-12.5e+10", "123456789012345678901234567890", "true", "false", "null", "\"\"",
        "[]", "{}", " [ ] ", " { } ", "[[],{}]", "{\"a\":{\"b\":[1,2.0,\"c\"]}}", "\"\\u00e9\\ud83d\\ude00\\/\"",
        "\"Zoë Łukasz 日本 😀\"", "\r\n\t [1 , 2]\n",
    ])
    func takes(_ text: String) {
        #expect(fault(in: Array(text.utf8)) == nil)
    }

    @Test func everyWholeDocumentCutShortEndsTooEarly() {
        let text = Array("{\"a\":[1.5e3,true,null,\"x\\u00e9\\n é\"],\"b\":{\"c\":-7}}".utf8)
        for length in 0..<text.count {
            #expect(fault(in: Array(text.prefix(length)))?.reason == .unexpectedEnd, "cut to \(length)")
        }
    }

    @Test func holdsTheDepthLimit() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(fault(in: nested(JSONLimits.depth)) == nil)
        #expect(fault(in: nested(JSONLimits.depth + 1)) == JSONFault(.tooDeep, at: JSONLimits.depth))
        #expect(fault(in: nested(1_000_000))?.reason == .tooDeep)
    }

    @Test(arguments: [
        ("\"\\ud800\"", "\u{FFFD}"), ("\"\\ud800x\"", "\u{FFFD}x"), ("\"\\udc00\"", "\u{FFFD}"),
        ("\"\\ud83d\\ude00\"", "😀"), ("\"\\ud83d\\u0041\"", "\u{FFFD}A"),
        (
            "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"",
            "a\"b\\c/d\u{8}\u{C}\n\r\t"
        ), ("\"\\u0000\"", "\0"), ("\"plain\"", "plain"),
    ])
    func resolvesEscapes(_ text: String, _ expected: String) throws {
        #expect(try Tree.read(Array(text.utf8)) == .string(expected))
    }

    @Test(arguments: [
        ("0", Int64?(0)), ("-0", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("18446744073709551616", nil),
        ("99999999999999999999", nil), ("1.0", nil), ("1e3", nil), ("600000000000", 600_000_000_000),
    ])
    func readsIntegers(_ text: String, _ expected: Int64?) throws {
        let value = try Array(text.utf8).withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes)
            return try cursor.value().integer
        }
        #expect(value == expected)
    }
}

/// What is read of a text whose escapes were not checked is made of its own bytes.
@Suite struct UncheckedTextTests {
    /// Each text is followed by digits that are not its own.
    @Test(arguments: [
        (#"\"#, ""), (#"a\"#, "a"), (#"\u"#, "\u{0}"), (#"\u0"#, "\u{0}"), (#"\u01"#, "\u{1}"), (#"\u123"#, "\u{123}"),
        (#"\u1234"#, "\u{1234}"), (#"\ud83d\"#, "\u{fffd}"), (#"\ud83d\u"#, "\u{fffd}\u{0}"),
        (#"\ud83d\ude0"#, "\u{fffd}\u{de0}"), (#"\ud83d\ude00"#, "\u{1f600}"), (#"\q"#, "q"), (#"\u zz"#, "\u{0}"),
    ])
    func aCutEscapeMeansWhatIsThereOfIt(_ text: String, _ meaning: String) throws {
        let bytes = Array(text.utf8)
        let read = (bytes + Array(repeating: UInt8(ascii: "f"), count: 16)).withUnsafeBytes { all in
            JSONValue(
                kind: .string, text: UnsafeRawBufferPointer(rebasing: all[..<bytes.count]), hasEscapes: true
            ).string
        }
        #expect(try #require(read).unicodeScalars.elementsEqual(meaning.unicodeScalars))
    }

    @Test func aBrokenTextOfAListIsReadWithinItsQuotes() throws {
        let json = Array(#"["\u01\u01","ffffff"]"#.utf8)
        try json.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes)
            try cursor.enterArray()
            _ = try cursor.nextElement()
            #expect(try cursor.valueOrExtent().string == "\u{100}01")
            #expect(try cursor.nextElement())
            #expect(try cursor.valueOrExtent().string == "ffffff")
        }
    }
}
