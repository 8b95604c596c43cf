import JSONScanning
import Testing

@Suite struct ObjectScanTests {
    static let keys = JSONKeyTable([
        ("id", 1), ("event_type_id", 2), ("app_name", 3), ("app-name", 3),
        ("authentication_factor_description", 4), ("authentication_factor_designation", 5), ("notes", 6), ("x", 7),
    ])

    /// What was found, as `code=text`, with `!` for text that has escapes.
    static func found(
        _ text: String, room: Int = 16, memory: JSONKeyMemory = JSONKeyMemory(), keys: JSONKeyTable = Self.keys
    ) throws(JSONFault) -> [String] {
        let bytes = Array(text.utf8)
        let room = UnsafeMutableBufferPointer<JSONMember>.allocate(capacity: room)
        defer { room.deallocate() }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        let result = try JSONObjectScan(keys: keys).members(
            of: UnsafeRawBufferPointer(copy), into: room, memory: memory)
        return room[..<result.count].map {
            "\($0.code)=\(String(decoding: $0.text, as: UTF8.self))\($0.hasEscapes ? "!" : "")"
        }
    }

    static let passing = JSONKeyTable([
        ("id", 1), ("account_id", JSONObjectScan.passedOver),
        ("assumed_by_superadmin_or_reseller_long", JSONObjectScan.passedOver),
    ])
    static let long = String(repeating: "n", count: 29)

    /// Keys that nobody knows, by name and how often they had a value, after the text was read twice.
    @Test(arguments: [
        (#"{"id":1}"#, [String]()),
        (#"{"id":1,"new":2,"newer":"x","id":3}"#, ["new 2", "newer 2"]),
        (#"{"new":null,"newer":null,"a":null}"#, []),
        (#"{"new":1,"new":2}"#, ["new 4"]),
        (#"{"account_id":1,"assumed_by_superadmin_or_reseller_long":true}"#, []),
        // The longest key that is learnt, and one that is longer.
        (#"{"\#(long)":1,"\#(long)n":1}"#, ["\(long) 2", "\(long)n 2"]),
        (#"{"blank" :1,"esc\u0061ped":1}"#, [#"blank 2"#, #"esc\u0061ped 2"#]),
        (#"{"id":{"inside":1},"new":{"inside":1}}"#, ["new 2"]),
    ])
    func countsUnknownKeys(_ text: String, _ expected: [String]) throws {
        let memory = JSONKeyMemory()
        for _ in 0..<2 { _ = try Self.found(text, memory: memory, keys: Self.passing) }
        #expect(memory.takeUnknown().map { "\($0.name) \($0.count)" } == expected)
        #expect(memory.takeUnknown().isEmpty, "what was taken is not there again")
    }

    /// However many keys come, memory is bounded: 255 are learnt, and 100 more are counted.
    @Test func countsSoManyUnknownKeysAndNoMore() throws {
        let memory = JSONKeyMemory()
        let text = "{" + (0..<1000).map { "\"key\($0)\":1" }.joined(separator: ",") + "}"
        _ = try Self.found(text, memory: memory, keys: Self.passing)
        #expect(memory.takeUnknown().count == 255 + 100)
    }

    @Test(arguments: [
        ("{}", [String]()),
        (#"{"id":12,"event_type_id":"5","other":{"id":1},"notes":null}"#, ["1=12", "2=5"]),
        (#" { "app-name" : "Wiki" , "app_name" : "Wi\nki" } "#, ["3=Wiki", #"3=Wi\nki!"#]),
        (#"{"authentication_factor_description":"a","authentication_factor_designation":true}"#, ["4=a", "5=true"]),
        (#"{"authentication_factor_descriptioN":"a","i":1,"idd":2,"":3,"\u0069d":4,"x":-1.5e2}"#, ["7=-1.5e2"]),
        (#"{"x":[1,{"id":2}],"notes":"","id":{"a":"}"}}"#, [#"7=[1,{"id":2}]"#, "6=", #"1={"a":"}"}"#]),
        (#"{"id":1,"id":2}"#, ["1=1", "1=2"]),
    ])
    func findsKnownMembers(_ text: String, _ expected: [String]) throws {
        #expect(try Self.found(text) == expected)
    }

    @Test(arguments: [
        ("[]", JSONFault(.wrongKind, at: 0)), ("", JSONFault(.unexpectedEnd, at: 0)),
        (#"{"id":"#, JSONFault(.unexpectedEnd, at: 6)), (#"{"id":1"#, JSONFault(.unexpectedEnd, at: 7)),
        (#"{"id":01}"#, JSONFault(.invalidNumber, at: 6)), (#"{"id":1,}"#, JSONFault(.unexpectedByte, at: 8)),
        (#"{"zz":[1,]}"#, JSONFault(.unexpectedByte, at: 9)), (#"{"zz":nope}"#, JSONFault(.invalidLiteral, at: 6)),
        (#"{"id":-}"#, JSONFault(.invalidNumber, at: 6)),
    ])
    func refusesBadObjects(_ text: String, _ expected: JSONFault) {
        #expect(throws: expected) { try Self.found(text) }
    }

    /// What was learnt of other records changes nothing.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func guessesChangeNothing(_ seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &numbers) }
        let memory = JSONKeyMemory()
        let names =
            ["id", "event_type_id", "app_name", "notes", "x", "other", "", "i", "idd", #"\u0069d"#, "é"]
            + (0..<300).map { "key_number_\($0)_of_some_length_that_varies_\(String(repeating: "z", count: $0 % 9))" }
        let values = [
            "1", "null", #""text""#, #""""#, #""a\nb""#, "[1]", "{}", "-2.5", "true", "nul", "01", #""open"#,
        ]
        for _ in 0..<3000 {
            let blank = below(4) == 0 ? " " : ""
            let members = (0..<below(9)).map { _ in
                let name = names[below(below(3) == 0 ? names.count : 9)]
                let value = values[below(below(6) == 0 ? values.count : 9)]
                return "\"\(name)\"\(below(9) == 0 ? " " : ""):\(blank)\(value)"
            }
            var text = "{" + blank + members.joined(separator: "," + blank) + "}"
            if below(20) == 0 { text = String(text.prefix(max(1, text.count - below(40)))) }
            let fresh = Result { () throws(JSONFault) in try Self.found(text) }
            let guessed = Result { () throws(JSONFault) in try Self.found(text, memory: memory) }
            #expect(fresh == guessed, "seed \(seed): \(text)")
        }
    }

    @Test func holdsTheRoomForMembers() throws {
        #expect(try Self.found(#"{"id":1,"x":2}"#, room: 2).count == 2)
        #expect(throws: JSONFault(.tooManyMembers, at: 12)) { try Self.found(#"{"id":1,"x":2}"#, room: 1) }
    }

    @Test func findsEveryKeyAndNoNeighbour() {
        let names =
            (0..<200).map { "key_\($0)_with_a_tail_\($0 * 7)" } + (0..<26).map { String(repeating: "k", count: $0 + 1) }
        let table = JSONKeyTable(names.enumerated().map { ($1, UInt8($0 + 1)) })
        for (index, name) in names.enumerated() {
            #expect(Array(name.utf8).withUnsafeBytes { table.code(of: $0) } == UInt8(index + 1))
            #expect(Array((name + "z").utf8).withUnsafeBytes { table.code(of: $0) } == 0)
        }
        #expect([UInt8]().withUnsafeBytes { table.code(of: $0) } == 0)
    }
}
